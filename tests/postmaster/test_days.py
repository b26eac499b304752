"""Civil days in London."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postmaster.days import add_months, first_day_reaching, london_day, start_of

DAYS = st.dates(date(2001, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2016, 8, 31), 18, date(2018, 2, 28)),
        (date(2018, 8, 31), 18, date(2020, 2, 29)),
        (date(2017, 9, 6), 6, date(2018, 3, 6)),
        (date(2018, 3, 31), -1, date(2018, 2, 28)),
        (date(2018, 1, 31), -2, date(2017, 11, 30)),
    ],
)
def test_months_are_of_the_calendar_and_end_with_a_short_month(
    day: date, months: int, later: date
) -> None:
    assert add_months(day, months) == later


@pytest.mark.parametrize(
    ("day", "moment"),
    [
        (date(2017, 9, 6), datetime(2017, 9, 5, 23, tzinfo=UTC)),
        (date(2018, 1, 1), datetime(2018, 1, 1, tzinfo=UTC)),
        (date(2018, 3, 25), datetime(2018, 3, 25, tzinfo=UTC)),
        (date(2018, 3, 26), datetime(2018, 3, 25, 23, tzinfo=UTC)),
    ],
)
def test_a_day_begins_at_midnight_in_london(day: date, moment: datetime) -> None:
    assert start_of(day) == moment
    assert london_day(moment) == day
    assert london_day(moment - timedelta(microseconds=1)) == day - timedelta(days=1)


@given(limit=DAYS, months=st.integers(1, 30))
def test_the_first_day_reaching_a_limit_is_the_first(limit: date, months: int) -> None:
    first = first_day_reaching(limit, months)
    assert add_months(first, months) >= limit
    assert add_months(first - timedelta(days=1), months) < limit
