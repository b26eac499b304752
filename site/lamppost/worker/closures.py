"""Outcomes of closings carried on: done or taken back chunk by chunk."""

import logging
from collections.abc import Callable

from sqlalchemy import Engine

from lamppost.clock import Clock
from lamppost.database import read_only, unit_of_work
from lamppost.worker.schedule import Job
from postmaster.access.actors import Actor, system
from postmaster.closures.reads import list_unfinished
from postmaster.closures.rules import ClosureError, PlanState
from postmaster.closures.running import ChunkResult
from postmaster.closures.undoing import undo_chunk
from postmaster.lifecycle.moving import run_plan_chunk

log = logging.getLogger(__name__)
CLOSURES_S = 2
WORKER = system("closures")
# Told after every chunk.
OnChunk = Callable[[ChunkResult], None]


def list_closure_jobs(engine: Engine, clock: Clock) -> list[Job]:
    """Carry every outcome on, every few seconds."""
    return [Job("closures", CLOSURES_S, lambda: carry_outcomes(engine, clock), is_recorded=False)]


def carry_outcomes(engine: Engine, clock: Clock) -> None:
    """Do or undo each to its end, a transaction for each chunk; safe to be killed between."""
    with read_only(engine) as session:
        unfinished = list_unfinished(session)
    for plan_id, state in unfinished:
        try:
            carry_outcome(engine, plan_id, state, by=WORKER, clock=clock)
        except ClosureError as error:
            # Somebody held it up between two chunks.
            log.info("Outcome %s stands still: %s", plan_id, error)


def carry_outcome(
    engine: Engine,
    plan_id: int,
    state: PlanState,
    *,
    by: Actor,
    clock: Clock,
    on_chunk: OnChunk = lambda _result: None,
) -> None:
    """Do or undo one to its end.

    Raises:
        ClosureError: somebody held it up, or did it, between two chunks.
    """
    step = run_plan_chunk if state is PlanState.RUNNING else undo_chunk
    is_over = False
    while not is_over:
        with unit_of_work(engine) as session:
            result = step(session, plan_id=plan_id, by=by, now=clock.now())
        on_chunk(result)
        is_over = result.is_over
