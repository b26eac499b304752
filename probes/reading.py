"""What a probe is given and what it gives back: the door to whoever runs the probes."""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol, TypeAlias

JsonValue: TypeAlias = (
    "str | int | float | bool | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
)


class Outcome(StrEnum):
    """How a look turned out; slow is not here, it follows from the value and the levels."""

    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"  # the prober itself was unfit: nothing is known about the target


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at one thing."""

    probe: str
    taken_at: datetime
    outcome: Outcome
    value: float | None
    unit: str | None
    detail: Mapping[str, JsonValue] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What makes the reading one of its kind within its probe; storing it twice is harmless."""
        key = self.detail.get("key")
        return key if isinstance(key, str) else self.taken_at.isoformat()


@dataclass(frozen=True, slots=True)
class HssiRow:
    """One High Severity Service Incident as the log tells it; moments are UTC."""

    ref: str
    title: str
    severity: int
    impact: str
    urgency: str
    components: tuple[str, ...]
    raised_at: datetime
    updated_at: datetime
    resolved_at: datetime | None
    state: str
    summary: str
    line: int


@dataclass(frozen=True, slots=True)
class BcdrWindow:
    """One window of a BCDR exercise; civil days in London, both ends inclusive."""

    uid: str
    sequence: int
    title: str
    starts_on: date
    ends_on: date
    cancelled: bool
    summary: str
    location: str
    url: str
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """A row of a source that could not be taken in, and why."""

    source: str
    line: int
    reason: str
    raw: str


Record: TypeAlias = HssiRow | BcdrWindow | QuarantinedRow


@dataclass(frozen=True, slots=True)
class Result:
    """What one run gives: its readings, and the records of a source that was read.

    `is_unmodified` means the source has not changed since the last run: what was imported
    then still holds, and no records being here does not mean the source is empty.
    """

    readings: tuple[Reading, ...]
    records: tuple[Record, ...] = ()
    is_unmodified: bool = False


@dataclass(frozen=True, slots=True)
class Levels:
    """In seconds: slow is entered above one, left below the next; lost comes after the third."""

    slow_above: float | None = None
    slow_below: float | None = None
    lost_after: float | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """What probes.toml says about one probe; its secrets are read where they are used."""

    probe: str
    options: Mapping[str, JsonValue]
    levels: Levels = field(default_factory=Levels)


@dataclass(frozen=True, slots=True)
class Expected:
    """A probe mail that left, or was about to; state is expected, accepted or lost."""

    token: str
    sent_at: datetime
    accepted_at: datetime | None
    state: str


class Journal(Protocol):
    """What a probe remembers from run to run, kept by whoever runs it.

    `expect` and `accept` are durable when they return. The others take effect in the same
    transaction that stores the run's readings, so a kill in between undoes both or neither.
    """

    def expect(self, token: str, *, sent_at: datetime) -> None:
        """Note a mail before it leaves."""
        ...

    def accept(self, token: str, *, accepted_at: datetime) -> None:
        """Note that the relay took it."""
        ...

    def pending(self) -> Sequence[Expected]:
        """The mails still watched for, lost ones included, oldest first."""
        ...

    def settle(self, token: str) -> None:
        """Nothing more is awaited of this mail."""
        ...

    def lose(self, token: str) -> None:
        """It is reported lost, and still watched for."""
        ...

    def settled(self, tokens: Collection[str]) -> AbstractSet[str]:
        """Those of the tokens that are durably settled: only these may leave the mailbox."""
        ...

    def get_state(self, key: str) -> str | None:
        """What an earlier stored run remembered under the key."""
        ...

    def set_state(self, key: str, value: str) -> None:
        """Remember a value for later runs."""
        ...


class Clock(Protocol):
    """The time, as probes may ask for it."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait that many seconds."""
        ...


class Probe(Protocol):
    """One look at one target: never raises for what the target does, never outlasts its timeout."""

    def __call__(self, target: Target, journal: Journal, *, timeout: float, clock: Clock) -> Result:
        """Look, within `timeout` seconds."""
        ...


class TargetError(Exception):
    """The probe's target in probes.toml lacks something or says something impossible."""
