"""The words of dates, times and numbers, as template filters."""

from collections.abc import Callable

from lamppost import wording
from lamppost.clock import london_date

FILTERS: dict[str, Callable[..., str]] = {
    "clock": wording.say_clock,
    "count": wording.say_count,
    "date": wording.say_date,
    "duration": wording.say_duration,
    "london_date": lambda moment: wording.say_date(london_date(moment)),
    "moment": wording.say_moment,
    "month": wording.say_month,
    "time": wording.say_time,
    "weekday_date": wording.say_weekday_date,
}
