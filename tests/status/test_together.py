"""Runs that end together are stored together, and one that cannot be spoils nobody else's."""

import time
from concurrent.futures import Future, ThreadPoolExecutor, wait

import pytest
from sqlalchemy import Engine, event, func, select

from lamppost.clock import FixedClock
from lamppost.database import read_only
from lamppost.status.actions import UnknownProbeError
from lamppost.status.storing import Run, Stored
from lamppost.status.tables import Reading as StoredReading
from lamppost.status.together import Together
from probes.reading import Result
from status_rows import NINE, define, reading, some


def a_run(probe: str) -> Run:
    return Run(probe, Result((reading(NINE, probe=probe),)))


def stored_by_many(engine: Engine, *probes: str) -> tuple[list[Future[Stored]], int]:
    """The runs stored while somebody holds the way in, and how many transactions it took."""
    commits: list[object] = []

    def note(connection: object) -> None:
        commits.append(connection)

    event.listen(engine, "commit", note)
    together = Together(engine, FixedClock(NINE))
    with ThreadPoolExecutor(len(probes)) as pool:
        with together._storing:
            promised = [pool.submit(together.store, a_run(probe)) for probe in probes]
            while len(together._waiting) < len(probes):
                time.sleep(0.001)
        wait(promised, timeout=60)
    event.remove(engine, "commit", note)
    return promised, len(commits)


def count(engine: Engine) -> int:
    with read_only(engine) as session:
        return session.scalar(select(func.count()).select_from(StoredReading)) or 0


def test_what_waits_is_stored_in_one_transaction(engine: Engine) -> None:
    define(engine, some(5))

    promised, commits = stored_by_many(engine, *(f"c{n}" for n in range(5)))

    assert [one.result().readings for one in promised] == [1] * 5
    assert (count(engine), commits) == (5, 1)


def test_a_run_that_cannot_be_stored_fails_alone(engine: Engine) -> None:
    define(engine, some(2))

    promised, _ = stored_by_many(engine, "c0", "stranger", "c1")

    assert [one.exception() is None for one in promised] == [True, False, True]
    with pytest.raises(UnknownProbeError):
        promised[1].result()
    assert count(engine) == 2


def test_alone_it_is_stored_at_once(engine: Engine) -> None:
    define(engine, some(1))

    assert Together(engine, FixedClock(NINE)).store(a_run("c0")).readings == 1
