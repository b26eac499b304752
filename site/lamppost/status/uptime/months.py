"""Months of London days: where they begin and end, and how they are written. Pure."""

from datetime import date, datetime, timedelta

from lamppost.clock import london_date, london_midnight


class MonthNameError(ValueError):
    """A month is written like 2018-04."""


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """The first day of the month after."""
    return (month + timedelta(days=32)).replace(day=1)


def month_bounds(month: date) -> tuple[datetime, datetime]:
    """When a month begins and is over in London; the two with a change of clocks are no exception.

    March has an hour less than its days say, October an hour more.
    """
    return london_midnight(month), london_midnight(next_month(month))


def present_month(now: datetime) -> date:
    """The month it is in London."""
    return month_of(london_date(now))


def parse_month(text: str) -> date:
    """The month of `2018-04`.

    Raises:
        MonthNameError: it is written in another way.
    """
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a civil month has no zone
    except ValueError:
        raise MonthNameError(f"{text!r} is no month; write it like 2018-04") from None


def months_between(first: date, last: date) -> list[date]:
    """Every month from one to another, both included, the newest first."""
    months = []
    while first <= last:
        months.append(first)
        first = next_month(first)
    return months[::-1]
