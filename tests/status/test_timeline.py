"""Spans of time from readings: dated back, never overlapping, silent where nobody looked."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lamppost.clock import london_midnight
from lamppost.status.days import DayTotals, pack_day, replace_days, sum_slices, unpack_days
from lamppost.status.policy import DEFAULT_POLICY
from lamppost.status.probe_state import ProbeState
from lamppost.status.report import State
from lamppost.status.rules import advance
from lamppost.status.slices import Overlay, OverlayKind, slice_component, split_days
from lamppost.status.timeline import Span, extend
from probes.reading import Reading
from status_rows import LEVELS, NINE, run_of

STALE = timedelta(minutes=15)
MINUTE = timedelta(minutes=1)


def sweep(
    *tracks: list[Span], first: datetime, last: datetime, overlays: Sequence[Overlay] = ()
) -> dict[date, dict[State, float]]:
    days = split_days(slice_component(tracks, overlays), first=first, last=last)
    return {day: sum_slices(pieces).shown for day, pieces in days.items()}


def spans_of(readings: list[Reading]) -> list[Span]:
    spans: list[Span] = []
    state = ProbeState()
    for one in readings:
        before, state = state, advance(state, one, levels=LEVELS, policy=DEFAULT_POLICY)
        extend(spans, before, state, stale_after=STALE)
    return spans


def minutes(spans: list[Span]) -> list[tuple[State, int, int]]:
    return [
        (s.state, (s.started_at - NINE) // MINUTE, (s.ended_at - NINE) // MINUTE) for s in spans
    ]


def test_an_outage_reaches_back_to_its_first_failure() -> None:
    assert minutes(spans_of(run_of("SSSFFFSSS"))) == [
        (State.OPERATIONAL, 0, 15),
        (State.OUTAGE, 15, 30),
        (State.OPERATIONAL, 30, 40),
    ]


def test_what_was_not_known_stays_unknown_when_an_outage_is_dated_back() -> None:
    assert minutes(spans_of(run_of("SFUFF"))) == [
        (State.OPERATIONAL, 0, 5),
        (State.OUTAGE, 5, 10),
        (State.UNKNOWN, 10, 15),
        (State.OUTAGE, 15, 20),
    ]


def test_nothing_is_claimed_for_the_time_nobody_looked() -> None:
    readings = [*run_of("SS"), *run_of("SS", start=NINE + timedelta(hours=2))]

    assert minutes(spans_of(readings)) == [
        (State.OPERATIONAL, 0, 20),
        (State.OPERATIONAL, 120, 125),
    ]


@given(st.lists(st.tuples(st.sampled_from("SFUL"), st.integers(0, 40)), max_size=50))
def test_spans_follow_each_other_and_end_with_the_last_reading(
    script: list[tuple[str, int]],
) -> None:
    at, readings = NINE, []
    for letter, wait in script:
        at += timedelta(minutes=wait)
        readings += run_of(letter, start=at)

    spans = spans_of(readings)

    assert all(span.started_at <= span.ended_at for span in spans)
    assert all(one.ended_at <= two.started_at for one, two in pairwise(spans))
    assert not readings or spans[-1].ended_at == at


def test_days_have_as_many_hours_as_london_gives_them() -> None:
    span = Span(State.OPERATIONAL, datetime.fromisoformat("2018-10-27T00:00+00:00"),
                datetime.fromisoformat("2018-10-30T00:00+00:00"))  # fmt: skip

    totals = sweep([span], first=span.started_at, last=span.ended_at)

    assert totals[date(2018, 10, 28)] == {State.OPERATIONAL: 25 * 3600}
    assert totals[date(2018, 10, 29)] == {State.OPERATIONAL: 24 * 3600}


def test_the_day_the_clocks_go_forward_has_23_hours() -> None:
    begin = london_midnight(date(2018, 3, 25))
    span = Span(State.OUTAGE, begin, begin + timedelta(hours=30))

    totals = sweep([span], first=span.started_at, last=span.ended_at)

    assert totals[date(2018, 3, 25)] == {State.OUTAGE: 23 * 3600}


def at(number: int) -> datetime:
    return NINE + number * MINUTE


def test_a_component_is_partial_while_one_of_two_probes_is_down() -> None:
    up = [Span(State.OPERATIONAL, at(0), at(60))]
    down = [Span(State.OPERATIONAL, at(0), at(20)), Span(State.OUTAGE, at(20), at(60))]

    slices = slice_component([up, down])

    assert minutes([Span(*one[:3]) for one in slices])[:2] == [
        (State.OPERATIONAL, 0, 20),
        (State.PARTIAL, 20, 60),
    ]


def test_time_no_probe_speaks_for_is_not_measured() -> None:
    track = [Span(State.OPERATIONAL, at(0), at(20)), Span(State.OPERATIONAL, at(50), at(60))]

    totals = sweep(track, first=at(0), last=at(60))

    assert totals[date(2018, 4, 9)] == {State.OPERATIONAL: 30 * 60, State.UNKNOWN: 30 * 60}


def test_a_change_with_impact_turns_working_time_into_maintenance() -> None:
    track = [Span(State.OPERATIONAL, at(0), at(30)), Span(State.OUTAGE, at(30), at(60))]

    change = Overlay(OverlayKind.MAINTENANCE, "CHG1", State.MAINTENANCE, at(10), at(40))

    totals = sweep(track, first=at(0), last=at(60), overlays=[change])

    assert totals[date(2018, 4, 9)] == {
        State.OPERATIONAL: 600,
        State.MAINTENANCE: 1200,
        State.OUTAGE: 1800,
    }


def test_a_page_always_has_ninety_days_and_unmeasured_ones_are_grey() -> None:
    packed = replace_days(
        "", {date(2018, 4, 8): pack_day(date(2018, 4, 8), DayTotals({State.OUTAGE: 720.0}))}
    )

    days = unpack_days(packed, today=date(2018, 4, 9))

    assert (len(days), days[0].day, days[-1].day) == (90, date(2018, 1, 10), date(2018, 4, 9))
    assert (days[-2].state, days[-2].minutes(State.OUTAGE)) == (State.OUTAGE, 12)
    assert days[-2].words == "8 April 2018: outage for 12 minutes"
    assert days[-1].words == "9 April 2018: not measured"


def test_packed_days_forget_what_a_page_no_longer_shows() -> None:
    day = date(2018, 1, 1)
    packed = ""
    for number in range(120):
        one = day + timedelta(days=number)
        packed = replace_days(packed, {one: pack_day(one, DayTotals({State.OPERATIONAL: 86400.0}))})

    assert len(packed.split(";")) == 90
