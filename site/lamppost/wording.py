"""Dates, times, durations and numbers in words, as the NHS service manual writes them.

No locale and no strftime names: the words are the same on every machine.
"""

from datetime import date, datetime, timedelta

from lamppost.clock import LONDON

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MINUTE = 60
_HOUR = 3600
_DAY = 86400


def say_date(day: date) -> str:
    """`9 April 2018`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def say_month(day: date) -> str:
    """`April 2018`."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def say_weekday_date(day: date) -> str:
    """`Monday 9 April 2018`."""
    return f"{WEEKDAYS[day.weekday()]} {say_date(day)}"


def say_date_range(first: date, last: date) -> str:
    """`21 to 30 September 2018`, `28 September to 2 October 2018` or whole dates across years."""
    if first == last:
        return say_date(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {say_date(last)}"
    if first.year == last.year:
        return f"{first.day} {MONTHS[first.month - 1]} to {say_date(last)}"
    return f"{say_date(first)} to {say_date(last)}"


def say_time(moment: datetime) -> str:
    """`5pm`, `5:30pm`, `midday`, `midnight`, in London."""
    local = moment.astimezone(LONDON)
    if local.minute == 0 and local.hour in (0, 12):
        return "midday" if local.hour else "midnight"
    hour = local.hour % 12 or 12
    minutes = f":{local.minute:02d}" if local.minute else ""
    return f"{hour}{minutes}{'am' if local.hour < 12 else 'pm'}"  # noqa: PLR2004 - noon


def say_moment(moment: datetime) -> str:
    """`9 April 2018 at 9am BST`: London time with its zone, since a page is read in many."""
    local = moment.astimezone(LONDON)
    return f"{say_date(local.date())} at {say_time(local)} {local.tzname()}"


def say_clock(moment: datetime) -> str:
    """`9:04:31am GMT`: to the second, for pages that show how fresh they are."""
    local = moment.astimezone(LONDON)
    half = "am" if local.hour < 12 else "pm"  # noqa: PLR2004 - noon
    return f"{local.hour % 12 or 12}:{local.minute:02d}:{local.second:02d}{half} {local.tzname()}"


def say_count(number: int, one: str, many: str | None = None) -> str:
    """`1 message`, `1,204 messages`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def say_duration(length: timedelta) -> str:
    """`40 seconds`, `6 hours 30 minutes`, `2 days 4 hours`: the two largest units that count."""
    seconds = max(0, round(length.total_seconds()))
    units = (("day", _DAY), ("hour", _HOUR), ("minute", _MINUTE), ("second", 1))
    for place, (_, size) in enumerate(units):
        if seconds >= size:
            words = [_unit(seconds // size, units[place][0])]
            rest = seconds % size
            if place + 1 < len(units) and rest // units[place + 1][1]:
                words.append(_unit(rest // units[place + 1][1], units[place + 1][0]))
            return " ".join(words)
    return "0 seconds"


def _unit(number: int, word: str) -> str:
    return say_count(number, word)
