"""When a change that comes again happens: London wall-clock times by an iCalendar rule. Pure.

The hour on the wall stays the same all year: a window at 10pm is at 10pm in March and in April.
A start in the hour that is skipped when the clocks go forward begins when that hour would have
been, an hour later on the wall; one in the hour that comes twice is the first of the two.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from dateutil.rrule import rrulestr

from lamppost.clock import LONDON

# More than this in one look-ahead is a mistake in the rule, such as every second.
MOST = 400
_ALLOWED = {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYSETPOS", "BYMONTH", "COUNT", "WKST"}
_FREQUENCIES = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}


class RuleError(ValueError):
    """A rule of recurrence that cannot be kept."""


@dataclass(frozen=True, slots=True)
class Recurrence:
    """From a first day on, at times on the wall, by an RRULE without times or zone."""

    first_on: date
    starts: time
    ends: time  # at or before `starts`: on the day after
    rule: str
    until_on: date | None = None


def check_rule(rule: str) -> None:
    """Go on only with a rule of whole days.

    Raises:
        RuleError: a part is not allowed, or the rule cannot be read.
    """
    parts = dict(part.partition("=")[::2] for part in rule.upper().split(";") if part)
    strange = sorted(parts.keys() - _ALLOWED)
    if strange:
        raise RuleError(f"{', '.join(strange)} cannot stand in the rule: days only.")
    if parts.get("FREQ") not in _FREQUENCIES:
        raise RuleError("The rule begins with FREQ=DAILY, WEEKLY, MONTHLY or YEARLY.")
    try:
        rrulestr(rule, dtstart=datetime(2018, 1, 1))  # noqa: DTZ001 - wall clock, no zone
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise RuleError(f"The rule cannot be read: {error}.") from None


def list_times(
    recurrence: Recurrence, *, first: date, last: date
) -> list[tuple[datetime, datetime]]:
    """Start and end (UTC) of every time that begins on a London day from first to last.

    Raises:
        RuleError: the rule cannot be kept, or gives too many.
    """
    check_rule(recurrence.rule)
    wall = datetime.combine(recurrence.first_on, recurrence.starts)
    until = min(last, recurrence.until_on or last)
    rule = rrulestr(recurrence.rule, dtstart=wall)
    begins = datetime.combine(max(first, recurrence.first_on), time())
    found = rule.between(begins, datetime.combine(until, time(23, 59, 59)), inc=True)
    if len(found) > MOST:
        raise RuleError(f"The rule gives more than {MOST} times.")
    return [(to_utc(start), _end(start, recurrence.ends)) for start in found]


def to_utc(wall: datetime) -> datetime:
    """The moment the London wall clock shows it: shifted past a skipped hour, first of two."""
    return wall.replace(tzinfo=LONDON, fold=0).astimezone(UTC)


def _end(start: datetime, ends: time) -> datetime:
    day = start.date() if ends > start.time() else start.date() + timedelta(days=1)
    end = to_utc(datetime.combine(day, ends))
    # Both in the skipped hour, or across it: never shorter than nothing.
    return max(end, to_utc(start) + timedelta(minutes=1))
