"""What people announce, as the reads give it: HSSIs, BCDR windows, changes, releases, events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class HssiUpdate:
    """One published text of an HSSI; kept for ever, numbered from 1."""

    number: int
    at: datetime
    severity: int
    state: str
    words: str  # what changed: `Severity changed from 2 to 1.`
    summary: str
    components: tuple[str, ...] | None = None  # slugs; None when it was told before they were kept
    next_update_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HssiInterval:
    """How an HSSI affected a component from one moment to another; open while `ended_at` is None.

    `state` is the least the component may be shown as meanwhile.
    """

    ref: str
    component: str
    state: str
    started_at: datetime
    ended_at: datetime | None


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
    kind: str = "fault"  # or `security`
    origin: str = "log"  # or `person`, `probe`
    next_update_due_at: datetime | None = None
    overlay: str = ""  # our note beside what the log says
    review: str = ""
    reopened: int = 0
    updates: tuple[HssiUpdate, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it is not resolved."""
        return self.resolved_at is None

    def is_overdue(self, now: datetime) -> bool:
        """Whether an update was promised and has not come."""
        due = self.next_update_due_at
        return self.is_open and due is not None and due <= now


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
    dates_announced_at: datetime | None = None  # of its present first day; None: never moved
    source: str = "panel"
    missing_since: datetime | None = None  # since when its calendar no longer mentions it
    expects_impact: bool = True
    outcome: str = ""


# The kind of a change in which nothing is changed.
FREEZE = "freeze"


class ChangeState(StrEnum):
    """Where a planned change stands."""

    UPCOMING = "upcoming"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


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
    dates_announced_at: datetime | None = None
    kind: str = "change"  # or `freeze`
    effects: Mapping[str, str] = field(default_factory=dict)  # slug to none, slow or down
    series: str | None = None
    outcome: str = ""

    @property
    def impacted(self) -> tuple[str, ...]:
        """The components shown under maintenance while it runs."""
        if not self.has_impact:
            return ()
        return tuple(slug for slug in self.components if self.effects.get(slug) != "none")


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
    rolled_back_at: datetime | None = None
    switches: tuple[str, ...] = ()  # features its go-live switches

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
    KNOWN_ISSUE = "known-issue"


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
