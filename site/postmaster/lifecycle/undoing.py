"""A whole batch taken back within its window: asked for, approved by another, done in chunks."""

from datetime import datetime, timedelta

from sqlalchemy import and_, exists, func, select, update
from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor, ActorKind
from postmaster.access.matrix import Action
from postmaster.accounts.reverting import revert_sweep
from postmaster.accounts.sweeps import Sweep, changed_by, count_rows, lock_accounts
from postmaster.accounts.tables import Account, AccountChange
from postmaster.days import london_day
from postmaster.lifecycle.batches import (
    BatchError,
    BatchStatus,
    ItemState,
    can_be_undone,
)
from postmaster.lifecycle.rules import LEADS_TO, Reason
from postmaster.lifecycle.running import ACTIONS, CHUNK, ChunkResult
from postmaster.lifecycle.steps import get_batch_for, note_batch, step_batch
from postmaster.lifecycle.tables import BatchItem, LifecycleBatch
from postmaster.policy.numbers import Key
from postmaster.policy.reads import get_policy

REST = {BatchStatus.DONE, BatchStatus.PAUSED}


@acts(Action.LIFECYCLE_RUN)
def ask_undo(session: Session, *, batch_id: int, why: str, by: Actor, now: datetime) -> None:
    """Ask for a batch to be taken back; somebody else approves it.

    Raises:
        BatchError: there is nothing to take back, the window is over, or there is no reason.
    """
    batch = get_batch_for(session, batch_id)
    _check_window(batch, now)
    if not why.strip():
        raise BatchError("Say why the batch is taken back.")
    batch.undo_asked_by, batch.undo_why = by.reference, why.strip()
    note_batch(session, batch, "lifecycle.ask_undo", {}, by=by, now=now)


@acts(Action.LIFECYCLE_RUN)
def approve_undo(session: Session, *, batch_id: int, by: Actor, now: datetime) -> None:
    """Approve that a batch is taken back; never by whoever asked for it.

    Raises:
        BatchError: nobody asked, it is one's own wish, or the window is over.
    """
    batch = get_batch_for(session, batch_id)
    _check_window(batch, now)
    if batch.undo_asked_by is None:
        raise BatchError("Nobody has asked for this batch to be taken back.")
    if by.kind is not ActorKind.PERSON or by.reference == batch.undo_asked_by:
        raise BatchError("You asked for it. Somebody else must approve it, signed in.")
    batch.undo_approved_by, batch.checkpoint = by.reference, 0
    step_batch(session, batch, BatchStatus.UNDOING, "lifecycle.undo", {}, by=by, now=now)


@acts(Action.LIFECYCLE_RUN)
def undo_chunk(
    session: Session, *, batch_id: int, size: int = CHUNK, by: Actor, now: datetime
) -> ChunkResult:
    """Put the next members back; those changed since the run keep what they are now.

    Raises:
        BatchError: the batch is not being undone.
    """
    batch = get_batch_for(session, batch_id)
    if batch.status != BatchStatus.UNDOING:
        raise BatchError(f"The batch is {batch.status}, not being undone.")
    mine = and_(BatchItem.batch_id == batch_id, BatchItem.state == ItemState.DONE)
    chunk = (
        select(BatchItem.account_id)
        .where(mine, BatchItem.account_id > batch.checkpoint)
        .order_by(BatchItem.account_id)
        .limit(size)
        .subquery()
    )
    first, last = session.execute(
        select(func.min(chunk.c.account_id), func.max(chunk.c.account_id))
    ).one()
    if first is None:
        step_batch(session, batch, BatchStatus.UNDONE, "lifecycle.undone", {}, by=by, now=now)
        return ChunkResult(0, 0, is_over=True)
    policy = get_policy(session, on=london_day(now))
    spared = now + timedelta(days=policy[Key.INACTIVE_AFTER_DAYS])
    sweep = _make_sweep(batch, first, last, by, now)
    lock_accounts(session, Account.account_id.in_(changed_by(sweep)))
    back, changed = _settle(session, batch, sweep)
    revert_sweep(session, sweep, spared_until=spared)
    return ChunkResult(back, changed, is_over=False)


@acts(Action.LIFECYCLE_RUN)
def close_window(session: Session, *, batch_id: int, by: Actor, now: datetime) -> bool:
    """Make a batch final once its window is over; gives whether it was."""
    batch = get_batch_for(session, batch_id)
    is_over = batch.undo_until is None or london_day(now) > batch.undo_until
    if batch.status not in {BatchStatus.DONE, BatchStatus.UNDONE} or not is_over:
        return False
    step_batch(session, batch, BatchStatus.FINAL, "lifecycle.final", {}, by=by, now=now)
    return True


def _check_window(batch: LifecycleBatch, now: datetime) -> None:
    if batch.status not in REST or not can_be_undone(Reason(batch.reason)):
        raise BatchError(f"The batch is {batch.status}: there is nothing to take back.")
    if batch.undo_until is not None and london_day(now) > batch.undo_until:
        raise BatchError(f"It could be taken back until {batch.undo_until.isoformat()}.")


def _make_sweep(batch: LifecycleBatch, first: int, last: int, by: Actor, now: datetime) -> Sweep:
    wanted = LEADS_TO[Reason(batch.reason)]
    return Sweep(
        batch_id=batch.batch_id,
        action=ACTIONS[wanted],
        wanted=wanted,
        reason_code=batch.reason,
        policy_version=batch.policy_version or "",
        first=first,
        last=last,
        by=by.reference,
        now=now,
    )


def _settle(session: Session, batch: LifecycleBatch, sweep: Sweep) -> tuple[int, int]:
    """Write beside each member whether it is put back or was changed since; gives how many each."""
    mine = and_(
        BatchItem.batch_id == batch.batch_id,
        BatchItem.state == ItemState.DONE,
        BatchItem.account_id.between(sweep.first, sweep.last),
    )
    same = exists().where(
        AccountChange.batch_id == sweep.batch_id,
        AccountChange.action == sweep.action,
        AccountChange.account_id == BatchItem.account_id,
        Account.account_id == BatchItem.account_id,
        Account.revision == AccountChange.revision,
    )
    back, changed = (
        count_rows(
            session.execute(
                update(BatchItem)
                .where(mine, where)
                .values(state=state, settled_at=sweep.now)
                .execution_options(synchronize_session=False)
            )
        )
        for where, state in ((same, ItemState.UNDONE), (~same, ItemState.KEPT_CHANGED))
    )
    batch.checkpoint = sweep.last
    session.flush()
    return back, changed
