"""Heartbeat and runs."""

from datetime import timedelta

from sqlalchemy import Engine, func, select

from lamppost.clock import FixedClock
from lamppost.database import read_only, unit_of_work
from lamppost.pulse.actions import beat, finish_run, miss_run, purge_runs, start_run
from lamppost.pulse.reads import JobCounts, get_heartbeat_age, list_job_counts
from lamppost.pulse.tables import JobRun


def test_no_heartbeat_is_not_a_young_one(engine: Engine, clock: FixedClock) -> None:
    with read_only(engine) as session:
        assert get_heartbeat_age(session, now=clock.now()) is None


def test_the_age_counts_from_the_last_beat(engine: Engine, clock: FixedClock) -> None:
    for _ in range(2):
        with unit_of_work(engine) as session:
            now = clock.now()
            beat(session, name="worker", holder="here:1", started_at=now, now=now)
        clock.sleep(10)

    with read_only(engine) as session:
        assert get_heartbeat_age(session, now=clock.now()) == timedelta(seconds=10)


def test_done_failed_and_missed_runs_are_counted_apart(engine: Engine, clock: FixedClock) -> None:
    for error in (None, "OSError: away", None):
        with unit_of_work(engine) as session:
            run = start_run(session, job="probe a", due_at=clock.now(), now=clock.now())
            finish_run(session, run_id=run, job="probe a", error=error, now=clock.now())
    with unit_of_work(engine) as session:
        miss_run(session, job="probe a", due_at=clock.now(), now=clock.now())

    with read_only(engine) as session:
        assert list_job_counts(session) == [JobCounts("probe a", done=2, failed=1, missed=1)]


def test_old_runs_go_and_their_counts_stay(engine: Engine, clock: FixedClock) -> None:
    with unit_of_work(engine) as session:
        miss_run(session, job="probe a", due_at=clock.now(), now=clock.now())
    clock.sleep(3 * 86400)

    with unit_of_work(engine) as session:
        purge_runs(session, now=clock.now())

    with read_only(engine) as session:
        assert session.scalar(select(func.count()).select_from(JobRun)) == 0
        assert list_job_counts(session)[0].missed == 1
