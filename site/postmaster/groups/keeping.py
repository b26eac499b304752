"""A list kept in order: its owners, disabled and active again, handed to another organisation."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.accounts.rules import find_reason_fault
from postmaster.groups.applying import count, set_status
from postmaster.groups.deciding import withdraw_change
from postmaster.groups.finding import get_list_for
from postmaster.groups.letters import owe_owners
from postmaster.groups.noting import note_list
from postmaster.groups.owning import add_owner, end_owner, find_owner
from postmaster.groups.rules import ChangeState, GroupError, ListStatus, Seat, find_step_fault
from postmaster.groups.tables import DistributionList, ListApproval, ListChange, ListOwner


@acts(Action.GROUPS_ASK)
def give_list(session: Session, *, list_id: int, address: str, by: Actor, now: datetime) -> None:
    """Make somebody of the owning organisation an owner.

    Raises:
        GroupError: they cannot be, or are already.
    """
    row = get_list_for(session, list_id, Action.GROUPS_ASK, by)
    try:
        account_id = find_owner(session, address, row.organisation)
    except GroupError as error:
        raise GroupError(str(error), field="address") from None
    add_owner(session, list_id, account_id, now=now)
    note_list(session, row, "groups.give", {"owner": (None, account_id)}, by=by, now=now)


@acts(Action.GROUPS_ASK)
def take_list(session: Session, *, list_owner_id: int, by: Actor, now: datetime) -> None:
    """End somebody's ownership.

    Raises:
        GroupError: it has ended, or nobody else owns the list.
    """
    owner = session.get(ListOwner, list_owner_id)
    if owner is None:
        raise GroupError("Nobody owns the list so.")
    row = get_list_for(session, owner.list_id, Action.GROUPS_ASK, by)
    session.refresh(owner)
    if owner.ended_at is not None:
        raise GroupError("It has ended already.")
    end_owner(session, owner, now=now)
    note_list(session, row, "groups.take", {"owner": (owner.account_id, None)}, by=by, now=now)


@acts(Action.GROUPS_APPROVE)
def disable_list(session: Session, *, list_id: int, why: str, by: Actor, now: datetime) -> None:
    """Stop a list: nobody is reached by it and nothing granted to it holds. It can come back.

    Raises:
        GroupError: it is not active, or `why` is missing.
    """
    row = get_list_for(session, list_id, Action.GROUPS_APPROVE, by)
    _withdraw_waiting(session, row, by=by, now=now)
    _step(session, row, ListStatus.DISABLED, why, by=by, now=now)
    words = f"The list {row.address} was disabled"
    owe_owners(session, row, words, f"{words}: {why.strip()}", now=now)


@acts(Action.GROUPS_APPROVE)
def enable_list(session: Session, *, list_id: int, why: str, by: Actor, now: datetime) -> None:
    """Let a disabled list reach its recipients again, as it was.

    Raises:
        GroupError: it is not disabled, or `why` is missing.
    """
    row = get_list_for(session, list_id, Action.GROUPS_APPROVE, by)
    _step(session, row, ListStatus.ACTIVE, why, by=by, now=now)
    count(session, row, now=now)


@acts(Action.CLOSURES_SETTLE)
def hand_over(session: Session, *, list_id: int, to: str, by: Actor, now: datetime) -> None:
    """Give a list to another organisation; its address, owners and members stay.

    What waits for the approval of the old one waits for the new one's.

    The caller has checked where it may go.

    Raises:
        GroupError: there is no such list.
    """
    row = get_list_for(session, list_id, Action.CLOSURES_SETTLE, by)
    before, row.organisation = row.organisation, to
    waiting = select(ListChange.change_id).where(
        ListChange.list_id == list_id, ListChange.state == ChangeState.WAITING
    )
    session.execute(
        update(ListApproval)
        .where(
            ListApproval.change_id.in_(waiting),
            ListApproval.seat == Seat.OWNER,
            ListApproval.decided_at.is_(None),
        )
        .values(organisation=to)
        .execution_options(synchronize_session=False)
    )
    note_list(session, row, "groups.hand-over", {"organisation": (before, to)}, by=by, now=now)


def _withdraw_waiting(session: Session, row: DistributionList, *, by: Actor, now: datetime) -> None:
    waiting = select(ListChange.change_id).where(
        ListChange.list_id == row.list_id, ListChange.state == ChangeState.WAITING
    )
    if row.status == ListStatus.ACTIVE and (number := session.scalar(waiting)) is not None:
        withdraw_change(session, change_id=number, why="The list was disabled", by=by, now=now)


def _step(
    session: Session, row: DistributionList, wanted: ListStatus, why: str, *, by: Actor,
    now: datetime,
) -> None:  # fmt: skip
    before = ListStatus(row.status)
    if (fault := find_step_fault(before, wanted)) is not None:
        raise GroupError(fault)
    if (fault := find_reason_fault(why.strip())) is not None:
        raise GroupError(fault, field="why")
    set_status(session, row, wanted, why=why.strip(), now=now)
    changes = {"status": (before, wanted)}
    personal = {"why": why.strip()}
    note_list(session, row, f"groups.{wanted}", changes, personal=personal, by=by, now=now)
