"""Batches carried on: notices owed, proofs read, runs and undos taken chunk by chunk."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Engine, or_, select

from lamppost.clock import Clock
from lamppost.database import read_only, unit_of_work
from lamppost.settings import Settings
from lamppost.worker.schedule import Job
from postmaster.access.actors import Actor, system
from postmaster.days import london_day
from postmaster.lifecycle.automation import may_run_alone
from postmaster.lifecycle.batches import BatchError, BatchStatus
from postmaster.lifecycle.noticing import look_at_notices, owe_notices
from postmaster.lifecycle.running import ChunkResult, begin_run, run_chunk
from postmaster.lifecycle.tables import LifecycleBatch
from postmaster.lifecycle.undoing import close_window, undo_chunk

log = logging.getLogger(__name__)
BATCHES_S = 5
# A chunk in one transaction: the kill switch and other writers wait for no more than one.
NOTICES_AT_ONCE = 500
# The proofs of a waiting batch are many rows: they are read so often.
LOOK_EVERY = timedelta(minutes=1)
WORKER = system("lifecycle")
# Told after every chunk.
OnChunk = Callable[[ChunkResult], None]


def keep_at(settings: Settings) -> str:
    """The address behind which somebody keeps their account; a token follows."""
    return f"{settings.base_url}/keep/"


def list_batch_jobs(engine: Engine, settings: Settings, clock: Clock) -> list[Job]:
    """Carry every open batch on, every few seconds."""
    return [Job("batches", BATCHES_S, lambda: carry_on(engine, settings, clock), is_recorded=False)]


def carry_on(engine: Engine, settings: Settings, clock: Clock) -> None:
    """Do for each batch what its status asks for; what holds one back is logged, not raised."""
    with read_only(engine) as session:
        batches = session.execute(
            select(LifecycleBatch.batch_id, LifecycleBatch.status)
            .where(
                LifecycleBatch.status.in_([*_WORK, *_WAITS]),
                or_(
                    LifecycleBatch.looked_at.is_(None),
                    LifecycleBatch.looked_at <= clock.now() - LOOK_EVERY,
                    LifecycleBatch.status != BatchStatus.WAITING,
                ),
            )
            .order_by(LifecycleBatch.batch_id)
        ).all()
    for batch_id, status in batches:
        try:
            if status == BatchStatus.NOTICING:
                notify(engine, batch_id, keep_at=keep_at(settings), by=WORKER, clock=clock)
            elif status in _WORK:
                work(engine, batch_id, BatchStatus(status), by=WORKER, clock=clock)
            else:
                _look(engine, batch_id, BatchStatus(status), clock.now())
        except BatchError as error:
            log.warning("Batch %s stands still: %s", batch_id, error)


def notify(
    engine: Engine,
    batch_id: int,
    *,
    keep_at: str,
    by: Actor,
    clock: Clock,
    on_left: Callable[[int], None] = lambda _left: None,
) -> None:
    """Owe the notices that are left; `on_left` is told how many after each transaction."""
    left = 1
    while left:
        with unit_of_work(engine) as session:
            left = owe_notices(
                session,
                batch_id=batch_id,
                keep_at=keep_at,
                most=NOTICES_AT_ONCE,
                by=by,
                now=clock.now(),
            )
        on_left(left)


def work(
    engine: Engine,
    batch_id: int,
    status: BatchStatus,
    *,
    by: Actor,
    clock: Clock,
    on_chunk: OnChunk = lambda _result: None,
) -> None:
    """Run or undo a batch to its end, a transaction for each chunk; safe to be killed between."""
    step = run_chunk if status is BatchStatus.RUNNING else undo_chunk
    is_over = False
    while not is_over:
        with unit_of_work(engine) as session:
            result = step(session, batch_id=batch_id, by=by, now=clock.now())
        on_chunk(result)
        is_over = result.is_over


_WORK = (BatchStatus.NOTICING, BatchStatus.RUNNING, BatchStatus.UNDOING)
_WAITS = (BatchStatus.WAITING, BatchStatus.DONE, BatchStatus.UNDONE)


def _look(engine: Engine, batch_id: int, status: BatchStatus, now: datetime) -> None:
    with unit_of_work(engine) as session:
        if status is not BatchStatus.WAITING:
            close_window(session, batch_id=batch_id, by=WORKER, now=now)
            return
        batch = look_at_notices(session, batch_id=batch_id, now=now)
        if may_run_alone(batch, today=london_day(now)):
            begin_run(session, batch_id=batch_id, by=WORKER, now=now)
