"""Bars and chart: what is drawn is what was measured, and a gap is a gap."""

from datetime import date, timedelta

import pytest

from lamppost.status.notices import Hssi
from lamppost.status.report import DayState, HourDelay, State
from lamppost.web.day_bars import HEIGHTS, draw_days, say_days
from lamppost.web.delay_chart import describe, draw_delays
from status_rows import NINE

DAY = date(2018, 4, 9)


def a_day(state: State) -> DayState:
    return DayState(DAY, state, {}, "")


def an_hour(hours_ago: int, p50: float | None = 10.0, failed: int = 0) -> HourDelay:
    p95 = None if p50 is None else p50 * 2
    at = NINE - timedelta(hours=hours_ago)
    return HourDelay(at, 12, p50, p95, p95, failed, 0, 0)


def an_hssi(raised_ago: timedelta, resolved_ago: timedelta | None) -> Hssi:
    resolved_at = None if resolved_ago is None else NINE - resolved_ago
    raised_at = NINE - raised_ago
    return Hssi(
        "INC1", "t", 2, "s", "", "", (), raised_at, raised_at, resolved_at, "", "",
    )  # fmt: skip


def path_of(drawing: str, name: str) -> str:
    return drawing.partition(f'<path class="{name}" d="')[2].partition('"')[0]


def test_days_are_counted_by_their_worst_state_best_first() -> None:
    days = [a_day(State.OUTAGE), a_day(State.OPERATIONAL), a_day(State.OPERATIONAL)]

    assert say_days(days) == "2 working, 1 outage"


@pytest.mark.parametrize("state", list(State))
def test_each_state_has_a_height_of_its_own(state: State) -> None:
    drawn = draw_days("Mail", [a_day(state)])

    assert f'<path class="app-days__{state}"' in drawn
    assert list(HEIGHTS.values()).count(HEIGHTS[state]) == 1


def test_ninety_days_cost_one_element_per_state() -> None:
    drawn = draw_days("Mail", [a_day(State.OPERATIONAL)] * 89 + [a_day(State.OUTAGE)])

    assert drawn.count("<path") == 2
    assert path_of(drawn, "app-days__operational").count("M") == 89


def test_neighbouring_hours_are_joined_and_a_gap_lifts_the_pen() -> None:
    hours = [an_hour(5), an_hour(4), an_hour(2), an_hour(1, None), an_hour(0)]

    line = path_of(draw_delays("t", hours, (), now=NINE), "app-chart__p50")

    assert line.count("M") == 3
    assert line.count("L") == 1


def test_hours_before_the_48_are_left_out() -> None:
    drawn = draw_delays("t", [an_hour(48), an_hour(47)], (), now=NINE)

    assert path_of(drawn, "app-chart__p50").count("M") == 1


def test_a_failed_hour_has_a_cross() -> None:
    drawn = draw_delays("t", [an_hour(1), an_hour(0, failed=2)], (), now=NINE)

    assert path_of(drawn, "app-chart__failed").count("M") == 1


@pytest.mark.parametrize(
    ("raised_ago", "resolved_ago", "shades"),
    [(3, None, 1), (60, 40, 1), (60, 50, 0), (60, None, 1)],
)
def test_incidents_are_shaded_where_they_reach_into_the_48_hours(
    raised_ago: int, resolved_ago: int | None, shades: int
) -> None:
    resolved = None if resolved_ago is None else timedelta(hours=resolved_ago)
    hssi = an_hssi(timedelta(hours=raised_ago), resolved)

    assert draw_delays("t", (), [hssi], now=NINE).count("app-chart__hssi") == shades


@pytest.mark.parametrize(
    ("p50", "labels"), [(0.2, ("0.5 sec", "1 sec")), (45.0, ("1 min", "2 min"))]
)
def test_the_scale_ends_at_a_round_figure(p50: float, labels: tuple[str, str]) -> None:
    drawn = draw_delays("t", [an_hour(0, p50)], (), now=NINE)

    assert all(f">{label} <" in drawn for label in labels)


def test_nothing_timed_is_said() -> None:
    assert describe([]) == "Nothing was timed in the last 48 hours."


def test_the_description_names_the_last_and_the_slowest_hour() -> None:
    words = describe([an_hour(1, 90.0), an_hour(0)])

    assert "9 April 2018 at 9am BST half took at most 10 seconds, 95 in 100 20 seconds." in words
    assert "The slowest hour was from 9 April 2018 at 8am BST: 3 minutes." in words
    assert "46 hours without a figure." in words
