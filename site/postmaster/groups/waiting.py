"""Changes of lists and who must decide them; and what waits for somebody on their first page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.access.tasks import Task
from postmaster.groups.records import ApprovalRow, ChangeRow
from postmaster.groups.rules import ChangeKind, ChangeState, Seat
from postmaster.groups.tables import DistributionList, ListApproval, ListChange
from postmaster.groups.wanted import read_wanted

WAITING_KEY = (ListChange.change_id,)
CHANGES_SHOWN = 20


def list_changes(session: Session, *, list_id: int) -> Sequence[ChangeRow]:
    """The newest changes of a list with their approvals."""
    rows = session.scalars(
        select(ListChange)
        .where(ListChange.list_id == list_id)
        .order_by(ListChange.change_id.desc())
        .limit(CHANGES_SHOWN)
    ).all()
    return [_to_change(session, row) for row in rows]


def is_waiting(session: Session, *, list_id: int) -> bool:
    """Whether a change of a list waits for approval."""
    waiting = select(ListChange.change_id).where(
        ListChange.list_id == list_id, ListChange.state == ChangeState.WAITING
    )
    return session.scalar(waiting) is not None


def get_change(session: Session, *, reader: Actor, change_id: int) -> ChangeRow | None:
    """One change; None where it is neither of the reader's lists nor theirs to decide."""
    row = session.scalar(
        select(ListChange)
        .join(DistributionList, DistributionList.list_id == ListChange.list_id)
        .where(
            ListChange.change_id == change_id,
            or_(
                in_scope(reader, Action.GROUPS_READ, DistributionList.organisation),
                exists().where(
                    ListApproval.change_id == ListChange.change_id,
                    in_scope(reader, Action.GROUPS_APPROVE, ListApproval.organisation),
                ),
            ),
        )
    )
    return None if row is None else _to_change(session, row)


def get_changed_list(session: Session, *, list_id: int) -> DistributionList:
    """The list a change is about, for whoever was shown the change."""
    return session.get_one(DistributionList, list_id)


def select_waiting(*, reader: Actor) -> Select[*tuple[Any, ...]]:
    """Changes that wait for this reader; the key first, not ordered."""
    return (
        select(
            *WAITING_KEY,
            DistributionList.list_id,
            DistributionList.address,
            DistributionList.organisation,
            ListChange.kind,
            ListChange.after,
            ListChange.asked_at,
        )
        .join(DistributionList, DistributionList.list_id == ListChange.list_id)
        .where(ListChange.state == ChangeState.WAITING, _waits_for(reader))
    )


def to_waiting(row: Row[*tuple[Any, ...]]) -> tuple[int, int, str, str, ChangeKind, int, datetime]:
    """A row of `select_waiting` with its kind as a value."""
    change_id, list_id, address, organisation, kind, after, asked_at = tuple(row)
    return change_id, list_id, address, organisation, ChangeKind(kind), after, asked_at


def list_tasks(session: Session, *, reader: Actor, now: datetime) -> Sequence[Task]:  # noqa: ARG001 - every room is asked the same
    """Lists that wait for the reader's approval."""
    if not may(reader, Action.GROUPS_APPROVE).is_allowed:
        return ()
    count, since = session.execute(
        select(func.count(), func.min(ListChange.asked_at)).where(
            ListChange.state == ChangeState.WAITING, _waits_for(reader)
        )
    ).one()
    if not count:
        return ()
    words = "1 list waits" if count == 1 else f"{count:,} lists wait"
    return (Task(count, f"{words} for your approval", "/admin/groups/waiting/", since),)


def _waits_for(reader: Actor) -> ColumnElement[bool]:
    """An approval that is still open is this reader's; a tenant's is never who asked's own."""
    mine = [
        and_(
            ListApproval.seat != Seat.TENANT,
            in_scope(reader, Action.GROUPS_APPROVE, ListApproval.organisation),
        )
    ]
    if may(reader, Action.LIFECYCLE_RUN).is_allowed:
        is_another = ListChange.asked_by != reader.reference
        mine.append(and_(ListApproval.seat == Seat.TENANT, is_another))
    return exists().where(
        ListApproval.change_id == ListChange.change_id,
        ListApproval.decided_at.is_(None),
        or_(*mine),
    )


def _to_change(session: Session, row: ListChange) -> ChangeRow:
    approvals = session.scalars(
        select(ListApproval)
        .where(ListApproval.change_id == row.change_id)
        .order_by(ListApproval.approval_id)
    )
    return ChangeRow(
        change_id=row.change_id,
        list_id=row.list_id,
        kind=ChangeKind(row.kind),
        wanted=read_wanted(row.wanted),
        before=row.before,
        after=row.after,
        state=ChangeState(row.state),
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        ended_at=row.ended_at,
        ended_why=row.ended_why,
        approvals=[
            ApprovalRow(
                Seat(one.seat), one.organisation, one.is_given, one.decided_at, one.decided_by,
                one.why,
            )
            for one in approvals
        ],
    )  # fmt: skip
