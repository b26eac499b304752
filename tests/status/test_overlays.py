"""What is announced touches the days by itself: derived anew, never written."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from lamppost.database import read_only, unit_of_work
from lamppost.status.actions import add_change, import_hssi_rows, refresh_days
from lamppost.status.overlays import is_in_time, list_overlays, pack_overlays, unpack_overlays
from lamppost.status.reads import get_service_status
from lamppost.status.refreshing import is_refresh_needed
from lamppost.status.report import DayState, State
from postmaster.policy.actions import enter_presets
from status_rows import NINE, Store, define, hssi_row, reading, run_of, some, storing

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def measured(engine: Engine) -> Engine:
    """One component that worked from 8am to 10am."""
    define(engine, some(1))
    with unit_of_work(engine) as session:
        enter_presets(session, by="system:test", now=NINE)
    storing(engine)([reading(NINE + n * 5 * MINUTE) for n in range(-12, 13)])
    return engine


def refresh(engine: Engine, now: datetime = NINE + HOUR) -> int:
    with unit_of_work(engine) as session:
        return refresh_days(session, now=now)


def today(engine: Engine, now: datetime = NINE + HOUR) -> DayState:
    with read_only(engine) as session:
        return get_service_status(session, now=now).components[0].days[-1]


def log(engine: Engine, **values: object) -> None:
    row = hssi_row(**values)  # type: ignore[arg-type]  # the factory's own names
    with unit_of_work(engine) as session:
        import_hssi_rows(session, rows=[row], source="log", now=NINE)


def plan(engine: Engine, *, days_before: int, starts_at: datetime = NINE) -> None:
    with unit_of_work(engine) as session:
        add_change(
            session, ref="CHG1", title="Patch", starts_at=starts_at, ends_at=starts_at + HOUR / 2,
            components=["c0"], has_impact=True, now=starts_at - timedelta(days=days_before),
        )  # fmt: skip


@pytest.mark.parametrize(("severity", "state"), [(1, State.PARTIAL), (2, State.DEGRADED)])
def test_an_hssi_logged_afterwards_lies_over_the_days_it_was_open(
    measured: Engine, severity: int, state: State
) -> None:
    assert today(measured).minutes(State.OPERATIONAL) == 120

    log(measured, severity=severity, raised_at=NINE, resolved_at=NINE + HOUR / 2)
    assert refresh(measured) == 1

    assert (today(measured).state, today(measured).minutes(state)) == (state, 30)
    assert today(measured).minutes(State.OPERATIONAL) == 90


def test_what_was_taken_in_once_is_not_summed_again(measured: Engine) -> None:
    log(measured, raised_at=NINE, resolved_at=NINE + HOUR)
    refresh(measured)

    with read_only(measured) as session:
        assert not is_refresh_needed(session, now=NINE + HOUR)
    assert refresh(measured) == 0


def test_an_hssi_moved_or_resolved_earlier_gives_time_back(measured: Engine) -> None:
    log(measured, raised_at=NINE, resolved_at=NINE + HOUR)
    refresh(measured)
    log(measured, raised_at=NINE, resolved_at=NINE + HOUR / 4, updated_at=NINE + HOUR)
    refresh(measured)

    assert today(measured).minutes(State.DEGRADED) == 15


def test_readings_that_come_under_an_open_hssi_are_lifted_at_once(measured: Engine) -> None:
    log(measured, raised_at=NINE + HOUR)
    refresh(measured)

    storing(measured)([reading(NINE + HOUR + n * 5 * MINUTE) for n in range(1, 4)])

    assert today(measured, NINE + 2 * HOUR).minutes(State.DEGRADED) == 15


def test_time_nobody_measured_is_shown_under_an_hssi_and_counts_for_no_uptime(
    measured: Engine,
) -> None:
    log(measured, raised_at=NINE + HOUR)
    refresh(measured, NINE + 3 * HOUR)

    day = today(measured, NINE + 3 * HOUR)

    # The last reading speaks for a quarter of an hour; the rest only the HSSI speaks for.
    assert day.minutes(State.DEGRADED) == 120
    assert day.unmeasured == {State.DEGRADED: 105 * 60}


@pytest.mark.parametrize(("days_before", "excused"), [(5, 30 * 60), (4, 0)])
def test_maintenance_is_excused_when_it_was_announced_as_long_before_as_promised(
    measured: Engine, days_before: int, excused: int
) -> None:
    plan(measured, days_before=days_before)
    refresh(measured)

    day = today(measured)

    assert day.minutes(State.MAINTENANCE) == 30
    assert sum(day.excused.values()) == excused


def test_failing_during_maintenance_is_shown_as_failing(measured: Engine) -> None:
    plan(measured, days_before=9, starts_at=NINE + HOUR)
    refresh(measured)
    storing(measured)(run_of("FFFFFF", start=NINE + HOUR + 5 * MINUTE))

    day = today(measured, NINE + 2 * HOUR)

    assert (day.state, day.minutes(State.OUTAGE)) == (State.OUTAGE, 25)
    assert day.excused == {State.OUTAGE: 25 * 60, State.MAINTENANCE: 5 * 60}


@pytest.mark.parametrize(
    ("announced", "promised", "in_time"),
    [
        ("2018-03-20T23:30+00:00", 5, True),
        ("2018-03-21T00:30+00:00", 5, False),
        ("2018-03-01T12:00+00:00", None, False),
    ],
)
def test_notice_is_counted_in_days_of_london(
    announced: str,
    promised: int | None,
    in_time: bool,  # noqa: FBT001 - a table's column
) -> None:
    starts_at = datetime(2018, 3, 25, 2, 0, tzinfo=UTC)

    assert is_in_time(datetime.fromisoformat(announced), starts_at, promised) is in_time


def test_overlays_come_back_as_they_were_packed(measured: Engine) -> None:
    log(measured, ref="INC 1", raised_at=NINE)
    plan(measured, days_before=9)
    with read_only(measured) as session:
        overlays = list_overlays(session, first=NINE, last=NINE + HOUR)["c0"]

    assert unpack_overlays(pack_overlays(overlays)) == overlays
    assert len(overlays) == 2


def test_a_component_named_by_nothing_is_left_alone(store: Store, engine: Engine) -> None:
    store([reading(NINE)])

    assert refresh(engine) == 0
