"""What the reads of months give: frozen values, ready for a page, a command or JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from lamppost.status.report import State, Uptime
from lamppost.status.uptime.formula import Formula


class MonthState(StrEnum):
    """Where a month stands."""

    RUNNING = "running"  # it is not over: its figures grow
    SETTLING = "settling"  # over, and to be closed once late news of it has come
    CLOSED = "closed"
    LEFT_OPEN = "left open"  # the readings it stands on are gone: its figures are not checked


@dataclass(frozen=True, slots=True)
class MonthEntry:
    """One line of the list of months."""

    month: date
    state: MonthState
    closes_at: datetime  # when it is to be closed
    closed_at: datetime | None
    addenda: int


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One component's month, lengths in seconds; `corrected` where there are addenda, with all."""

    slug: str
    name: str
    group: str
    uptime: Uptime
    seconds: Mapping[State, int]
    excused_s: int
    unmeasured_s: int
    gap: tuple[datetime, datetime] | None  # the longest time on end nobody measured
    corrected: Uptime | None = None


@dataclass(frozen=True, slots=True)
class Addendum:
    """One correction of a closed month."""

    number: int
    component: str
    starts_at: datetime
    ends_at: datetime
    state: State
    reason: str
    written_by: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class MonthReport:
    """One month: its figures by component, and, once closed, what they stand on."""

    entry: MonthEntry
    starts_at: datetime
    ends_at: datetime
    lines: tuple[MonthLine, ...]
    addenda: tuple[Addendum, ...]
    formula: Formula
    digest: str | None

    @property
    def gaps(self) -> tuple[MonthLine, ...]:
        """The components that were not measured all the time."""
        return tuple(line for line in self.lines if line.unmeasured_s)
