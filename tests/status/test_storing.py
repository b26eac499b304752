"""Storing what a run gave: once, whole, and in whatever portions it comes."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, select

from lamppost.database import read_only, unit_of_work
from lamppost.generation.reads import get_generations
from lamppost.status.actions import UnknownProbeError, purge_old_readings
from lamppost.status.journal import DatabaseJournal
from lamppost.status.reads import get_service_status
from lamppost.status.report import State
from lamppost.status.tables import (
    Component,
    DayRollup,
    HourRollup,
    ProbeSpan,
    ProbeStanding,
)
from lamppost.status.tables import Reading as StoredReading
from status_rows import NINE, Store, define, reading, run_of, some, storing

DERIVED = (DayRollup, HourRollup, ProbeStanding)


def everything(engine: Engine) -> list[Sequence[Any]]:
    """What the readings amount to, row by row."""
    with read_only(engine) as session:
        rows: list[Sequence[Any]] = []
        for table in DERIVED:
            key = table.__table__.primary_key
            rows += session.execute(select(*table.__table__.columns).order_by(*key)).all()
        span = (ProbeSpan.probe, ProbeSpan.state, ProbeSpan.started_at, ProbeSpan.ended_at)
        rows += session.execute(select(*span).order_by(ProbeSpan.started_at, ProbeSpan.span_id))
        rows += session.execute(select(Component.slug, Component.days).order_by(Component.slug))
        return rows


def test_the_same_result_twice_stores_nothing_new(engine: Engine, store: Store) -> None:
    first = store(run_of("SFFFS"))
    amounts = everything(engine)
    second = store(run_of("SFFFS"))

    assert (first.readings, second.readings) == (5, 0)
    assert everything(engine) == amounts


def test_a_key_given_twice_in_one_result_counts_once(store: Store) -> None:
    twins = [reading(NINE, key="k"), reading(NINE, key="k")]

    assert store(twins).readings == 1


def test_the_same_key_of_two_probes_is_two_readings(store: Store) -> None:
    store([reading(NINE, key="k")])

    assert store([reading(NINE, key="k", probe="c1")], probe="c1").readings == 1


def test_a_run_of_an_unknown_probe_is_refused(store: Store) -> None:
    with pytest.raises(UnknownProbeError, match="no probe is called 'stranger'"):
        store([reading(NINE)], probe="stranger")


def clear(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        for table in (StoredReading, ProbeSpan, *DERIVED):
            session.execute(delete(table))
        session.execute(Component.__table__.update().values(days=""))  # type: ignore[attr-defined]  # of a model


@hypothesis_settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(letters=st.text("SFUL", min_size=1, max_size=40), cut=st.integers(0, 40))
def test_readings_amount_to_the_same_in_whatever_portions_they_come(
    sqlite_engine: Engine, letters: str, cut: int
) -> None:
    define(sqlite_engine, some(1))
    store, readings = storing(sqlite_engine), run_of(letters, step=timedelta(minutes=17))
    amounts = []
    for portions in ([readings], [[one] for one in readings], [readings[:cut], readings[cut:]]):
        clear(sqlite_engine)
        for portion in portions:
            store(portion)
        amounts.append(everything(sqlite_engine))

    assert amounts[0] == amounts[1] == amounts[2]


def test_every_stored_reading_moves_the_generation_on_and_nothing_else_does(
    engine: Engine, store: Store
) -> None:
    store([reading(NINE)])
    with read_only(engine) as session:
        before = get_generations(session)["status"]
    store([reading(NINE)])
    store([reading(NINE + timedelta(minutes=5))])

    with read_only(engine) as session:
        assert get_generations(session)["status"] == before + 1


def test_a_message_that_arrives_after_it_was_given_up_is_stored_as_late(
    engine: Engine, store: Store
) -> None:
    journal = DatabaseJournal(engine, "c0")
    journal.expect("t1", sent_at=NINE)
    journal.lose("t1")
    with unit_of_work(engine) as session:
        journal.apply(session)
    store(run_of("FFF"))

    store([reading(NINE + timedelta(hours=2), value=7200.0, token="t1")])

    with read_only(engine) as session:
        details = session.scalars(select(StoredReading.detail)).all()
        status = get_service_status(session, now=NINE + timedelta(minutes=11))
    assert [d["late"] for d in details if "late" in d] == [True]
    assert status.components[0].state is State.OUTAGE


def test_two_probes_of_one_component_make_its_day_in_any_order(engine: Engine) -> None:
    define(engine, some(1, probes_each=2))
    store = storing(engine)
    store(run_of("SSSSSS"))
    store(run_of("SFFFSS"), probe="c0-p1")

    with read_only(engine) as session:
        status = get_service_status(session, now=NINE + timedelta(minutes=25))
    today = status.components[0].days[-1]

    assert (today.state, today.minutes(State.PARTIAL), today.minutes(State.OPERATIONAL)) == (
        State.PARTIAL,
        20,
        5,
    )


def test_old_raw_readings_go_and_the_days_stay(engine: Engine, store: Store) -> None:
    store(run_of("FFF", start=NINE - timedelta(days=80)))
    with unit_of_work(engine) as session:
        gone = purge_old_readings(session, now=NINE, keep=timedelta(days=30))

    with read_only(engine) as session:
        status = get_service_status(session, now=NINE)
    assert gone == 3
    assert status.components[0].days[9].state is State.OUTAGE


def test_a_dropped_probe_and_component_leave_the_page_and_come_back_with_their_days(
    engine: Engine, store: Store
) -> None:
    store(run_of("FFF"))
    define(engine, some(0))
    with read_only(engine) as session:
        assert get_service_status(session, now=NINE).groups == ()

    define(engine, some(1))

    with read_only(engine) as session:
        status = get_service_status(session, now=NINE + timedelta(minutes=10))
    assert [one.days[-1].state for one in status.components] == [State.OUTAGE]


def test_two_workers_storing_for_one_component_at_once_lose_nothing(engine: Engine) -> None:
    define(engine, some(1, probes_each=2))
    store = storing(engine)

    def work(probe: str) -> int:
        return sum(store([one], probe=probe).readings for one in run_of("SFFFSSSFFF"))

    with ThreadPoolExecutor(2) as pool:
        stored = list(pool.map(work, ["c0", "c0-p1"]))
    with read_only(engine) as session:
        today = get_service_status(session, now=NINE).components[0].days[-1]

    assert stored == [10, 10]
    assert {state: today.minutes(state) for state in (State.OUTAGE, State.OPERATIONAL)} == {
        State.OUTAGE: 25,
        State.OPERATIONAL: 20,
    }
