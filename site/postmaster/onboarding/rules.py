"""How an organisation moves in, where a batch of it stands, and what may become of it. Pure."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from postmaster.blackouts.reads import Period
from postmaster.blackouts.rules import Hold
from postmaster.days import london_day, start_of

MOST_MAILBOXES = 100_000


class Route(StrEnum):
    """Who moves the mailboxes."""

    SELF = "self"
    SUPPORTED = "supported"
    MANAGED = "managed"


class State(StrEnum):
    """Where a batch stands."""

    PLANNED = "planned"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    DROPPED = "dropped"


# From where a step may be taken.
MAY_RUN = frozenset({State.PLANNED, State.PAUSED})
MAY_PAUSE = frozenset({State.RUNNING})
MAY_END = frozenset({State.RUNNING})
MAY_DROP = frozenset({State.PLANNED, State.PAUSED})


class MigrationError(ValueError):
    """A batch cannot be changed so; `field` names the part of the form."""

    def __init__(self, reason: str, field: str | None = None) -> None:
        super().__init__(reason)
        self.field = field


class HeldError(MigrationError):
    """Something holds migrations back now; a reason overrides it."""


def list_warnings(periods: list[Period], *, run_on: date) -> list[str]:
    """What holds migrations back at any time of a London day, in sentences."""
    begins, ends = start_of(run_on), start_of(run_on + timedelta(days=1))
    return [
        f"{period.reason} It holds migrations back{_until(period.interval.until_at)}."
        for period in periods
        if Hold.BATCHES in period.holds
        and period.interval.from_at < ends
        and (period.interval.until_at is None or period.interval.until_at > begins)
    ]


def _until(moment: datetime | None) -> str:
    if moment is None:
        return ", nobody knows until when"
    return f" until {london_day(moment - timedelta(microseconds=1)).isoformat()}, that day included"
