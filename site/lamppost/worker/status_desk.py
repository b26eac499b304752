"""What status operators are helped with: texts published on time, red probes put before them."""

from sqlalchemy import Engine

from lamppost.clock import Clock
from lamppost.database import read_only, unit_of_work
from lamppost.status.hssis.publishing import has_due, publish_due
from lamppost.status.plans.series import schedule_ahead
from lamppost.status.watching import watch
from lamppost.worker.schedule import Job

PUBLISHING_S = 5
WATCHING_S = 30
SCHEDULING_S = 3600


def list_status_jobs(engine: Engine, clock: Clock) -> list[Job]:
    """Publish what was embargoed until now; compare probes and log; fill the schedule ahead."""
    return [
        Job("publish HSSIs", PUBLISHING_S, lambda: _publish(engine, clock), is_recorded=False),
        Job("watch for HSSIs", WATCHING_S, lambda: _watch(engine, clock)),
        Job("schedule changes", SCHEDULING_S, lambda: _schedule(engine, clock)),
    ]


def _publish(engine: Engine, clock: Clock) -> None:
    with read_only(engine) as session:
        if not has_due(session, now=clock.now()):
            return
    with unit_of_work(engine) as session:
        publish_due(session, now=clock.now())


def _watch(engine: Engine, clock: Clock) -> None:
    with unit_of_work(engine) as session:
        watch(session, now=clock.now())


def _schedule(engine: Engine, clock: Clock) -> None:
    with unit_of_work(engine) as session:
        schedule_ahead(session, now=clock.now())
