"""Give and end leave to use a protocol over the internet; audited, never committed here."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts, ensure
from postmaster.access.actors import Actor, Target
from postmaster.access.matrix import Action
from postmaster.access.reads import get_above
from postmaster.access.rules import may
from postmaster.accounts.rules import ALIVE, WITHOUT_SIGN_IN, Kind, Status, find_reason_fault
from postmaster.accounts.tables import Account
from postmaster.audit.actions import Changes, record
from postmaster.entitlements.rules import GrantError, Protocol, is_in_force
from postmaster.entitlements.tables import ProtocolGrant
from postmaster.features.reads import was_live
from postmaster.features.rules import Feature
from postmaster.groups.rules import ListKind, ListStatus
from postmaster.groups.tables import DistributionList


@acts(Action.GROUPS_APPROVE)
def grant_protocol(
    session: Session,
    *,
    account_id: int,
    protocol: Protocol,
    reason: str,
    from_at: datetime | None = None,
    to_at: datetime | None = None,
    by: Actor,
    now: datetime,
) -> int:
    """Let an account use a protocol while it is active and not locked; gives the grant's id.

    Raises:
        GrantError: there is no such account, it cannot sign in, it has the leave already, or the
            dates are wrong.
    """
    account = _get_account(session, account_id, by)
    if Status(account.status) not in ALIVE or Kind(account.kind) in WITHOUT_SIGN_IN:
        raise GrantError("Nobody signs in with this account, so nothing can be granted to it.")
    row = ProtocolGrant(account_id=account_id, protocol=protocol, is_everywhere=False)
    return _grant(session, row, reason, from_at, to_at, by=by, now=now)


@acts(Action.GROUPS_APPROVE)
def grant_list_protocol(
    session: Session,
    *,
    list_id: int,
    protocol: Protocol,
    reason: str,
    from_at: datetime | None = None,
    to_at: datetime | None = None,
    by: Actor,
    now: datetime,
) -> int:
    """Let every member of a static list use a protocol, as long as they are on it.

    Members of other organisations get it only from a tenant administrator's grant.

    Raises:
        GrantError: there is no such list, it is dynamic or not active, the release is not live, it
            has the leave already, or the dates are wrong.
    """
    found = _get_list(session, list_id, by)
    if found.kind != ListKind.STATIC:
        raise GrantError("A dynamic list gives no protocols: its rule could reach anybody.")
    if found.status != ListStatus.ACTIVE:
        raise GrantError(f"The list is {found.status}. Only an active list can be granted this.")
    if not was_live(session, feature=Feature.SDL_PROTOCOL_GRANT, at=now):
        raise GrantError(
            "Granting protocols to a list comes with a release that is not live. Grant them to "
            "single accounts until then."
        )
    is_everywhere = may(by, Action.LIFECYCLE_RUN).is_allowed
    row = ProtocolGrant(list_id=list_id, protocol=protocol, is_everywhere=is_everywhere)
    return _grant(session, row, reason, from_at, to_at, by=by, now=now)


@acts(Action.GROUPS_APPROVE)
def end_grant(session: Session, *, grant_id: int, why: str = "", by: Actor, now: datetime) -> None:
    """Take the leave back from now on.

    Raises:
        GrantError: there is none, or it is over.
    """
    row = session.get(ProtocolGrant, grant_id, with_for_update=True)
    if row is None:
        raise GrantError("There is no such leave.")
    organisation = _get_organisation(session, row, by)
    if row.to_at is not None and row.to_at <= now:
        raise GrantError("It is over already.")
    changes: Changes = {"to": (row.to_at.isoformat() if row.to_at else None, now.isoformat())}
    row.to_at, row.ended_by, row.ended_why = now, by.reference, why.strip() or None
    _note(session, row, organisation, "entitlements.end", changes, by=by, now=now)


def _grant(
    session: Session,
    row: ProtocolGrant,
    reason: str,
    from_at: datetime | None,
    to_at: datetime | None,
    *,
    by: Actor,
    now: datetime,
) -> int:
    begins, why = from_at or now, reason.strip()
    if (fault := find_reason_fault(why)) is not None:
        raise GrantError(fault, field="reason")
    _check_new(session, row, max(begins, now), to_at)
    row.from_at, row.to_at, row.reason = begins, to_at, why
    row.granted_at, row.granted_by = now, by.reference
    session.add(row)
    session.flush()
    changes: Changes = {
        "protocol": (None, row.protocol),
        "from": (None, begins.isoformat()),
        "to": (None, to_at.isoformat() if to_at else None),
    }
    organisation = _get_organisation(session, row, by)
    _note(session, row, organisation, "entitlements.grant", changes, by=by, now=now)
    return row.grant_id


def _check_new(session: Session, row: ProtocolGrant, at: datetime, to_at: datetime | None) -> None:
    if to_at is not None and to_at <= at:
        raise GrantError("The end must be after the beginning.", field="to_at")
    subject = (
        ProtocolGrant.list_id == row.list_id
        if row.account_id is None
        else ProtocolGrant.account_id == row.account_id
    )
    held = session.scalars(
        select(ProtocolGrant).where(subject, ProtocolGrant.protocol == row.protocol)
    )
    if any(is_in_force(one.from_at, one.to_at, at) for one in held):
        raise GrantError(f"It has leave for {row.protocol.upper()} already.", field="protocol")


def _get_organisation(session: Session, row: ProtocolGrant, by: Actor) -> str:
    """The organisation of the account or list of a grant, asked about for the actor."""
    if row.account_id is not None:
        return _get_account(session, row.account_id, by).organisation
    return _get_list(session, row.list_id or 0, by).organisation


def _get_account(session: Session, account_id: int, by: Actor) -> Account:
    row = session.get(Account, account_id)
    if row is None:
        raise GrantError("There is no such account.")
    above = get_above(session, organisation=row.organisation)
    target = Target("account", str(account_id), row.organisation, above)
    ensure(by, Action.GROUPS_APPROVE, target)
    return row


def _get_list(session: Session, list_id: int, by: Actor) -> DistributionList:
    row = session.get(DistributionList, list_id)
    if row is None:
        raise GrantError("There is no such list.")
    above = get_above(session, organisation=row.organisation)
    ensure(by, Action.GROUPS_APPROVE, Target("list", str(list_id), row.organisation, above))
    return row


def _note(
    session: Session,
    row: ProtocolGrant,
    organisation: str,
    action: str,
    changes: Changes,
    *,
    by: Actor,
    now: datetime,
) -> None:
    session.flush()
    is_list = row.account_id is None
    record(
        session,
        action=action,
        kind="list" if is_list else "account",
        key=str(row.list_id if is_list else row.account_id),
        organisation=organisation,
        changes=changes,
        by=by.reference,
        now=now,
    )
