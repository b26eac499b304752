"""Which mail a blackout stops, and which days of a notice it takes away. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from postmaster.days import london_day, start_of


class MailPath(StrEnum):
    """A way a message goes; `ANY` stands for all of them."""

    ANY = "any"
    INCOMING = "incoming"
    OUTGOING = "outgoing"
    INTERNAL = "internal"


class Hold(StrEnum):
    """What a blackout holds back."""

    BATCHES = "batches"
    NOTICE_DAYS = "notice-days"


@dataclass(frozen=True, slots=True)
class Source:
    """What a blackout comes from: the kind of thing (`hssi`, `bcdr-window`) and which one."""

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Interval:
    """From a moment up to, and not with, another; open while `until_at` is None."""

    from_at: datetime
    until_at: datetime | None

    def holds_at(self, moment: datetime) -> bool:
        """Whether the moment lies in it."""
        return self.from_at <= moment and (self.until_at is None or moment < self.until_at)


def list_lost_days(intervals: Iterable[Interval], *, first: date, last: date) -> frozenset[date]:
    """The London days between two, both inclusive, that any interval touches.

    A day touched for a minute is lost whole: nobody can say whether the notice was seen before.
    """
    lost: set[date] = set()
    for interval in intervals:
        until = interval.until_at
        if until is not None and until <= interval.from_at:
            continue
        day = max(first, london_day(interval.from_at))
        while day <= last and (until is None or start_of(day) < until):
            lost.add(day)
            day += timedelta(days=1)
    return frozenset(lost)
