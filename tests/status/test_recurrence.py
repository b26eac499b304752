"""Changes that come again keep their hour on the wall in London, over both edges of summer time."""

from datetime import UTC, date, datetime, time

import pytest

from lamppost.status.plans.recurrence import Recurrence, RuleError, check_rule, list_times

SPRING, AUTUMN = date(2018, 3, 25), date(2018, 10, 28)


def weekly(first_on: date, starts: str, ends: str, rule: str = "FREQ=WEEKLY") -> Recurrence:
    return Recurrence(first_on, time.fromisoformat(starts), time.fromisoformat(ends), rule)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("first_on", "expected"),
    [
        (date(2018, 3, 21), ["2018-03-21T22:00", "2018-03-28T21:00"]),
        (date(2018, 10, 24), ["2018-10-24T21:00", "2018-10-31T22:00"]),
    ],
)
def test_ten_in_the_evening_stays_ten_when_the_clocks_change(
    first_on: date, expected: list[str]
) -> None:
    times = list_times(weekly(first_on, "22:00", "23:30"), first=first_on, last=date(2018, 12, 1))

    assert [start for start, _ in times][:2] == [utc(text) for text in expected]
    assert {end - start for start, end in times} == {utc("2018-01-01T01:30") - utc("2018-01-01")}


@pytest.mark.parametrize(
    ("day", "starts", "ends", "expected"),
    [
        # 1am to 2am is skipped: what would begin then begins at 2:30am BST, an hour on.
        (SPRING, "01:30", "04:00", ("2018-03-25T01:30", "2018-03-25T03:00")),
        (SPRING, "00:30", "03:00", ("2018-03-25T00:30", "2018-03-25T02:00")),
        # Both in the skipped hour: it lasts as long as it would have.
        (SPRING, "01:10", "01:40", ("2018-03-25T01:10", "2018-03-25T01:40")),
        # 1am to 2am comes twice: the first of the two.
        (AUTUMN, "01:30", "04:00", ("2018-10-28T00:30", "2018-10-28T04:00")),
        (AUTUMN, "00:30", "01:30", ("2018-10-27T23:30", "2018-10-28T00:30")),
        # Over midnight into the day the clocks change.
        (date(2018, 3, 24), "23:00", "03:00", ("2018-03-24T23:00", "2018-03-25T02:00")),
        (date(2018, 10, 27), "23:00", "03:00", ("2018-10-27T22:00", "2018-10-28T03:00")),
    ],
)
def test_the_nights_the_clocks_change(
    day: date, starts: str, ends: str, expected: tuple[str, str]
) -> None:
    (found,) = list_times(weekly(day, starts, ends), first=day, last=day)

    assert found == (utc(expected[0]), utc(expected[1]))


def test_the_second_tuesday_of_each_month_until_a_day() -> None:
    rule = Recurrence(
        date(2018, 1, 1), time(22), time(23), "FREQ=MONTHLY;BYDAY=2TU", until_on=date(2018, 4, 9)
    )
    times = list_times(rule, first=date(2018, 1, 1), last=date(2018, 12, 31))

    assert [start.date() for start, _ in times] == [
        date(2018, 1, 9), date(2018, 2, 13), date(2018, 3, 13),
    ]  # fmt: skip


def test_only_the_days_asked_for_are_given() -> None:
    daily = weekly(date(2018, 1, 1), "22:00", "23:00", "FREQ=DAILY")

    assert len(list_times(daily, first=date(2018, 4, 9), last=date(2018, 4, 11))) == 3
    assert list_times(daily, first=date(2017, 1, 1), last=date(2017, 2, 1)) == []


@pytest.mark.parametrize(
    "rule",
    [
        "", "FREQ=SECONDLY", "FREQ=HOURLY", "FREQ=DAILY;BYHOUR=3", "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=DAILY;UNTIL=20180101T000000Z", "RRULE:FREQ=DAILY;TZID=X", "nonsense",
    ],
)  # fmt: skip
def test_a_rule_that_is_not_of_whole_days_is_refused(rule: str) -> None:
    with pytest.raises(RuleError):
        check_rule(rule)


def test_a_rule_that_gives_too_many_is_refused() -> None:
    daily = weekly(date(2018, 1, 1), "22:00", "23:00", "FREQ=DAILY")
    with pytest.raises(RuleError, match="more than 400"):
        list_times(daily, first=date(2018, 1, 1), last=date(2020, 1, 1))
