"""Runs of many probes go in one transaction: the same as one by one, in as many statements."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from lamppost.database import read_only, unit_of_work
from lamppost.status.actions import UnknownProbeError, store_results
from lamppost.status.storing import Run
from lamppost.status.tables import Component, DayRollup, HourRollup, ProbeStanding
from probes.reading import Result
from statements import counted
from status_rows import NINE, define, reading, run_of, some, storing

MINUTE = timedelta(minutes=1)
LETTERS = ("SSSFFFSS", "SFSFSFSF", "LLLSSSUU", "SSSSSSSS")


def runs(number: int, letters: int = 8) -> list[Run]:
    return [
        Run(f"c{n}", Result(tuple(run_of(LETTERS[n % len(LETTERS)][:letters]))))
        for n in range(number)
    ]


def amounts(engine: Engine) -> list[object]:
    with read_only(engine) as session:
        rows: list[object] = []
        for table in (DayRollup, HourRollup, ProbeStanding):
            key = table.__table__.primary_key
            rows += session.execute(select(*table.__table__.columns).order_by(*key)).all()
        rows += session.execute(select(Component.slug, Component.days).order_by(Component.slug))
        return rows


def test_many_at_once_amount_to_the_same_as_one_by_one(engine: Engine) -> None:
    define(engine, some(4))
    now = NINE + 35 * MINUTE
    with unit_of_work(engine) as session:
        stored = store_results(session, runs=runs(4), now=now)
    together = amounts(engine)
    for letters in (3, 8):
        for run in runs(4, letters):
            storing(engine)(run.result.readings, probe=run.probe, now=now)

    assert [one.readings for one in stored] == [8] * 4
    assert amounts(engine) == together


def test_one_run_or_fifty_take_as_many_statements(sqlite_engine: Engine) -> None:
    define(sqlite_engine, some(50))
    counts = []
    for number, at in ((50, NINE), (1, NINE + MINUTE), (50, NINE + 2 * MINUTE)):
        some_runs = [
            Run(f"c{n}", Result((reading(at, probe=f"c{n}", token=f"{at} {n}"),)))
            for n in range(number)
        ]
        with counted(sqlite_engine) as statements, unit_of_work(sqlite_engine) as session:
            store_results(session, runs=some_runs, now=at)
        counts.append(len(statements))

    # The first readings of all begin spans; afterwards a span only grows.
    assert counts[1] == counts[2] <= 14


def test_one_unknown_probe_among_many_stores_nothing(engine: Engine) -> None:
    define(engine, some(1))
    with pytest.raises(UnknownProbeError), unit_of_work(engine) as session:
        store_results(session, runs=[*runs(1), Run("stranger", Result(()))], now=NINE)

    assert amounts(engine) == [("c0", "")]
