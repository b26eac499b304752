"""The only place that asks what time it is. Everything else is told."""

import time
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


class Clock(Protocol):
    """What rules and probes are handed instead of the time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back; only differences mean anything."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait that many seconds."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait that many seconds."""
        time.sleep(max(0.0, seconds))


class FixedClock:
    """A clock that stands where it is put and moves when it is told; sleeping moves it."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment.astimezone(UTC)
        self._monotonic = 0.0

    def now(self) -> datetime:
        """The moment it stands at."""
        return self._moment

    def monotonic(self) -> float:
        """Seconds it has been moved on since it was made."""
        return self._monotonic

    def sleep(self, seconds: float) -> None:
        """Move on by that many seconds at once."""
        self._moment += timedelta(seconds=seconds)
        self._monotonic += seconds

    def set_to(self, moment: datetime) -> None:
        """Put the clock at a moment, later or earlier; the monotonic side stays."""
        self._moment = moment.astimezone(UTC)


def london_date(moment: datetime) -> date:
    """The civil date in London at a UTC moment."""
    return moment.astimezone(LONDON).date()


def london_midnight(day: date) -> datetime:
    """The UTC moment at which a London day begins; a day has 23, 24 or 25 hours."""
    return datetime(day.year, day.month, day.day, tzinfo=LONDON).astimezone(UTC)
