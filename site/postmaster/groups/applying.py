"""A change put in force: settings, rule, senders and members, in one transaction with its audit."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.audit.actions import Changes
from postmaster.groups.conditions import read_condition, write_condition
from postmaster.groups.entering import find_entries, without_present
from postmaster.groups.letters import owe_owners
from postmaster.groups.noting import note_list
from postmaster.groups.reaching import gather, measure
from postmaster.groups.rules import ChangeKind, ChangeState, ListStatus, Seat
from postmaster.groups.tables import (
    ActivePeriod,
    DistributionList,
    ListApproval,
    ListChange,
    ListMember,
    ListSender,
)
from postmaster.groups.wanted import Wanted, read_wanted


def apply_change(
    session: Session, row: DistributionList, change: ListChange, *, by: Actor, now: datetime
) -> None:
    """Make the list what the change wants; a new one becomes active by it.

    Raises:
        postmaster.groups.rules.GroupError: an address of it is nobody's by now.
    """
    wanted = read_wanted(change.wanted)
    before = row.recipients
    _apply_settings(row, wanted)
    added, ended = _apply_members(session, row, wanted, by=by, now=now)
    if wanted.senders is not None:
        _apply_senders(session, row.list_id, wanted.senders, now)
    row.is_large = _has_tenant(session, change.change_id)
    if change.kind == ChangeKind.CREATE:
        set_status(session, row, ListStatus.ACTIVE, now=now)
    change.state, change.ended_at = ChangeState.APPLIED, now
    session.flush()
    count(session, row, now=now)
    changes: Changes = {
        "status": (None, row.status),
        "recipients": (before, row.recipients),
        "added": (None, added or None),
        "ended": (None, ended or None),
        "condition": (None, row.condition if wanted.condition else None),
    }
    personal = {"added": " ".join(wanted.add)} if wanted.add else None
    note_list(session, row, f"groups.{change.kind}", changes, personal=personal, by=by, now=now)
    if change.kind == ChangeKind.CREATE and change.asked_by != by.reference:
        owe_owners(session, row, f"The list {row.address} is active", "It was approved.", now=now)


def set_status(
    session: Session,
    row: DistributionList,
    wanted: ListStatus,
    *,
    why: str | None = None,
    now: datetime,
) -> None:
    """Give a list its status, and keep since when it was active and until when."""
    row.status, row.status_since, row.status_why = wanted, now, why
    if wanted is ListStatus.ACTIVE:
        session.add(ActivePeriod(list_id=row.list_id, from_at=now))
    else:
        session.execute(
            update(ActivePeriod)
            .where(ActivePeriod.list_id == row.list_id, ActivePeriod.to_at.is_(None))
            .values(to_at=now)
        )


def count(session: Session, row: DistributionList, *, now: datetime) -> None:
    """Count anew whom the list reaches, for lists that show many."""
    condition = None if row.condition is None else read_condition(row.condition)
    held = gather(session, list_id=row.list_id, condition=condition, now=now)
    row.recipients, row.counted_at = measure(session, held, now=now).total, now


def _apply_settings(row: DistributionList, wanted: Wanted) -> None:
    if wanted.description is not None:
        row.description = wanted.description
    if wanted.is_hidden is not None:
        row.is_hidden = wanted.is_hidden
    if wanted.condition is not None:
        row.condition = write_condition(wanted.condition)


def _apply_members(
    session: Session, row: DistributionList, wanted: Wanted, *, by: Actor, now: datetime
) -> tuple[int, int]:
    entries = without_present(session, row.list_id, find_entries(session, wanted.add))
    rows: list[dict[str, Any]] = [
        {
            "list_id": row.list_id,
            "account_id": entry.account_id,
            "nested_id": entry.nested_id,
            "external": entry.external,
            "since": now,
            "added_by": by.reference,
        }
        for entry in entries
    ]
    if rows:
        session.execute(insert(ListMember), rows)
    if wanted.end:
        session.execute(
            update(ListMember)
            .where(
                ListMember.list_id == row.list_id,
                ListMember.member_id.in_(wanted.end),
                ListMember.ended_at.is_(None),
            )
            .values(ended_at=now, ended_by=by.reference)
            .execution_options(synchronize_session=False)
        )
    return len(rows), len(wanted.end)


def _apply_senders(session: Session, list_id: int, senders: tuple[str, ...], now: datetime) -> None:
    held = session.scalars(
        select(ListSender).where(ListSender.list_id == list_id, ListSender.ended_at.is_(None))
    ).all()
    for row in held:
        if row.address_key not in senders:
            row.ended_at = now
    present = {row.address_key for row in held}
    session.add_all(
        ListSender(list_id=list_id, address_key=key, since=now)
        for key in senders
        if key not in present
    )


def _has_tenant(session: Session, change_id: int) -> bool:
    given = select(ListApproval.approval_id).where(
        ListApproval.change_id == change_id,
        ListApproval.seat == Seat.TENANT,
        ListApproval.is_given.is_(True),
    )
    return session.scalar(given) is not None
