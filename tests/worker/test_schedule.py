"""Starts spread by hash, no overlap, misses told."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from lamppost.worker.schedule import Job, first_due, make_scheduler

NOW = datetime(2018, 4, 9, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("name", ["probe a", "probe b", "heartbeat"])
def test_a_start_lies_within_the_next_interval(name: str) -> None:
    due = first_due(name, 20, NOW)

    assert NOW < due <= NOW + timedelta(seconds=20)


def test_a_phase_survives_a_restart() -> None:
    later = NOW + timedelta(seconds=20 * 1234 + 7)

    gap = first_due("probe a", 20, later) - first_due("probe a", 20, NOW)

    assert gap.total_seconds() % 20 == pytest.approx(0, abs=1e-3)


def test_starts_are_spread_over_the_interval() -> None:
    seconds = sorted(
        (first_due(f"probe {number}", 60, NOW) - NOW).total_seconds() for number in range(1000)
    )

    # In each sixth of the minute near a sixth of the jobs.
    shares = [sum(low < value <= low + 10 for value in seconds) for low in range(0, 60, 10)]
    assert min(shares) > 120


def test_a_run_that_outlasts_its_interval_is_missed_and_never_doubled() -> None:
    missed: list[str] = []
    running, most, release = 0, 0, threading.Event()
    told = threading.Event()

    def run(_job: Job) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        release.wait(5)
        running -= 1

    def on_missed(name: str, _due: datetime) -> None:
        missed.append(name)
        told.set()

    job = Job("slow", 0.2, lambda: None)
    scheduler = make_scheduler([job], now=datetime.now(UTC), run=run, on_missed=on_missed)  # noqa: DTZ005, RUF100 - a real scheduler runs by the real clock
    scheduler.start()
    try:
        assert told.wait(5)
    finally:
        release.set()
        scheduler.shutdown()
    assert most == 1
    assert missed[0] == "slow"
