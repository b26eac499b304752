"""A change approved, rejected or withdrawn; approved by everybody asked, it is applied."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts, ensure
from postmaster.access.actors import Actor, Target
from postmaster.access.matrix import Action
from postmaster.access.reads import get_above
from postmaster.accounts.addresses import release_address
from postmaster.accounts.rules import find_reason_fault
from postmaster.groups.applying import apply_change, set_status
from postmaster.groups.letters import owe_owners
from postmaster.groups.noting import note_list
from postmaster.groups.proposing import draft_change, make_base
from postmaster.groups.rules import (
    ChangeKind,
    ChangeState,
    GroupError,
    ListStatus,
    Needed,
    Seat,
)
from postmaster.groups.seats import sits_on
from postmaster.groups.tables import DistributionList, ListApproval, ListChange
from postmaster.groups.wanted import read_wanted


@acts(Action.GROUPS_APPROVE)
def decide_change(
    session: Session, *, change_id: int, is_given: bool, why: str, by: Actor, now: datetime
) -> ChangeState:
    """Give every approval of a change that is the actor's, or refuse it; gives where it stands.

    One refusal ends it. With the last approval it is drafted anew: what it would reach by now may
    need more.

    Raises:
        GroupError: it is decided, `why` is missing, or it needs somebody else.
        postmaster.access.acting.RefusedError: nothing of it is the actor's to decide.
    """
    change, row = _get_waiting(session, change_id)
    mine = _list_mine(session, change, row, by)
    reason = why.strip()
    if not is_given and (fault := find_reason_fault(reason)) is not None:
        raise GroupError(fault, field="why")
    for approval in mine:
        approval.is_given, approval.why = is_given, reason or None
        approval.decided_at, approval.decided_by = now, by.reference
    session.flush()
    seats = ", ".join(sorted({approval.seat for approval in mine}))
    answer = "given" if is_given else "refused"
    note_list(
        session, row, "groups.decide", {"approval": (seats, answer)},
        personal={"why": reason} if reason else None, by=by, now=now,
    )  # fmt: skip
    if not is_given:
        _end(session, change, row, ChangeState.REJECTED, reason, by=by, now=now)
    elif not _list_open(session, change_id):
        _finish(session, change, row, by=by, now=now)
    return ChangeState(change.state)


@acts(Action.GROUPS_ASK)
def withdraw_change(
    session: Session, *, change_id: int, why: str, by: Actor, now: datetime
) -> None:
    """Take back what was asked for; the list stays as it is, a new one is rejected.

    Raises:
        GroupError: it is decided, or `why` is missing.
    """
    change, row = _get_waiting(session, change_id)
    above = get_above(session, organisation=row.organisation)
    ensure(by, Action.GROUPS_ASK, Target("list", str(row.list_id), row.organisation, above))
    if (fault := find_reason_fault(why.strip())) is not None:
        raise GroupError(fault, field="why")
    _end(session, change, row, ChangeState.WITHDRAWN, why.strip(), by=by, now=now)


def _get_waiting(session: Session, change_id: int) -> tuple[ListChange, DistributionList]:
    change = session.get(ListChange, change_id, with_for_update=True)
    if change is None or change.state != ChangeState.WAITING:
        raise GroupError("It is decided already.")
    return change, session.get_one(DistributionList, change.list_id, with_for_update=True)


def _list_open(session: Session, change_id: int) -> list[ListApproval]:
    return list(
        session.scalars(
            select(ListApproval)
            .where(ListApproval.change_id == change_id, ListApproval.decided_at.is_(None))
            .order_by(ListApproval.approval_id)
        )
    )


def _list_mine(
    session: Session, change: ListChange, row: DistributionList, by: Actor
) -> list[ListApproval]:
    """The approvals that wait for this actor.

    Raises:
        GroupError: the one that waits is for somebody else than who asked.
        RefusedError: none is the actor's.
    """
    waiting = _list_open(session, change.change_id)
    mine = [one for one in waiting if sits_on(session, to_needed(one), by)]
    if not mine:
        code = next((one.organisation for one in waiting if one.organisation), row.organisation)
        above = get_above(session, organisation=code)
        action = Action.GROUPS_APPROVE
        ensure(by, action, Target("list", str(row.list_id), code, above))
        raise GroupError("It waits for a tenant administrator.")
    others = [one for one in mine if one.seat != Seat.TENANT or change.asked_by != by.reference]
    if not others:
        raise GroupError("Another tenant administrator must decide: you asked for it.")
    return others


def to_needed(approval: ListApproval) -> Needed:
    """The approval a row asks for."""
    return Needed(Seat(approval.seat), approval.organisation)


def _finish(
    session: Session, change: ListChange, row: DistributionList, *, by: Actor, now: datetime
) -> None:
    """Apply the change, or wait for what it needs by now beside what it has."""
    asked = {
        to_needed(one)
        for one in session.scalars(
            select(ListApproval).where(ListApproval.change_id == change.change_id)
        )
    }
    base = make_base(session, row, now=now)
    is_tenants = any(one.seat is Seat.TENANT for one in asked)
    draft = draft_change(
        session, base, read_wanted(change.wanted), is_tenants=is_tenants, by=by, now=now
    )
    missing = [one for one in (*draft.given, *draft.waits_for) if one not in asked]
    change.after = draft.reach.total
    if not missing:
        apply_change(session, row, change, by=by, now=now)
        return
    session.add_all(
        ListApproval(change_id=change.change_id, seat=one.seat, organisation=one.organisation)
        for one in missing
    )
    changes = {"recipients": (draft.before, draft.reach.total)}
    note_list(session, row, "groups.wait", changes, by=by, now=now)


def _end(
    session: Session,
    change: ListChange,
    row: DistributionList,
    state: ChangeState,
    why: str,
    *,
    by: Actor,
    now: datetime,
) -> None:
    change.state, change.ended_at, change.ended_why = state, now, why
    before = row.status
    if change.kind == ChangeKind.CREATE:
        set_status(session, row, ListStatus.REJECTED, why=why, now=now)
        release_address(session, row.address_key)
    changes = {"change": (ChangeState.WAITING, state), "status": (before, row.status)}
    note_list(session, row, f"groups.{state}", changes, by=by, now=now)
    what = "The list" if change.kind == ChangeKind.CREATE else "A change of the list"
    subject = f"{what} {row.address} was {state}"
    owe_owners(session, row, subject, f"{subject}: {why}", now=now)
