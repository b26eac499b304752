"""The page's read: honest about staleness, lifted by incidents, and as cheap for 50 as for 7."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from lamppost.database import read_only, unit_of_work
from lamppost.status.actions import add_change, add_window, import_hssi_rows
from lamppost.status.reads import get_component, get_service_status
from lamppost.status.report import ComponentStatus, ServiceStatus, State
from statements import counted
from status_rows import (
    NINE,
    AComponent,
    AProbe,
    SomeDefinitions,
    Store,
    define,
    hssi_row,
    reading,
    run_of,
    some,
    storing,
)

MINUTE = timedelta(minutes=1)


def page(engine: Engine, now: datetime = NINE) -> ServiceStatus:
    with read_only(engine) as session:
        return get_service_status(session, now=now)


def first(engine: Engine, now: datetime = NINE) -> ComponentStatus:
    return page(engine, now).components[0]


def raise_hssi(engine: Engine, **values: object) -> None:
    with unit_of_work(engine) as session:
        rows = [hssi_row(**values)]  # type: ignore[arg-type]  # the factory's own names
        import_hssi_rows(session, rows=rows, source="log", now=NINE)


def test_a_component_nobody_has_measured_is_unknown(engine: Engine) -> None:
    define(engine, some(1))
    component = first(engine)

    assert (component.state, component.as_at) == (State.UNKNOWN, None)
    assert component.sentence == "Not measured yet."


def test_a_reading_speaks_for_three_intervals_and_no_longer(engine: Engine, store: Store) -> None:
    store([reading(NINE)])

    assert first(engine, NINE + 15 * MINUTE).state is State.OPERATIONAL
    stale = first(engine, NINE + 15 * MINUTE + timedelta(seconds=1))
    assert stale.state is State.UNKNOWN
    assert stale.sentence == "Not measured since 9 April 2018 at 9am BST."


def test_the_page_is_fresh_until_the_first_thing_goes_stale(engine: Engine, store: Store) -> None:
    store([reading(NINE)])
    store([reading(NINE - 5 * MINUTE, probe="c1")], probe="c1")

    fresh_until = page(engine).fresh_until

    assert abs(fresh_until - (NINE + 10 * MINUTE)) < timedelta(seconds=1)
    assert page(engine, fresh_until).components[1].state is State.UNKNOWN


def test_at_midnight_in_london_the_page_needs_a_new_day(engine: Engine) -> None:
    assert page(engine).fresh_until == datetime(2018, 4, 9, 23, 0, tzinfo=UTC)


def test_an_outage_is_said_with_its_beginning_and_its_reason(engine: Engine, store: Store) -> None:
    store(run_of("SFFF"))
    component = first(engine, NINE + 15 * MINUTE)

    assert (component.state, component.since) == (State.OUTAGE, NINE + 5 * MINUTE)
    assert component.sentence == "Not working since 9 April 2018 at 9:05am BST."
    assert component.detail_sentence == (
        "3 checks in a row failed: the relay refused the connection. "
        "3 of the last 4 were not delivered."
    )


def test_a_prober_that_is_unfit_makes_the_light_grey(engine: Engine, store: Store) -> None:
    store(run_of("SSU"))
    component = first(engine, NINE + 10 * MINUTE)

    assert component.state is State.UNKNOWN
    assert component.sentence == "Not measured since 9 April 2018 at 9:10am BST."


@pytest.mark.parametrize(("severity", "state"), [(1, State.PARTIAL), (2, State.DEGRADED)])
def test_an_open_hssi_lifts_its_components_while_probes_are_green(
    engine: Engine, store: Store, severity: int, state: State
) -> None:
    store([reading(NINE)])
    store([reading(NINE, probe="c1")], probe="c1")
    raise_hssi(engine, severity=severity, raised_at=NINE - MINUTE)
    components = page(engine).components

    assert (components[0].state, components[0].since) == (state, NINE - MINUTE)
    assert "INC1: Relay delivery delays." in components[0].sentence
    assert components[1].state is State.OPERATIONAL


def test_an_hssi_never_makes_anything_look_better(engine: Engine, store: Store) -> None:
    store(run_of("FFF"))
    raise_hssi(engine)

    assert first(engine).state is State.OUTAGE


def test_a_resolved_hssi_lifts_nothing(engine: Engine, store: Store) -> None:
    store([reading(NINE)])
    raise_hssi(engine, resolved_at=NINE, state="resolved")

    assert first(engine).state is State.OPERATIONAL


def test_an_open_hssi_without_components_lifts_the_page(engine: Engine) -> None:
    define(engine, some(1))
    storing(engine)([reading(NINE)])
    raise_hssi(engine, components=())

    assert page(engine).state is State.DEGRADED
    assert page(engine).sentence == "There is an open High Severity Service Incident."


def test_a_running_change_with_impact_is_maintenance(engine: Engine, store: Store) -> None:
    store([reading(NINE)])
    with unit_of_work(engine) as session:
        add_change(
            session, ref="CH1", title="Portal release", starts_at=NINE - MINUTE,
            ends_at=NINE + 2 * MINUTE, components=["c0"], has_impact=True, now=NINE,
        )  # fmt: skip

    assert first(engine).state is State.MAINTENANCE
    assert first(engine).sentence == "Portal release, until 9 April 2018 at 9:02am BST."
    assert page(engine).fresh_until == NINE + 2 * MINUTE
    assert first(engine, NINE + 2 * MINUTE).state is State.OPERATIONAL


def test_the_page_is_fresh_only_until_a_window_begins(engine: Engine) -> None:
    nearly = datetime(2018, 9, 20, 22, 59, tzinfo=UTC)
    first_on, last_on = date(2018, 9, 21), date(2018, 9, 30)
    with unit_of_work(engine) as session:
        add_window(session, uid="w", title="T", starts_on=first_on, ends_on=last_on, now=NINE)

    assert page(engine, nearly).fresh_until == nearly + MINUTE


def test_groups_and_components_stand_in_the_order_of_the_definitions(engine: Engine) -> None:
    shuffled = [
        AComponent("b", "B", "Two", 3),
        AComponent("a", "A", "One", 2),
        AComponent("c", "C", "Two", 1),
    ]
    define(engine, SomeDefinitions(shuffled, []))

    groups = [(group.name, [c.slug for c in group.components]) for group in page(engine).groups]

    assert groups == [("Two", ["c", "b"]), ("One", ["a"])]


def test_a_component_shows_its_hours_probes_and_incidents(engine: Engine, store: Store) -> None:
    store([reading(NINE + n * MINUTE, value=float(n + 1)) for n in range(61)])
    raise_hssi(engine)
    with read_only(engine) as session:
        detail = get_component(session, "c0", now=NINE + 60 * MINUTE)
        nobody = get_component(session, "stranger", now=NINE)

    assert nobody is None
    assert detail is not None
    assert [(hour.hour, hour.count) for hour in detail.hours] == [
        (NINE, 60),
        (NINE + 60 * MINUTE, 1),
    ]
    assert [hssi.ref for hssi in detail.hssis] == ["INC1"]
    assert detail.probes[0].name == "c0"


def filled(engine: Engine, components: int, readings: int) -> None:
    define(engine, some(components))
    store = storing(engine)
    for number in range(components):
        name = f"c{number}"
        start = NINE - readings * MINUTE
        store([reading(start + n * MINUTE, probe=name) for n in range(readings)], probe=name)


def test_the_page_costs_the_same_queries_for_50_components_as_for_7(engine: Engine) -> None:
    counts = []
    for components, readings in ((7, 100), (50, 100), (7, 20_000 // 7)):
        filled(engine, components, readings)
        with counted(engine) as statements:
            page(engine)
        counts.append(len(statements))

    assert counts[0] == counts[1] == counts[2] <= 6


def test_the_page_never_looks_at_raw_readings_and_scans_no_large_table(
    sqlite_engine: Engine,
) -> None:
    filled(sqlite_engine, 7, 100)
    with counted(sqlite_engine) as statements:
        page(sqlite_engine)
        with read_only(sqlite_engine) as session:
            get_component(session, "c0", now=NINE)
    with sqlite_engine.connect() as connection:
        plans = [
            row[3]
            for statement in set(statements)
            for row in connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {statement}", (None,) * statement.count("?")
            )
        ]

    large = ("reading", "hour_rollup", "day_rollup", "probe_span", "hssi", "hssi_update")
    assert not [plan for plan in plans if plan.split(" USING")[0].split()[-1] in large
                and plan.startswith("SCAN")]  # fmt: skip
    assert not any("reading" in statement for statement in statements)


def test_definitions_taken_on_twice_change_nothing(engine: Engine) -> None:
    definitions = SomeDefinitions([AComponent("a", "A")], [AProbe("p", "a")])
    define(engine, definitions)
    before = page(engine)
    define(engine, definitions)

    assert page(engine) == before
