"""The worker as a process: stand by until elected, work, step down when the election is lost."""

import logging
import threading
from collections.abc import Sequence
from datetime import datetime

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine

from lamppost.clock import Clock
from lamppost.database import unit_of_work
from lamppost.pulse.actions import finish_run, miss_run, start_run
from lamppost.settings import Settings
from lamppost.worker.election import make_election
from lamppost.worker.jobs import list_jobs
from lamppost.worker.schedule import Job, make_scheduler

log = logging.getLogger(__name__)
STAND_BY_S = 2.0
CHECK_S = 1.0


class Worker:
    """Runs the jobs while it is the elected process.

    Args:
        engine: the database.
        settings: the deployment's choices.
        clock: what time it is.
        more_jobs: jobs of rooms above this one, such as the copy of the public pages.
    """

    def __init__(
        self, engine: Engine, settings: Settings, clock: Clock, more_jobs: Sequence[Job] = ()
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._clock = clock
        self._more_jobs = tuple(more_jobs)
        self._election = make_election(engine, settings.data)

    def serve(self, stop: threading.Event) -> None:
        """Stand by, work, stand by again, until `stop` is set."""
        while not stop.is_set():
            if self._election.win():
                log.info("This process is the worker now.")
                self._work(stop)
                self._election.resign()
            else:
                stop.wait(STAND_BY_S)

    def _work(self, stop: threading.Event) -> None:
        jobs = [*list_jobs(self._engine, self._settings, self._clock), *self._more_jobs]
        scheduler: BackgroundScheduler = make_scheduler(
            jobs, now=self._clock.now(), run=self.run, on_missed=self._missed
        )
        scheduler.start()
        try:
            while not stop.wait(CHECK_S):
                if not self._election.still_won():
                    log.warning("Another process is the worker now; this one stands by.")
                    break
        finally:
            scheduler.shutdown(wait=False)

    def run(self, job: Job) -> None:
        """Run a job once; its failure is recorded and never stops the others."""
        run_id = self._begin(job) if job.is_recorded else None
        error: str | None = None
        try:
            job.work()
        except Exception as failure:
            log.exception("%s failed", job.name)
            error = f"{failure.__class__.__name__}: {failure}"
        if run_id is not None:
            with unit_of_work(self._engine) as session:
                finish_run(session, run_id=run_id, job=job.name, error=error, now=self._clock.now())

    def _begin(self, job: Job) -> int:
        now = self._clock.now()
        with unit_of_work(self._engine) as session:
            return start_run(session, job=job.name, due_at=now, now=now)

    def _missed(self, name: str, due_at: datetime) -> None:
        log.warning("%s was due at %s and did not run.", name, due_at.isoformat())
        with unit_of_work(self._engine) as session:
            miss_run(session, job=name, due_at=due_at, now=self._clock.now())
