"""The arithmetic of uptime holds whatever the intervals: worst once, rounded down, no guess."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamppost.clock import london_midnight
from lamppost.status.blend import worst
from lamppost.status.report import State
from lamppost.status.slices import Overlay, OverlayKind, Slice, join_slices, slice_component
from lamppost.status.timeline import Span
from lamppost.status.uptime.formula import FORMULA
from lamppost.status.uptime.rules import (
    Tally,
    percentage,
    say_percentage,
    sum_tallies,
    tally_of,
    uptime_of,
)

BEGIN = datetime(2018, 4, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
W, D, P, X, M, U = (
    State.OPERATIONAL,
    State.DEGRADED,
    State.PARTIAL,
    State.OUTAGE,
    State.MAINTENANCE,
    State.UNKNOWN,
)
LENGTHS = st.dictionaries(st.sampled_from([W, D, P, X, M]), st.integers(0, 10**13), max_size=5)
FAULTS = st.lists(
    st.tuples(st.integers(0, 1439), st.integers(1, 300), st.sampled_from([D, P, X])), max_size=12
)


def tally(period: int, **lengths: int) -> Tally:
    return Tally(period, {State(name): length for name, length in lengths.items()})


def fault(begin: int, length: int, state: State = X, *, kind: str = "incident") -> Overlay:
    first = BEGIN + begin * MINUTE
    return Overlay(OverlayKind(kind), f"{begin}", state, first, first + length * MINUTE)


def day_tally(overlays: list[Overlay], *tracks: list[Span]) -> Tally:
    measured = tracks or ([Span(W, BEGIN, BEGIN + DAY)],)
    slices = slice_component(measured, overlays, first=BEGIN, last=BEGIN + DAY)
    return tally_of(slices, period=DAY)


@pytest.mark.parametrize(
    ("lengths", "figure"),
    [
        ({"operational": 1000}, "100%"),
        ({"operational": 999, "outage": 1}, "99.900%"),
        ({"operational": 998, "partial": 2}, "99.900%"),
        ({"operational": 500, "degraded": 400, "maintenance": 100}, "100%"),
        ({"outage": 1000}, "0%"),
        ({"operational": 10**12 - 1, "outage": 1}, "99.999%"),
        ({"operational": 499}, "no figure"),
        ({"operational": 500}, "100%"),
        ({}, "no figure"),
    ],
)
def test_a_months_lengths_make_its_figure(lengths: dict[str, int], figure: str) -> None:
    period = max(1000, sum(lengths.values()))

    assert say_percentage(percentage(tally(period, **lengths))) == figure


@given(LENGTHS)
def test_a_figure_lies_between_none_and_all(lengths: dict[State, int]) -> None:
    figure = percentage(Tally(sum(lengths.values()), lengths))

    assert (figure is None) == (sum(lengths.values()) == 0)
    assert figure is None or 0 <= figure <= 100_000


@given(LENGTHS, st.sampled_from([P, X]), st.integers(1, 10**6))
def test_nothing_that_lost_a_moment_is_ever_called_100(
    lengths: dict[State, int], state: State, lost: int
) -> None:
    with_loss = {**lengths, state: lengths.get(state, 0) + lost}
    figure = percentage(Tally(sum(with_loss.values()), with_loss))

    assert figure is not None
    assert figure < 100_000
    assert say_percentage(figure) != "100%"


@given(LENGTHS, LENGTHS)
def test_neighbouring_periods_are_added_and_never_averaged(
    one: dict[State, int], other: dict[State, int]
) -> None:
    both = {s: one.get(s, 0) + other.get(s, 0) for s in (W, D, P, X, M)}
    tallies = [Tally(sum(one.values()), one), Tally(sum(other.values()), other)]

    assert percentage(sum_tallies(tallies)) == percentage(Tally(sum(both.values()), both))


@given(FAULTS)
def test_each_moment_counts_once_with_the_worst_that_lies_over_it(
    faults: list[tuple[int, int, State]],
) -> None:
    overlays = [fault(*one) for one in faults]
    minutes = [
        worst([W, *(o.state for o in overlays if o.holds(BEGIN + n * MINUTE))]) for n in range(1440)
    ]

    counted = day_tally(overlays).measured

    assert sum(counted.values()) == DAY // timedelta(microseconds=1)
    for state in (W, D, P, X):
        assert counted.get(state, 0) == minutes.count(state) * 60_000_000


@given(FAULTS, st.randoms())
def test_the_order_in_which_things_are_announced_makes_no_difference(
    faults: list[tuple[int, int, State]], dice: object
) -> None:
    overlays = [fault(*one) for one in faults]
    shuffled = sorted(overlays, key=lambda _one: dice.random())  # type: ignore[attr-defined]  # hypothesis gives a Random

    assert day_tally(shuffled) == day_tally(overlays)


@given(FAULTS, st.integers(0, 1439), st.integers(1, 300))
def test_another_outage_never_makes_uptime_better(
    faults: list[tuple[int, int, State]], begin: int, length: int
) -> None:
    overlays = [fault(*one) for one in faults]
    before, after = (
        percentage(day_tally(some)) for some in (overlays, [*overlays, fault(begin, length)])
    )

    assert before is not None
    assert after is not None
    assert after <= before


@given(FAULTS, st.integers(1, 1438))
def test_where_a_span_is_cut_makes_no_difference(
    faults: list[tuple[int, int, State]], cut: int
) -> None:
    overlays = [fault(*one) for one in faults]
    middle = BEGIN + cut * MINUTE
    halves = [Span(W, BEGIN, middle), Span(W, middle, BEGIN + DAY)]

    assert day_tally(overlays, halves) == day_tally(overlays)


@given(st.integers(1, 1439), FAULTS)
def test_what_people_declare_counts_only_where_something_was_measured(
    covered: int, faults: list[tuple[int, int, State]]
) -> None:
    track = [Span(W, BEGIN, BEGIN + covered * MINUTE)]

    counted = day_tally([fault(*one) for one in faults], track)

    assert counted.covered == covered * 60_000_000


def test_a_prober_that_was_dark_cannot_make_an_incident_the_whole_month() -> None:
    track = [Span(W, BEGIN, BEGIN + 60 * MINUTE)]
    incident = fault(0, 1440)

    assert uptime_of(day_tally([incident], track)).all_time is None


def test_maintenance_replaces_only_what_is_well() -> None:
    track = [Span(W, BEGIN, BEGIN + 600 * MINUTE), Span(X, BEGIN + 600 * MINUTE, BEGIN + DAY)]

    counted = day_tally([fault(540, 120, M, kind="maintenance")], track)

    assert counted.measured == {
        W: 540 * 60_000_000,
        M: 60 * 60_000_000,
        X: 840 * 60_000_000,
    }
    assert counted.excused == {}


def test_excused_time_leaves_both_sides_and_both_figures_are_told() -> None:
    change = fault(600, 120, M, kind="maintenance")._replace(is_excused=True)
    track = [
        Span(W, BEGIN, BEGIN + 660 * MINUTE),
        Span(X, BEGIN + 660 * MINUTE, BEGIN + 720 * MINUTE),
        Span(W, BEGIN + 720 * MINUTE, BEGIN + DAY),
    ]

    uptime = uptime_of(day_tally([change], track))

    assert (uptime.all_time, uptime.agreed) == (95_833, 100_000)
    assert uptime.has_excuse


@pytest.mark.parametrize(("first", "hours"), [((2018, 3, 25), 23), ((2018, 10, 28), 25)])
def test_on_the_days_the_clocks_change_uptime_is_of_the_hours_there_were(
    first: tuple[int, int, int], hours: int
) -> None:
    day = datetime(*first, tzinfo=UTC).date()
    opens, shuts = london_midnight(day), london_midnight(day + DAY)
    track = [Span(X, opens, opens + timedelta(hours=1)), Span(W, opens + timedelta(hours=1), shuts)]

    counted = tally_of(slice_component([track], first=opens, last=shuts), period=shuts - opens)

    assert counted.period == hours * 3_600_000_000
    assert percentage(counted) == (hours - 1) * 100_000 // hours


def test_neighbouring_slices_alike_are_shown_as_one() -> None:
    pieces = [
        Slice(W, BEGIN, BEGIN + MINUTE, is_measured=True, is_excused=False),
        Slice(W, BEGIN + MINUTE, BEGIN + 3 * MINUTE, is_measured=True, is_excused=False),
        Slice(X, BEGIN + 3 * MINUTE, BEGIN + 3 * MINUTE, is_measured=True, is_excused=False),
    ]

    assert join_slices(pieces) == [pieces[0]._replace(ended_at=BEGIN + 3 * MINUTE)]


def test_the_formula_says_its_version_and_its_weights() -> None:
    assert FORMULA.words.startswith("Uptime by formula 1 is the share of the measured time")
    assert "100% of the time of an outage and 50% of the time of a partial outage" in FORMULA.words
    assert "below 50% measured there is none" in FORMULA.words
