"""Readings from the future and clocks that step: told, shown grey, and over when they are over."""

from datetime import timedelta

from sqlalchemy import Engine, select

from lamppost.database import read_only
from lamppost.status.reads import get_service_status
from lamppost.status.report import ComponentStatus, State
from lamppost.status.tables import ProbeSpan
from lamppost.status.tables import Reading as StoredReading
from status_rows import NINE, Store, reading, run_of

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def shown(engine: Engine, minutes: int = 0) -> ComponentStatus:
    with read_only(engine) as session:
        return get_service_status(session, now=NINE + minutes * MINUTE).components[0]


def test_a_reading_from_the_future_turns_the_light_grey_and_says_why(
    engine: Engine, store: Store
) -> None:
    store([reading(NINE)])
    store([reading(NINE + 3 * HOUR)], now=NINE + 5 * MINUTE)

    component = shown(engine, 5)

    assert component.state is State.UNKNOWN
    assert component.detail_sentence == "The clock of the prober is ahead."


def test_what_it_claimed_is_kept_and_stored_once(engine: Engine, store: Store) -> None:
    future = reading(NINE + 3 * HOUR)

    assert [store([future], now=NINE).readings for _ in range(2)] == [1, 0]

    with read_only(engine) as session:
        (row,) = session.scalars(select(StoredReading)).all()
        kept = (row.taken_at, row.outcome, row.detail["claimed_at"], row.detail["claimed_outcome"])
    assert kept == (NINE, "unknown", future.taken_at.isoformat(), "ok")


def test_true_readings_after_it_count_at_once(engine: Engine, store: Store) -> None:
    store([reading(NINE + 3 * HOUR)], now=NINE)
    store([reading(NINE + 5 * MINUTE)])

    assert shown(engine, 5).state is State.OPERATIONAL


def test_a_clock_a_little_ahead_is_believed(engine: Engine, store: Store) -> None:
    store([reading(NINE + MINUTE)], now=NINE)

    assert shown(engine).state is State.OPERATIONAL


def test_a_clock_that_stepped_back_does_not_stop_the_light(engine: Engine, store: Store) -> None:
    store(run_of("SSS", start=NINE + 3 * HOUR))
    assert shown(engine).state is State.UNKNOWN

    store(run_of("FFF"), now=NINE + 10 * MINUTE)

    assert shown(engine, 10).state is State.OUTAGE
    with read_only(engine) as session:
        ends = session.scalars(select(ProbeSpan.ended_at)).all()
    assert max(ends) == NINE + 10 * MINUTE


def test_a_clock_that_stepped_forward_leaves_time_nobody_measured(
    engine: Engine, store: Store
) -> None:
    store(run_of("SS"))
    store(run_of("SS", start=NINE + 3 * HOUR))

    day = shown(engine, 185).days[-1]

    assert (day.minutes(State.OPERATIONAL), day.minutes(State.UNKNOWN)) == (25, 160)
