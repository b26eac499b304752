"""Questions about batches: what a reader may see of them, member by member, and what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select, true
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.access.tasks import Task
from postmaster.accounts.tables import Account
from postmaster.days import london_day
from postmaster.lifecycle.batches import CLOSED, BatchStatus, Drop, ItemState
from postmaster.lifecycle.tables import BatchItem, LifecycleBatch, LifecycleSwitch

HOME = "/admin/lifecycle/"
KEY = (BatchItem.account_id,)
# The newest batches are shown; older ones are found by their number.
MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch in a list."""

    batch_id: int
    title: str
    reason: str
    status: BatchStatus
    status_since: datetime
    run_on: date
    members: int


@dataclass(frozen=True, slots=True)
class BatchPage:
    """Everything about a batch but its members; `states` and `drops` count those in scope."""

    row: LifecycleBatch
    states: dict[ItemState, int]
    drops: Sequence[tuple[str, int]]
    organisations: Sequence[tuple[str, int]]
    first_ready: date | None

    @property
    def settled(self) -> int:
        """How many need nothing more."""
        flying = (ItemState.MEMBER, ItemState.OWED, ItemState.NOTICED)
        return sum(count for state, count in self.states.items() if state not in flying)

    @property
    def total(self) -> int:
        """How many there ever were."""
        return sum(self.states.values())


def list_batches(
    session: Session, *, reader: Actor, limit: int = MOST_LISTED
) -> Sequence[BatchRow]:
    """The newest batches with members the reader may see; drafts only for whoever runs them."""
    rows = session.execute(
        select(
            LifecycleBatch.batch_id,
            LifecycleBatch.title,
            LifecycleBatch.reason,
            LifecycleBatch.status,
            LifecycleBatch.status_since,
            LifecycleBatch.run_on,
            LifecycleBatch.member_count,
        )
        .where(_may_see(reader))
        .order_by(LifecycleBatch.batch_id.desc())
        .limit(limit)
    )
    return [
        BatchRow(row[0], row[1], row[2], BatchStatus(row[3]), row[4], row[5], row[6])
        for row in rows
    ]


def get_batch(session: Session, *, reader: Actor, batch_id: int) -> BatchPage | None:
    """One batch; None when there is none or the reader may see none of its members."""
    row = session.scalar(
        select(LifecycleBatch).where(LifecycleBatch.batch_id == batch_id, _may_see(reader))
    )
    if row is None:
        return None
    mine = _mine(reader, batch_id)
    states = {ItemState(state): count for state, count in _count(session, BatchItem.state, mine)}
    gone = (*mine, BatchItem.why.is_not(None))
    drops = _count(session, BatchItem.why, gone)
    ready = session.scalar(
        select(func.min(BatchItem.ready_on)).where(*mine, BatchItem.state == ItemState.NOTICED)
    )
    return BatchPage(
        row=row,
        states={state: states.get(state, 0) for state in ItemState},
        drops=drops,
        organisations=_count(session, BatchItem.organisation, mine),
        first_ready=ready,
    )


def select_members(
    *, reader: Actor, batch_id: int, state: ItemState | None = None
) -> Select[*tuple[Any, ...]]:
    """The members a reader may see, not yet ordered; the key `account_id` first."""
    rows = (
        select(
            BatchItem.account_id,
            Account.address,
            BatchItem.organisation,
            BatchItem.kind,
            BatchItem.state,
            BatchItem.why,
            BatchItem.deletes_on,
            BatchItem.accepted_at,
            BatchItem.ready_on,
        )
        .join(Account, Account.account_id == BatchItem.account_id)
        .where(*_mine(reader, batch_id))
    )
    if state is ItemState.DROPPED:
        # Few, and with an index of their own.
        return rows.where(BatchItem.why.is_not(None))
    return rows if state is None else rows.where(BatchItem.state == state)


def list_memberships(session: Session, *, account_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Every batch an account is or was in, the newest first, and what became of its notice."""
    rows = (
        select(
            LifecycleBatch.batch_id,
            LifecycleBatch.title,
            LifecycleBatch.status,
            BatchItem.state,
            BatchItem.why,
            BatchItem.deletes_on,
            BatchItem.message_id,
            BatchItem.accepted_at,
            BatchItem.ready_on,
        )
        .join(LifecycleBatch, LifecycleBatch.batch_id == BatchItem.batch_id)
        .where(BatchItem.account_id == account_id)
        .order_by(BatchItem.batch_id.desc())
    )
    return session.execute(rows).all()


def get_switch(session: Session) -> LifecycleSwitch | None:
    """The kill switch, if it was ever touched."""
    return session.get(LifecycleSwitch, 1)


def list_tasks(session: Session, *, reader: Actor, now: datetime) -> Sequence[Task]:
    """Batches to approve or to look at, and notices that reached nobody."""
    tasks = [] if not _runs(reader) else _list_decisions(session, reader, london_day(now))
    if may(reader, Action.ACCOUNTS_STATE).is_allowed:
        tasks += _list_failed(session, reader)
    return tasks


def _list_decisions(session: Session, reader: Actor, today: date) -> list[Task]:
    others = LifecycleBatch.created_by != reader.reference
    frozen = (LifecycleBatch.status == BatchStatus.FROZEN, others)
    asked = (
        LifecycleBatch.undo_asked_by.is_not(None),
        LifecycleBatch.undo_asked_by != reader.reference,
        LifecycleBatch.undo_approved_by.is_(None),
        LifecycleBatch.status.in_([BatchStatus.DONE, BatchStatus.PAUSED]),
    )
    ready = (LifecycleBatch.status == BatchStatus.WAITING, LifecycleBatch.ready_on <= today)
    tasks = []
    for where, one, many in (
        (frozen, "1 batch waits for your approval", "batches wait for your approval"),
        (asked, "1 batch waits to be taken back", "batches wait to be taken back"),
        (ready, "1 batch is ready to run", "batches are ready to run"),
    ):
        count, since = session.execute(
            select(func.count(), func.min(LifecycleBatch.status_since)).where(*where)
        ).one()
        if count and since is not None:
            tasks.append(Task(count, one if count == 1 else f"{count:,} {many}", HOME, since))
    return tasks


def _list_failed(session: Session, reader: Actor) -> list[Task]:
    open_ones = select(LifecycleBatch.batch_id).where(LifecycleBatch.status.not_in(sorted(CLOSED)))
    count, since = session.execute(
        select(func.count(), func.min(BatchItem.settled_at)).where(
            BatchItem.batch_id.in_(open_ones),
            BatchItem.why == Drop.NOTICE_FAILED,
            in_scope(reader, Action.ACCOUNTS_STATE, BatchItem.organisation),
        )
    ).one()
    if not count or since is None:
        return []
    words = "1 notice" if count == 1 else f"{count:,} notices"
    return [Task(count, f"{words} of deletion reached nobody: see to the accounts", HOME, since)]


def _runs(reader: Actor) -> bool:
    return may(reader, Action.LIFECYCLE_RUN).is_allowed


def _may_see(reader: Actor) -> ColumnElement[bool]:
    within = LifecycleBatch.batch_id.in_(
        select(BatchItem.batch_id).where(
            in_scope(reader, Action.ACCOUNTS_READ, BatchItem.organisation)
        )
    )
    return true() if _runs(reader) else within


def _mine(reader: Actor, batch_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        BatchItem.batch_id == batch_id,
        in_scope(reader, Action.ACCOUNTS_READ, BatchItem.organisation),
    )


def _count(
    session: Session, column: Any, where: Sequence[ColumnElement[bool]]
) -> Sequence[tuple[Any, int]]:
    rows = session.execute(
        select(column, func.count()).where(*where).group_by(column).order_by(func.count().desc())
    )
    return [(value, count) for value, count in rows]
