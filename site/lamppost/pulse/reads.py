"""How the worker is: the age of its heartbeat, its latest runs, its counts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lamppost.pulse.tables import Heartbeat, JobCounter


@dataclass(frozen=True, slots=True)
class JobCounts:
    """Runs of one job since the database was made."""

    job: str
    done: int
    failed: int
    missed: int


def get_heartbeat_age(session: Session, *, now: datetime) -> timedelta | None:
    """How long ago a worker was last seen at work; None when none ever was."""
    beaten_at = session.scalar(select(func.max(Heartbeat.beaten_at)))
    return None if beaten_at is None else now - beaten_at


def list_job_counts(session: Session) -> list[JobCounts]:
    """The counts of every job, by name."""
    rows = session.execute(
        select(JobCounter.job, JobCounter.done, JobCounter.failed, JobCounter.missed).order_by(
            JobCounter.job
        )
    )
    return [JobCounts(*row) for row in rows]
