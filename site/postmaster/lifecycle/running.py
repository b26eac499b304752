"""A batch runs in chunks: each is one transaction that locks, judges anew, writes and remembers."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.accounts.rules import Status
from postmaster.accounts.sweeps import Sweep, apply_sweep, bury, lock_accounts
from postmaster.accounts.tables import Account
from postmaster.credentials.forgetting import forget_purged
from postmaster.days import add_months, london_day
from postmaster.lifecycle.batches import BatchError, BatchStatus, ItemState
from postmaster.lifecycle.caps import keep_to_cap
from postmaster.lifecycle.cutoffs import make_cutoffs
from postmaster.lifecycle.guards import check_clear
from postmaster.lifecycle.membership import count_states, drop_members, say_unfit, settle_members
from postmaster.lifecycle.noticing import settle_notices
from postmaster.lifecycle.rules import LEADS_TO, Reason
from postmaster.lifecycle.steps import get_batch_for, refresh_ready, step_batch
from postmaster.lifecycle.tables import BatchItem, LifecycleBatch
from postmaster.policy.numbers import Key
from postmaster.policy.reads import get_policy

CHUNK = 5000
ACTIONS = {
    Status.DELETED: "lifecycle.delete",
    Status.INACTIVE: "lifecycle.idle",
    Status.PURGED: "lifecycle.purge",
}


@dataclass(frozen=True, slots=True)
class ChunkResult:
    """What a chunk did; `is_over` when nothing more is ready today."""

    done: int
    dropped: int
    is_over: bool


@acts(Action.LIFECYCLE_RUN)
def begin_run(session: Session, *, batch_id: int, by: Actor, now: datetime) -> None:
    """Begin to run a batch, or go on after a pause or a crash.

    Raises:
        BatchError: it is not approved and noticed, something holds every batch, or no member's
            notice has run its days.
    """
    batch = get_batch_for(session, batch_id)
    if batch.status == BatchStatus.RUNNING:
        return
    if batch.status not in {BatchStatus.WAITING, BatchStatus.PAUSED}:
        raise BatchError(f"The batch is {batch.status}: it cannot run.")
    check_clear(session, now=now)
    settle_notices(session, batch_id=batch_id, now=now)
    refresh_ready(session, batch)
    today, first = london_day(now), batch.ready_on
    if first is None or first > today:
        raise BatchError(_say_too_early(first))
    batch.started_at = batch.started_at or now
    batch.started_by, batch.checkpoint = by.reference, 0
    step_batch(session, batch, BatchStatus.RUNNING, "lifecycle.run", {}, by=by, now=now)


@acts(Action.LIFECYCLE_RUN)
def pause_run(session: Session, *, batch_id: int, why: str, by: Actor, now: datetime) -> None:
    """Stop a run after the chunk it is in; it can go on, or be undone.

    Raises:
        BatchError: it is not running.
    """
    batch = get_batch_for(session, batch_id)
    batch.status_note = why.strip() or None
    step_batch(session, batch, BatchStatus.PAUSED, "lifecycle.pause", {}, by=by, now=now)


@acts(Action.LIFECYCLE_RUN)
def run_chunk(
    session: Session, *, batch_id: int, size: int = CHUNK, by: Actor, now: datetime
) -> ChunkResult:
    """Do the next members that are ready; those the rule no longer takes leave with the reason.

    Raises:
        BatchError: the batch does not run, or something holds every batch.
    """
    batch = get_batch_for(session, batch_id)
    if batch.status != BatchStatus.RUNNING:
        raise BatchError(f"The batch is {batch.status}, not running.")
    check_clear(session, now=now)
    today = london_day(now)
    bounds = _next_bounds(session, batch, today, size)
    if bounds is None:
        return _finish(session, batch, by=by, now=now)
    within = BatchItem.account_id.between(*bounds)
    settle_notices(session, batch_id=batch_id, within=within, now=now)
    policy = get_policy(session, on=today)
    ready = _is_ready(batch, today, within)
    sweep = _make_sweep(batch, bounds, policy.version, by=by, now=now)
    among = select(BatchItem.account_id).where(ready)
    lock_accounts(session, Account.account_id.in_(among))
    why = say_unfit(batch, make_cutoffs(policy, as_of=now), among=among)
    dropped = _drop_unfit(session, batch, ready, why, within=within, now=now)
    if sweep.wanted is Status.DELETED:
        cap = policy[Key.CAP_ORGANISATION_ACCOUNTS]
        keep_to_cap(session, batch, ready, today=today, cap=cap)
    until = add_months(today, policy[Key.ADDRESS_QUARANTINE_MONTHS])
    # Whoever is left was found fit above, once, behind the lock: what was seen is what is done.
    fit = Account.account_id.in_(among)
    done = _sweep_one(session, sweep, fit, kept_until=until)
    settle_members(session, ready, now=now)
    batch.checkpoint = bounds[1]
    session.flush()
    return ChunkResult(done, dropped, is_over=False)


def _sweep_one(
    session: Session, sweep: Sweep, fit: ColumnElement[bool], *, kept_until: date
) -> int:
    if sweep.wanted is Status.PURGED:
        buried = bury(session, sweep, chosen=fit, kept_until=kept_until)
        forget_purged(session, first=sweep.first, last=sweep.last)
        return buried
    return apply_sweep(session, sweep, chosen=fit)


def _make_sweep(
    batch: LifecycleBatch, bounds: tuple[int, int], version: str, *, by: Actor, now: datetime
) -> Sweep:
    wanted = LEADS_TO[Reason(batch.reason)]
    return Sweep(
        batch_id=batch.batch_id,
        action=ACTIONS[wanted],
        wanted=wanted,
        reason_code=batch.reason,
        policy_version=version,
        first=bounds[0],
        last=bounds[1],
        by=by.reference,
        now=now,
    )


def _next_bounds(
    session: Session, batch: LifecycleBatch, today: date, size: int
) -> tuple[int, int] | None:
    """The first and last account of the next chunk."""
    chunk = (
        select(BatchItem.account_id)
        .where(
            BatchItem.batch_id == batch.batch_id,
            BatchItem.state == ItemState.NOTICED,
            BatchItem.account_id > batch.checkpoint,
            BatchItem.ready_on <= today,
        )
        .order_by(BatchItem.account_id)
        .limit(size)
        .subquery()
    )
    low, high = session.execute(
        select(func.min(chunk.c.account_id), func.max(chunk.c.account_id))
    ).one()
    return None if low is None else (low, high)


def _is_ready(
    batch: LifecycleBatch, today: date, within: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Members of a range whose notice was accepted and has run its days."""
    ready = and_(
        BatchItem.batch_id == batch.batch_id,
        BatchItem.state == ItemState.NOTICED,
        within,
        BatchItem.ready_on <= today,
        BatchItem.deletes_on <= today,
    )
    return and_(ready, BatchItem.accepted_at.is_not(None)) if batch.notice_days else ready


def _drop_unfit(
    session: Session,
    batch: LifecycleBatch,
    ready: ColumnElement[bool],
    why: ColumnElement[str | None],
    *,
    within: ColumnElement[bool],
    now: datetime,
) -> int:
    """Let the members go whom the rule no longer takes, or who moved to another organisation.

    Their numbers are fetched and handed back as values: how many there are is never guessed, and no
    planner joins them with all the others, however new the batch is to its statistics.
    """
    # Kept while the statement runs: to choose by it and to show it would judge everybody twice.
    judged = (
        select(BatchItem.account_id, why.label("why"))
        .join(Account, Account.account_id == BatchItem.account_id)
        .where(ready)
        .cte("judged")
        .prefix_with("MATERIALIZED")
    )
    unfit: dict[str, list[int]] = defaultdict(list)
    for account_id, reason in session.execute(select(judged).where(judged.c.why.is_not(None))):
        unfit[reason].append(account_id)
    return sum(
        drop_members(
            session,
            batch.batch_id,
            BatchItem.account_id.in_(ids),
            within=within,
            why=reason,
            now=now,
        )
        for reason, ids in sorted(unfit.items())
    )


def _finish(session: Session, batch: LifecycleBatch, *, by: Actor, now: datetime) -> ChunkResult:
    """Nothing more is ready: wait for those whose day comes later, or be done."""
    states = count_states(session, batch.batch_id)
    waiting = states[ItemState.NOTICED] + states[ItemState.OWED]
    refresh_ready(session, batch)
    if waiting:
        step_batch(session, batch, BatchStatus.WAITING, "lifecycle.wait", {}, by=by, now=now)
        return ChunkResult(0, 0, is_over=True)
    batch.finished_at = now
    batch.undo_until = date.fromordinal(london_day(now).toordinal() + (batch.undo_days or 0))
    changes = {"done": (0, states[ItemState.DONE]), "dropped": (0, states[ItemState.DROPPED])}
    step_batch(session, batch, BatchStatus.DONE, "lifecycle.finish", changes, by=by, now=now)
    return ChunkResult(0, 0, is_over=True)


def _say_too_early(first: date | None) -> str:
    if first is None:
        return "No member's notice was accepted yet."
    return f"The first notice has run its days on {first.isoformat()}: nothing is ready before."
