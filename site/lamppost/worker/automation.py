"""Automation's nightly sweeps: once a London day each, tried again while something holds them."""

import logging

from sqlalchemy import Engine

from lamppost.clock import Clock
from lamppost.database import read_only, unit_of_work
from lamppost.worker.schedule import Job
from postmaster.access.actors import system
from postmaster.lifecycle.automation import list_due_sweeps, note_night, sweep
from postmaster.lifecycle.batches import BatchError

log = logging.getLogger(__name__)
AUTOMATION_S = 300
WORKER = system("lifecycle")


def list_automation_jobs(engine: Engine, clock: Clock) -> list[Job]:
    """Do what is left of today's sweeps, every few minutes."""
    return [Job("automation", AUTOMATION_S, lambda: sweep_all(engine, clock))]


def sweep_all(engine: Engine, clock: Clock) -> None:
    """Do every sweep of today that is not done, each in a transaction of its own."""
    with read_only(engine) as session:
        due = list_due_sweeps(session, now=clock.now())
    for mode, reason in due:
        try:
            with unit_of_work(engine) as session:
                count = sweep(session, mode=mode, reason=reason, by=WORKER, now=clock.now())
            log.info("Automation, %s, %s: %s accounts", mode, reason, count)
        except BatchError as error:
            with unit_of_work(engine) as session:
                note_night(session, mode=mode, reason=reason, held=str(error), now=clock.now())
            log.warning("Automation, %s, %s, is held: %s", mode, reason, error)
