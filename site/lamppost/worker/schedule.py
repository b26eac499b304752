"""APScheduler set up so that nothing is dropped unseen: starts spread, misses told."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from apscheduler.events import EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

# Probes wait for the network, not for the processor.
THREADS = 20


@dataclass(frozen=True, slots=True)
class Job:
    """Something done again and again."""

    name: str
    interval_s: float
    work: Callable[[], None]
    # Whether each run gets a row; what runs every second would drown the others.
    is_recorded: bool = True


def first_due(name: str, interval_s: float, now: datetime) -> datetime:
    """The next moment of this job's own phase, taken from a hash of its name.

    Jobs of one interval so spread over it, and keep their places over a restart. APScheduler's
    `jitter` would do neither: it drifts, making every interval longer.
    """
    digest = hashlib.sha256(name.encode()).digest()
    phase = int.from_bytes(digest[:8]) / 2**64 * interval_s
    since = (now.timestamp() - phase) % interval_s
    return now + timedelta(seconds=interval_s - since)


def make_scheduler(
    jobs: list[Job],
    *,
    now: datetime,
    run: Callable[[Job], None],
    on_missed: Callable[[str, datetime], None],
) -> BackgroundScheduler:
    """A scheduler over these jobs, not yet started.

    Args:
        jobs: what to do.
        now: the present moment.
        run: called in a thread for each run.
        on_missed: told the job's name and when a run was due that did not happen.
    """
    scheduler = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(THREADS)}, timezone="UTC"
    )
    for job in jobs:
        scheduler.add_job(
            run,
            IntervalTrigger(
                seconds=job.interval_s,
                start_date=first_due(job.name, job.interval_s, now),
                timezone="UTC",
            ),
            args=[job],
            id=job.name,
            coalesce=True,
            max_instances=1,
            # The default of one second drops most jobs that are due together.
            misfire_grace_time=max(1, int(job.interval_s)),
        )
    scheduler.add_listener(
        lambda event: _tell_missed(event, on_missed), EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES
    )
    return scheduler


def _tell_missed(event: JobEvent, on_missed: Callable[[str, datetime], None]) -> None:
    due = getattr(event, "scheduled_run_time", None)
    dues = [due] if due is not None else getattr(event, "scheduled_run_times", [])
    for moment in dues:
        on_missed(event.job_id, moment)
