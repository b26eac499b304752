"""Lists and features of an organisation that closes: each has an outcome, because somebody says so.

Nothing is deleted: a list given up is disabled, and its address stays held.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.accounts.rules import ALIVE
from postmaster.accounts.tables import Account
from postmaster.closures.actions import check_closing, ensure_over
from postmaster.closures.rules import ClosureError
from postmaster.closures.targets import check_target
from postmaster.entitlements.feature_rules import FEATURE_WORDS, FeatureState, OrgFeature
from postmaster.entitlements.inheriting import settle_features
from postmaster.entitlements.tables import OrganisationFeature
from postmaster.groups.deciding import withdraw_change
from postmaster.groups.keeping import disable_list, hand_over
from postmaster.groups.rules import ChangeState, ListStatus
from postmaster.groups.tables import DistributionList, ListChange, ListOwner
from postmaster.organisations.criteria import takes_accounts
from postmaster.organisations.tables import Organisation

LIVE = (ListStatus.PENDING.value, ListStatus.ACTIVE.value)
_WHY = "The organisation closed"


class ListOutcome(StrEnum):
    """What becomes of a list of an organisation that closes."""

    TRANSFER = "transfer"
    KEEP = "keep"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class ListHere:
    """A list on a worklist; `kept_by` is the one open organisation of its owners, if there is."""

    list_id: int
    address: str
    status: ListStatus
    recipients: int
    kept_by: str | None


@dataclass(frozen=True, slots=True)
class FeatureHere:
    """A feature on a worklist, in words."""

    words: str
    state: FeatureState


@acts(Action.CLOSURES_SETTLE)
def settle_lists(
    session: Session,
    *,
    organisation: str,
    outcome: ListOutcome,
    list_ids: Collection[int] = (),
    target: str = "",
    by: Actor,
    now: datetime,
) -> int:
    """Decide for lists of an organisation, or for all of them when none is picked; gives how many.

    Owners, members and addresses stay. Kept, a list goes where its owners are.

    Raises:
        ClosureError: the organisation is open, there is no list, or it cannot go there.
    """
    ensure_over(session, organisation, by)
    check_closing(session, organisation)
    rows = session.scalars(_select_lists(organisation, list_ids)).all()
    if not rows:
        raise ClosureError("It has no list any more.")
    to = ""
    if outcome is ListOutcome.TRANSFER:
        to = check_target(session, ods_code=organisation, target=target, by=by)
    for row in rows:
        if outcome is ListOutcome.DELETE:
            _give_up(session, row, by=by, now=now)
            continue
        home = to or find_keeper(session, row.list_id)
        if home is None:
            raise ClosureError(
                f"The owners of {row.address} are not of one open organisation. Transfer it, or "
                "give it an owner where it is to go."
            )
        hand_over(session, list_id=row.list_id, to=home, by=by, now=now)
    return len(rows)


@acts(Action.CLOSURES_SETTLE)
def settle_own_features(
    session: Session, *, organisation: str, target: str = "", by: Actor, now: datetime
) -> int:
    """End the features of an organisation, and compute them for who took over; gives how many.

    Raises:
        ClosureError: the organisation is open, has none, or they cannot go there.
    """
    ensure_over(session, organisation, by)
    check_closing(session, organisation)
    to = check_target(session, ods_code=organisation, target=target, by=by) if target else None
    count = settle_features(session, organisation=organisation, successor=to, by=by, now=now)
    if not count:
        raise ClosureError("It has no feature any more.")
    return count


def list_lists_here(session: Session, *, reader: Actor, ods_code: str) -> Sequence[ListHere]:
    """The lists of an organisation that need an outcome."""
    mine = in_scope(reader, Action.ACCOUNTS_READ, DistributionList.organisation)
    return [
        ListHere(
            row.list_id, row.address, ListStatus(row.status), row.recipients,
            find_keeper(session, row.list_id),
        )
        for row in session.scalars(_select_lists(ods_code).where(mine))
    ]  # fmt: skip


def list_features_here(session: Session, *, reader: Actor, ods_code: str) -> Sequence[FeatureHere]:
    """The features of an organisation that have not ended."""
    rows = session.execute(
        select(OrganisationFeature.feature, OrganisationFeature.state)
        .where(
            OrganisationFeature.organisation == ods_code,
            OrganisationFeature.state != FeatureState.ENDED,
            in_scope(reader, Action.ACCOUNTS_READ, OrganisationFeature.organisation),
        )
        .order_by(OrganisationFeature.feature_id)
    )
    return [FeatureHere(FEATURE_WORDS[OrgFeature(one)], FeatureState(state)) for one, state in rows]


def has_lists(session: Session, ods_code: str) -> bool:
    """Whether an organisation has a list that needs an outcome."""
    return session.scalars(_select_lists(ods_code).limit(1)).first() is not None


def find_keeper(session: Session, list_id: int) -> str | None:
    """The open organisation all living owners of a list are of; None when there is not one."""
    homes = session.scalars(
        select(Account.organisation)
        .join(ListOwner, ListOwner.account_id == Account.account_id)
        .join(Organisation, Organisation.ods_code == Account.organisation)
        .where(
            ListOwner.list_id == list_id,
            ListOwner.ended_at.is_(None),
            Account.status.in_(sorted(ALIVE)),
            takes_accounts(),
        )
        .distinct()
    ).all()
    return homes[0] if len(homes) == 1 else None


def tally_lists(codes: Select[str], _now: datetime | None = None) -> Select[str | None, int]:
    """Lists of organisations that need an outcome."""
    return (
        select(DistributionList.organisation, func.count().label("lists"))
        .where(DistributionList.status.in_(LIVE), DistributionList.organisation.in_(codes))
        .group_by(DistributionList.organisation)
    )


def tally_features(codes: Select[str], _now: datetime | None = None) -> Select[str | None, int]:
    """Features of organisations that have not ended."""
    return (
        select(OrganisationFeature.organisation, func.count().label("features"))
        .where(
            OrganisationFeature.state != FeatureState.ENDED,
            OrganisationFeature.organisation.in_(codes),
        )
        .group_by(OrganisationFeature.organisation)
    )


def _select_lists(organisation: str, list_ids: Collection[int] = ()) -> Select[DistributionList]:
    rows = select(DistributionList).where(
        DistributionList.organisation == organisation, DistributionList.status.in_(LIVE)
    )
    if list_ids:
        rows = rows.where(DistributionList.list_id.in_(list_ids))
    return rows.order_by(DistributionList.address_key)


def _give_up(session: Session, row: DistributionList, *, by: Actor, now: datetime) -> None:
    if row.status == ListStatus.ACTIVE:
        disable_list(session, list_id=row.list_id, why=_WHY, by=by, now=now)
        return
    change = session.scalars(
        select(ListChange.change_id).where(
            ListChange.list_id == row.list_id, ListChange.state == ChangeState.WAITING
        )
    ).one()
    withdraw_change(session, change_id=change, why=_WHY, by=by, now=now)
