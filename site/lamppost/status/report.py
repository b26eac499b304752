"""What the reads of this room give: frozen values, ready for a page, a feed or JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from lamppost.status.notices import Hssi


class State(StrEnum):
    """How something stands; `unknown` is not measured, never good and never bad."""

    OPERATIONAL = "operational"
    DEGRADED = "degraded"
    PARTIAL = "partial"
    OUTAGE = "outage"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"


# The word beside every light.
STATE_WORDS: Mapping[State, str] = {
    State.OPERATIONAL: "Working",
    State.DEGRADED: "Degraded",
    State.PARTIAL: "Partial outage",
    State.OUTAGE: "Outage",
    State.MAINTENANCE: "Maintenance",
    State.UNKNOWN: "Not measured",
}

# The colour of the NHS tag for each; never without the word and the shape.
STATE_COLOURS: Mapping[State, str] = {
    State.OPERATIONAL: "green",
    State.DEGRADED: "yellow",
    State.PARTIAL: "orange",
    State.OUTAGE: "red",
    State.MAINTENANCE: "blue",
    State.UNKNOWN: "grey",
}


@dataclass(frozen=True, slots=True)
class Uptime:
    """The figures of one period: both percentages, and how much of it was measured.

    In thousandths of a per cent, rounded down: 99_982 is 99.982%. `all_time` excuses nothing;
    `agreed` leaves out maintenance that was announced in time. None means too little was measured.
    """

    all_time: int | None
    agreed: int | None
    coverage: int
    formula: str

    @property
    def has_excuse(self) -> bool:
        """Whether anything was excused that changes the figure."""
        return self.all_time != self.agreed


@dataclass(frozen=True, slots=True)
class DayState:
    """One London day of one component: its worst state and the seconds spent in each.

    `seconds` leaves out states of no length; the day in progress counts up to the last reading.
    `unmeasured` is what of them only an HSSI spoke for, `excused` what lay in maintenance that was
    announced in time.
    """

    day: date
    state: State
    seconds: Mapping[State, int]
    words: str  # `9 April 2018: outage for 12 minutes`
    unmeasured: Mapping[State, int] = field(default_factory=dict)
    excused: Mapping[State, int] = field(default_factory=dict)

    def minutes(self, state: State) -> int:
        """Whole minutes spent in a state, rounded."""
        return round(self.seconds.get(state, 0) / 60)


@dataclass(frozen=True, slots=True)
class DelaySummary:
    """How long the last messages (at most 100) took; seconds.

    `within` is the smallest round figure that enough of them met, `met` how many did; None when no
    round figure will do. `failed` were not delivered, `pending` are still on their way and counted
    as at least so long.
    """

    sentence: str
    count: int
    within: int | None
    met: int
    failed: int
    pending: int
    p50: float | None
    p95: float | None
    longest: float | None


@dataclass(frozen=True, slots=True)
class ProbeStatus:
    """One probe of a component, as shown on its page."""

    name: str
    kind: str
    network: str
    state: State
    since: datetime | None
    as_at: datetime | None
    interval_s: int
    reason: str  # plain words; empty when all is well
    stale_at: datetime | None  # just after the last moment its last reading speaks for


@dataclass(frozen=True, slots=True)
class ComponentStatus:
    """One line of the status page, with its last 90 London days, oldest first."""

    slug: str
    name: str
    group: str
    state: State
    since: datetime | None
    as_at: datetime | None
    sentence: str
    detail_sentence: str
    days: tuple[DayState, ...]
    uptime: Uptime  # of these days, today so far
    delay: DelaySummary | None

    @property
    def state_words(self) -> str:
        """The word beside the light."""
        return STATE_WORDS[self.state]


@dataclass(frozen=True, slots=True)
class GroupStatus:
    """Components under one heading, in the order of the definitions."""

    name: str
    components: tuple[ComponentStatus, ...]


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """The whole page, good to show until `fresh_until`.

    At that moment something goes stale, a window begins or ends, or a London day begins.
    """

    state: State
    sentence: str
    groups: tuple[GroupStatus, ...]
    as_at: datetime | None
    fresh_until: datetime

    @property
    def state_words(self) -> str:
        """The word beside the light."""
        return STATE_WORDS[self.state]

    @property
    def components(self) -> tuple[ComponentStatus, ...]:
        """All components in the order of the page."""
        return tuple(component for group in self.groups for component in group.components)


@dataclass(frozen=True, slots=True)
class HourDelay:
    """One hour of a chart: `hour` is its first moment (UTC); delays in seconds."""

    hour: datetime
    count: int
    p50: float | None
    p95: float | None
    longest: float | None
    failed: int
    unknown: int
    slow: int


@dataclass(frozen=True, slots=True)
class PartDelay:
    """One part of the day over some weeks; delays in seconds."""

    words: str
    count: int
    failed: int
    p50: float | None
    p95: float | None
    p99: float | None
    longest: float | None


@dataclass(frozen=True, slots=True)
class ComponentDetail:
    """One component's page: the line of the status page, its probes, hours and open HSSIs."""

    status: ComponentStatus
    probes: tuple[ProbeStatus, ...]
    hours: tuple[HourDelay, ...]  # the last 48, oldest first; hours without readings are left out
    parts: tuple[PartDelay, ...]  # of the day, over the last weeks
    hssis: tuple[Hssi, ...]  # open, or raised in the last 7 days
    fresh_until: datetime
