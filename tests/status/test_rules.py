"""The fold from readings to a state: confirmed both ways, and honest about what is not known."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamppost.status.packing import pack_state, unpack_state
from lamppost.status.policy import DEFAULT_POLICY, ProbePolicy
from lamppost.status.probe_state import ProbeState
from lamppost.status.report import State
from lamppost.status.rules import advance
from probes.reading import Levels, Reading
from status_rows import LEVELS, NINE, reading, run_of

LETTERS = st.text("SFUL", max_size=60)


def fold(readings: list[Reading], state: ProbeState | None = None) -> ProbeState:
    state = state or ProbeState()
    for one in readings:
        state = advance(state, one, levels=LEVELS, policy=DEFAULT_POLICY)
    return state


def after(letters: str) -> ProbeState:
    return fold(run_of(letters))


def minute(number: int) -> datetime:
    return NINE + timedelta(minutes=number)


@pytest.mark.parametrize(
    ("letters", "state"),
    [
        ("", State.UNKNOWN),
        ("S", State.OPERATIONAL),
        ("F", State.UNKNOWN),
        ("FF", State.UNKNOWN),
        ("FFF", State.OUTAGE),
        ("SFF", State.OPERATIONAL),
        ("SFFF", State.OUTAGE),
        ("SFFFS", State.OUTAGE),
        ("SFFFSS", State.OUTAGE),
        ("SFFFSSS", State.OPERATIONAL),
        ("SFFFSSFSS", State.OUTAGE),
        ("SFSFSF", State.OPERATIONAL),
        ("SFSFSFSF", State.OUTAGE),
        ("FSSSFSSSFSSSF", State.OPERATIONAL),
        ("SSSSSSFSSFSSFSSF", State.OUTAGE),
        ("FFFSSSFFF", State.OUTAGE),
        ("FFFSSSFSFSF", State.OPERATIONAL),
        ("FFFSSSFSFSFSF", State.OUTAGE),
        ("SFUFUF", State.OUTAGE),
        ("FFFSUSUS", State.OPERATIONAL),
        ("SU", State.UNKNOWN),
        ("FFFU", State.UNKNOWN),
        ("FFFUS", State.OUTAGE),
        ("LL", State.OPERATIONAL),
        ("LLL", State.DEGRADED),
        ("SLL", State.DEGRADED),
        ("SLS", State.OPERATIONAL),
        ("LLLSS", State.OPERATIONAL),
        ("LLLF", State.DEGRADED),
        ("LLLFFF", State.OUTAGE),
        ("FFFLLL", State.DEGRADED),
    ],
)
def test_a_run_of_readings_amounts_to_a_state(letters: str, state: State) -> None:
    assert after(letters).state is state


@given(LETTERS)
def test_three_failures_in_a_row_are_always_down(letters: str) -> None:
    assert after(letters + "FFF").state is State.OUTAGE


@given(LETTERS)
def test_three_good_in_a_row_are_never_down(letters: str) -> None:
    assert after(letters + "SSS").state is not State.OUTAGE


@given(LETTERS)
def test_what_is_down_is_not_back_after_two_good(letters: str) -> None:
    assert after(letters + "FFFSS").state is State.OUTAGE


@given(LETTERS, st.integers(0, 60), st.integers(1, 5))
def test_unknown_readings_neither_count_nor_reset(letters: str, place: int, times: int) -> None:
    with_unknown = letters[:place] + "U" * times + letters[place:] + "S"

    ours, plain = after(with_unknown), after((letters + "S").replace("U", ""))

    assert (ours.verdict, [m.is_good for m in ours.marks]) == (
        plain.verdict,
        [m.is_good for m in plain.marks],
    )


@given(LETTERS, LETTERS)
def test_a_fold_that_was_stored_in_between_goes_on_the_same(first: str, second: str) -> None:
    readings = run_of(first + second)
    stored = unpack_state(pack_state(fold(readings[: len(first)])))

    assert fold(readings[len(first) :], stored) == fold(readings)


@given(LETTERS)
def test_every_state_but_operational_has_a_reason(letters: str) -> None:
    state = after(letters)

    assert bool(state.state_reason) == (bool(letters) and state.state is not State.OPERATIONAL)


@given(LETTERS)
def test_a_state_never_begins_after_its_last_reading(letters: str) -> None:
    state = after(letters)

    assert state.since is None or state.last_at is None or state.since <= state.last_at


@pytest.mark.parametrize(
    ("letters", "minutes"),
    [("SSFFF", 10), ("SSFFFF", 10), ("FFFSSS", 15), ("FFFSSSS", 15), ("SFSFSFSF", 5), ("SSLL", 10)],
)
def test_a_change_is_dated_back_to_the_reading_that_began_it(letters: str, minutes: int) -> None:
    assert after(letters).since == minute(minutes)


def test_alternating_failures_are_seen_as_down_at_the_fourth_of_ten() -> None:
    assert after("SFSFSFS").state is State.OPERATIONAL
    assert after("SFSFSFSF").reason == (
        "4 of the last 8 checks failed: the relay refused the connection"
    )


def test_the_reason_for_down_says_what_failed() -> None:
    assert after("SFFF").reason == "3 checks in a row failed: the relay refused the connection"


def test_the_reason_for_slow_gives_the_median_and_the_level() -> None:
    assert after("LLL").reason == (
        "the last 3 checks took 1 minute 40 seconds in the middle, above the level of 1 minute"
    )


def slow_after(*values: float) -> State:
    readings = [reading(minute(5 * n), value=value) for n, value in enumerate(values)]
    return fold(readings).state


def test_slow_begins_above_the_upper_level_and_ends_at_the_lower() -> None:
    assert slow_after(60, 60, 60) is State.OPERATIONAL
    assert slow_after(61, 61, 10) is State.DEGRADED
    assert slow_after(61, 61, 61, 40, 40, 40) is State.DEGRADED
    assert slow_after(61, 61, 61, 30, 30) is State.OPERATIONAL


def test_without_levels_nothing_is_slow() -> None:
    state = ProbeState()
    for one in run_of("LLLL"):
        state = advance(state, one, levels=Levels(), policy=DEFAULT_POLICY)

    assert state.state is State.OPERATIONAL


def test_pending_mail_counts_as_slow_with_its_age_but_is_no_success() -> None:
    pending = [
        reading(minute(5 * n), value=300.0 * n, token="t", at_least=True) for n in range(1, 4)
    ]
    slow = fold([reading(NINE), *pending])

    assert slow.state is State.DEGRADED
    assert "more than 10 minutes" in slow.reason
    assert fold([*run_of("FFF", start=minute(-30)), *pending]).state is State.OUTAGE


def test_a_pending_message_is_one_sample_however_often_it_is_seen() -> None:
    pending = [reading(minute(n), value=60.0 * n, token="t", at_least=True) for n in range(1, 4)]
    arrived = reading(minute(5), value=290.0, token="t")

    assert [s.seconds for s in fold([*pending, arrived]).samples] == [290.0]


def test_late_and_out_of_order_readings_amend_nothing() -> None:
    state = after("SFFF")
    late = reading(minute(30), value=4000.0, late=True)
    early = reading(minute(2))

    assert fold([late, early], state) is state


def test_only_the_last_hundred_messages_are_kept() -> None:
    assert len(after("S" * 130).samples) == 100


@given(LETTERS)
def test_a_stricter_policy_never_sees_less_down(letters: str) -> None:
    strict = ProbePolicy(version="strict", fail_run=1, fail_count=1)
    state = ProbeState()
    for one in run_of(letters + "F"):
        state = advance(state, one, levels=LEVELS, policy=strict)

    assert state.state is State.OUTAGE


def test_a_message_overtaken_by_a_later_one_counts_but_says_nothing_of_now() -> None:
    state = after("SSS")
    overtaken = reading(minute(30), value=900.0, token="old", overtaken=True)

    after_it = fold([overtaken] * 3, state)

    assert after_it.state is State.OPERATIONAL
    assert (900.0, "old") in [(sample.seconds, sample.token) for sample in after_it.samples]


@given(LETTERS)
def test_the_short_way_for_good_readings_gives_what_every_question_gives(letters: str) -> None:
    state = ProbeState()
    for one in run_of(letters):
        state = advance(state, one, levels=LEVELS, policy=DEFAULT_POLICY)
        # Another key in the detail keeps a reading from the short way and means nothing else.
        longer = replace(one, detail={**one.detail, "overtaken": False})
        assert state == fold([*run_of(letters)[: run_of(letters).index(one)], longer])
