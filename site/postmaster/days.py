"""Civil days in London and the moments they begin at; every policy counts days so."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def london_day(moment: datetime) -> date:
    """The civil day in London of a moment."""
    return moment.astimezone(LONDON).date()


def say_day(day: date) -> str:
    """`9 April 2018`, as letters say it; the locale of the process changes nothing."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def start_of(day: date) -> datetime:
    """The moment (UTC) a civil day begins in London; in summer an hour before midnight UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=LONDON).astimezone(UTC)


def add_months(day: date, months: int) -> date:
    """So many calendar months later, or earlier; the last day of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def first_day_reaching(limit: date, months: int) -> date:
    """The earliest day which, so many months later, is `limit` or after it.

    The way back from a date of today to the stored date a sweep compares with: days before it are
    over their months, days from it on are not.
    """
    day = add_months(limit, -months) - timedelta(days=3)
    while add_months(day, months) < limit:
        day += timedelta(days=1)
    return day
