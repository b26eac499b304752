"""The sentence of delay promises only what the last messages met."""

from datetime import timedelta

import pytest

from lamppost.status.delays import NICE, summarise
from lamppost.status.hours import Hour
from lamppost.status.policy import DEFAULT_POLICY
from lamppost.status.probe_state import ProbeState
from lamppost.status.report import DelaySummary
from lamppost.status.rules import advance
from probes.reading import Levels, Reading
from status_rows import LEVELS, NINE, reading


def summary_of(*values: float | None, levels: Levels = LEVELS) -> DelaySummary:
    state = ProbeState()
    for number, value in enumerate(values):
        at = NINE + timedelta(minutes=number)
        one = reading(at, "failed") if value is None else reading(at, value=value)
        state = advance(state, one, levels=levels, policy=DEFAULT_POLICY)
    return summarise(state, DEFAULT_POLICY)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ([], "No message has been timed yet."),
        ([3.0], "A message sent now should arrive in under 5 seconds; the last one did."),
        ([3.0] * 7, "A message sent now should arrive in under 5 seconds; 7 of the last 7 did."),
        (
            [50.0] * 3 + [35.0] * 97,
            "A message sent now should arrive in under 40 seconds; 97 of the last 100 did.",
        ),
        (
            [35.0, 35.0, None] + [35.0] * 97,
            (
                "A message sent now should arrive in under 40 seconds; 99 of the last 100 did. "
                "1 of the last 100 was not delivered."
            ),
        ),
        (
            [1.0] * 50 + [None, 1.0, 1.0, 1.0, 1.0] * 3,
            (
                "A message sent now should arrive in under 5 seconds; 62 of the last 65 did. "
                "3 of the last 65 were not delivered."
            ),
        ),
        ([None] * 3, "3 of the last 3 were not delivered."),
        ([None], "The last message was not delivered."),
        ([90.0] * 5, "Messages are taking about 1 minute 30 seconds."),
        ([7200.0] * 2, "2 of the last 2 messages arrived."),
    ],
)
def test_the_sentence_says_what_a_sender_may_expect(
    values: list[float | None], sentence: str
) -> None:
    assert summary_of(*values).sentence == sentence


@pytest.mark.parametrize("count", [1, 19, 20, 21, 99, 100])
def test_the_figure_is_the_smallest_that_95_in_100_stayed_under(count: int) -> None:
    values = [float(7 * number % 150) for number in range(count)]
    enough = [n for n in NICE if sum(v < n for v in values) >= 0.95 * count]

    assert summary_of(*values, levels=Levels()).within == enough[0]


def test_mail_still_on_its_way_meets_no_promise() -> None:
    waiting = reading(NINE, value=4.0, token="t", at_least=True)
    state = advance(ProbeState(), waiting, levels=LEVELS, policy=DEFAULT_POLICY)

    summary = summarise(state, DEFAULT_POLICY)

    assert (summary.within, summary.pending, summary.count) == (None, 1, 1)


def test_slow_pending_mail_is_spoken_of_as_more_than_its_age() -> None:
    state = ProbeState()
    for number in range(1, 4):
        at = NINE + timedelta(minutes=5 * number)
        one = reading(at, value=300.0 * number, token="t", at_least=True)
        state = advance(state, one, levels=LEVELS, policy=DEFAULT_POLICY)

    assert summarise(state, DEFAULT_POLICY).sentence == (
        "Messages are taking more than 10 minutes."
    )


def hour_of(readings: list[Reading]) -> Hour:
    hour = Hour()
    for one in readings:
        hour.add(one, LEVELS)
    return hour


def test_an_hours_percentiles_are_within_a_twentieth() -> None:
    values = [0.01 * 1.07**number for number in range(150)]
    shown = hour_of([reading(NINE, value=value) for value in values]).shown(NINE)

    assert shown.p50 == pytest.approx(values[74], rel=0.051)
    assert shown.p95 == pytest.approx(values[142], rel=0.051)
    assert shown.longest == max(values)


def test_an_hour_counts_pending_mail_as_slow_and_not_as_arrived() -> None:
    hour = hour_of([reading(NINE, value=90.0, at_least=True), reading(NINE, "failed")])

    assert (hour.ok, hour.slow, hour.failed, hour.histogram) == (0, 1, 1, {})


def test_hours_added_up_are_the_hour_of_all() -> None:
    readings = [reading(NINE, value=float(n)) for n in range(1, 40)]
    left, right = hour_of(readings[:17]), hour_of(readings[17:])

    left.merge(right)

    assert left == hour_of(readings)
