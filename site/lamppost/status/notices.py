"""What people announce, as the reads give it: HSSIs, BCDR windows, changes, releases, events."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class HssiUpdate:
    """One change of an HSSI, as the log told it; kept for ever, numbered from 1."""

    number: int
    at: datetime
    severity: int
    state: str
    words: str  # what changed: `Severity changed from 2 to 1.`
    summary: str


@dataclass(frozen=True, slots=True)
class Hssi:
    """One High Severity Service Incident; open while `resolved_at` is None.

    `updates` are oldest first, and empty in lists.
    """

    ref: str
    title: str
    severity: int
    severity_words: str  # `Severity 1, critical`
    impact: str
    urgency: str
    components: tuple[str, ...]  # slugs
    raised_at: datetime
    updated_at: datetime
    resolved_at: datetime | None
    state: str
    summary: str
    updates: tuple[HssiUpdate, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether the log says it is not resolved."""
        return self.resolved_at is None


class WindowState(StrEnum):
    """Where a BCDR window stands."""

    UPCOMING = "upcoming"
    RUNNING = "running"
    OVERRUN = "overrun"  # past the end announced when it began, and not over
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Window:
    """A BCDR test window: civil days in London, both inclusive."""

    uid: str
    sequence: int
    title: str
    starts_on: date
    ends_on: date
    announced_ends_on: date  # as it stood when the window began
    state: WindowState
    summary: str
    location: str
    url: str
    announced_at: datetime
    updated_at: datetime


class ChangeState(StrEnum):
    """Where a planned change stands."""

    UPCOMING = "upcoming"
    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the forward schedule of change.

    `impact` is in plain words; a change `has_impact` when its components are shown under
    maintenance while it runs.
    """

    ref: str
    title: str
    starts_at: datetime
    ends_at: datetime
    components: tuple[str, ...]  # slugs
    impact: str
    has_impact: bool
    summary: str
    state: ChangeState
    announced_at: datetime
    updated_at: datetime


class ReleaseState(StrEnum):
    """Where a Portal release stands."""

    PLANNED = "planned"
    LIVE = "live"
    ROLLED_BACK = "rolled_back"


class ItemKind(StrEnum):
    """What a release brings."""

    FEATURE = "feature"
    FIX = "fix"


@dataclass(frozen=True, slots=True)
class ReleaseItem:
    """One line of a release's notes."""

    kind: ItemKind
    text: str


@dataclass(frozen=True, slots=True)
class Release:
    """A Portal release; `planned_words` is `April 2018` when only the month is known."""

    ref: str
    name: str
    state: ReleaseState
    planned_on: date  # the first of the month when only the month is known
    is_month_only: bool
    planned_words: str
    live_at: datetime | None
    summary: str
    items: tuple[ReleaseItem, ...]
    announced_at: datetime
    updated_at: datetime

    @property
    def features(self) -> tuple[str, ...]:
        """What is new."""
        return tuple(item.text for item in self.items if item.kind is ItemKind.FEATURE)

    @property
    def fixes(self) -> tuple[str, ...]:
        """What was mended."""
        return tuple(item.text for item in self.items if item.kind is ItemKind.FIX)


class EventKind(StrEnum):
    """What an entry of the status feeds is about."""

    HSSI = "hssi"
    WINDOW = "window"
    CHANGE = "change"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class StatusEvent:
    """One entry for the status feeds.

    The web makes the stable id: `tag:<authority>,<tag_year>:<tag_name>`. Neither part ever changes
    for an event; `path` is a site path such as `/status/incidents/INC1/`.
    """

    kind: EventKind
    tag_year: int
    tag_name: str
    title: str
    text: str
    path: str
    published_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A row of a source that was not taken in, and why."""

    source: str
    line: int
    reason: str
    raw: str
    seen_at: datetime
