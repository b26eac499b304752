"""Which accounts an outcome is for, and why one of them is left as it is: once, for all uses.

The preview counts by these expressions, the freezing writes by them, each chunk asks them again.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    case,
    func,
    insert,
    literal,
    null,
    select,
)
from sqlalchemy.orm import Session, aliased

from postmaster.accounts.rules import Kind, MemberRole, Status
from postmaster.accounts.tables import Account, MailboxMember
from postmaster.closures.criteria import holds_role_elsewhere, is_moving
from postmaster.closures.rules import KINDS, ItemState, Outcome, Skip
from postmaster.closures.tables import ClosureItem
from postmaster.organisations.criteria import takes_accounts
from postmaster.organisations.tables import Organisation

_OWNING = (Status.ACTIVE, Status.INACTIVE, Status.DISABLED)


@dataclass(frozen=True, slots=True)
class Choice:
    """An outcome and whom it is for: all of some kinds, or accounts picked one by one.

    `target` is where a transfer goes; `owner_id` who keeps, and `target` then their organisation.
    `within` narrows where a keeper's organisation may be; None is anywhere.
    """

    organisation: str
    outcome: Outcome
    target: str | None = None
    kinds: tuple[Kind, ...] = ()
    account_ids: tuple[int, ...] = ()
    owner_id: int | None = None
    is_national: bool = False
    within: tuple[str, ...] | None = None


def is_considered(choice: Choice) -> ColumnElement[bool]:
    """The accounts an outcome looks at. A transfer takes leavers and deleted ones along."""
    parts = [Account.organisation == choice.organisation, Account.status != Status.PURGED]
    if choice.outcome is not Outcome.TRANSFER:
        parts.append(Account.status != Status.DELETED)
    if choice.kinds:
        parts.append(Account.kind.in_(choice.kinds))
    if choice.account_ids:
        parts.append(Account.account_id.in_(choice.account_ids))
    return and_(*parts)


def target_of(choice: Choice) -> ColumnElement[str | None]:
    """The organisation an account goes to; null where it stays or nobody can say."""
    if choice.outcome is Outcome.TRANSFER or choice.owner_id is not None:
        return literal(choice.target)
    if choice.outcome is not Outcome.KEEP:
        return null().cast(String)
    return _owners_organisation(choice)


def skip_of(choice: Choice) -> ColumnElement[str | None]:
    """Why an account is left as it is; null when the outcome takes it."""
    kinds = Account.kind.not_in(sorted(KINDS[choice.outcome]))
    questions: list[tuple[ColumnElement[bool], Skip]] = [
        (kinds, Skip.KIND),
        (Account.operation.is_not(None), Skip.OPERATION),
        (is_moving(), Skip.MOVING),
    ]
    if choice.outcome in {Outcome.LEAVER, Outcome.DELETE}:
        questions.append((Account.status == Status.LEAVER, Skip.SETTLED))
    if choice.outcome is Outcome.LEAVER:
        questions.append((Account.status == Status.PENDING, Skip.REFUSED))
        if not choice.is_national:
            questions.append((holds_role_elsewhere(choice.organisation), Skip.ROLES))
    if choice.outcome is Outcome.KEEP:
        questions.append((target_of(choice).is_(None), Skip.NO_OWNER))
    return case(*((asks, literal(skip.value)) for asks, skip in questions), else_=null())


def freeze_items(session: Session, plan_id: int, choice: Choice) -> None:
    """Write every account the outcome looks at into the plan, with why it is left out if so."""
    rows = select_choice(choice).subquery()
    state = case(
        (rows.c.why.is_(None), literal(ItemState.WAITING.value)),
        else_=literal(ItemState.SKIPPED.value),
    )
    session.execute(
        insert(ClosureItem).from_select(
            ["plan_id", "account_id", "kind", "state", "why", "target"],
            select(
                literal(plan_id), rows.c.account_id, rows.c.kind, state, rows.c.why, rows.c.target
            ),
        )
    )


def select_choice(choice: Choice) -> Select[*tuple[Any, ...]]:
    """Each account an outcome looks at: its kind, where it goes, why it is left out."""
    return select(
        Account.account_id,
        Account.kind,
        Account.status,
        Account.batch_id,
        Account.hold_count,
        target_of(choice).label("target"),
        skip_of(choice).label("why"),
    ).where(is_considered(choice))


def _owners_organisation(choice: Choice) -> ColumnElement[str | None]:
    """The one open organisation all owners of a mailbox belong to; null when there is no one."""
    owner = aliased(Account)
    home = (
        select(owner.organisation)
        .join(Organisation, Organisation.ods_code == owner.organisation)
        .where(
            takes_accounts(),
            owner.status.in_(_OWNING),
            owner.organisation != choice.organisation,
        )
    )
    if choice.within is not None:
        home = home.where(owner.organisation.in_(choice.within))
    only = home.with_only_columns(func.min(owner.organisation)).having(
        func.count(owner.organisation.distinct()) == 1
    )
    owns = and_(
        MailboxMember.account_id == owner.account_id,
        MailboxMember.mailbox_id == Account.account_id,
        MailboxMember.role == MemberRole.OWNER,
        MailboxMember.ended_at.is_(None),
    )
    of_mailbox = only.join(MailboxMember, owns).correlate(Account).scalar_subquery()
    of_application = only.where(owner.account_id == Account.owner_id).correlate(Account)
    return case(
        (Account.kind == Kind.APPLICATION, of_application.scalar_subquery()), else_=of_mailbox
    )
