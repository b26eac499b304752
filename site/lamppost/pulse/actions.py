"""Beat the heart, record runs, count what was missed."""

from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from lamppost.pulse.tables import Heartbeat, JobCounter, JobRun
from postmaster.upserts import insert_into

KEEP_RUNS = timedelta(days=2)


def beat(session: Session, *, name: str, holder: str, started_at: datetime, now: datetime) -> None:
    """Say that the worker `holder` is at work now."""
    heartbeat = session.get(Heartbeat, name)
    if heartbeat is None:
        heartbeat = Heartbeat(name=name)
        session.add(heartbeat)
    heartbeat.holder, heartbeat.started_at, heartbeat.beaten_at = holder, started_at, now


def start_run(session: Session, *, job: str, due_at: datetime, now: datetime) -> int:
    """Record that a run began; gives its number."""
    run = JobRun(job=job, due_at=due_at, started_at=now, finished_at=None, outcome="running")
    session.add(run)
    session.flush()
    return run.run_id


def finish_run(
    session: Session, *, run_id: int, job: str, error: str | None, now: datetime
) -> None:
    """Record how a run ended and count it."""
    session.execute(
        update(JobRun)
        .where(JobRun.run_id == run_id)
        .values(finished_at=now, outcome="failed" if error else "done", error=error)
    )
    _count(session, job, failed=int(error is not None), done=int(error is None))


def miss_run(session: Session, *, job: str, due_at: datetime, now: datetime) -> None:
    """Record that a run did not happen when it was due."""
    session.add(JobRun(job=job, due_at=due_at, started_at=now, finished_at=now, outcome="missed"))
    _count(session, job, missed=1)


def purge_runs(session: Session, *, now: datetime) -> None:
    """Forget runs older than two days; their counts stay."""
    session.execute(delete(JobRun).where(JobRun.started_at < now - KEEP_RUNS))


def _count(session: Session, job: str, *, done: int = 0, failed: int = 0, missed: int = 0) -> None:
    session.execute(
        insert_into(session, JobCounter)
        .values(job=job, done=done, failed=failed, missed=missed)
        .on_conflict_do_update(
            index_elements=[JobCounter.job],
            set_={
                "done": JobCounter.done + done,
                "failed": JobCounter.failed + failed,
                "missed": JobCounter.missed + missed,
            },
        )
    )
