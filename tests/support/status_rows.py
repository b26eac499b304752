"""Definitions, readings and HSSI rows for tests about the status, made in one line each."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from lamppost.database import unit_of_work
from lamppost.status.actions import Stored, store_result, sync_definitions
from probes.reading import HssiRow, JsonValue, Levels, Outcome, Reading, Record, Result

# Monday 9 April 2018, 9am in London.
NINE = datetime(2018, 4, 9, 8, 0, tzinfo=UTC)
LEVELS = Levels(slow_above=60.0, slow_below=30.0, lost_after=3600.0)


@dataclass(frozen=True)
class AComponent:
    slug: str
    name: str
    group: str = "Email Gateway"
    order: int = 0
    mail_path: str | None = None


@dataclass(frozen=True)
class AProbe:
    name: str
    component: str | None
    kind: str = "relay_delay"
    network: str = "internet"
    interval_s: int = 300
    levels: Levels = LEVELS


@dataclass(frozen=True)
class SomeDefinitions:
    components: list[AComponent] = field(default_factory=list)
    probes: list[AProbe] = field(default_factory=list)


def some(number: int, probes_each: int = 1) -> SomeDefinitions:
    components = [AComponent(f"c{n}", f"Component {n}", order=n) for n in range(number)]
    probes = [
        AProbe(f"c{n}-p{p}" if p else f"c{n}", f"c{n}")
        for n in range(number)
        for p in range(probes_each)
    ]
    return SomeDefinitions(components, probes)


def reading(
    at: datetime,
    outcome: str = "ok",
    value: float | None = 10.0,
    probe: str = "c0",
    **detail: JsonValue,
) -> Reading:
    kept = value if outcome == "ok" else None
    return Reading(probe, at, Outcome(outcome), kept, "s", detail)


def run_of(
    letters: str, *, start: datetime = NINE, step: timedelta = timedelta(minutes=5)
) -> list[Reading]:
    """Readings from letters: S good, F failed, U unknown, L good and slow."""
    made: Mapping[str, tuple[str, float]] = {
        "S": ("ok", 10.0),
        "F": ("failed", 0.0),
        "U": ("unknown", 0.0),
        "L": ("ok", 100.0),
    }
    return [
        reading(start + number * step, *made[letter], reason="the relay refused the connection")
        if letter in "FU"
        else reading(start + number * step, *made[letter])
        for number, letter in enumerate(letters)
    ]


def hssi_row(
    ref: str = "INC1",
    *,
    title: str = "Relay delivery delays",
    severity: int = 2,
    components: tuple[str, ...] = ("c0",),
    raised_at: datetime = NINE,
    updated_at: datetime = NINE,
    resolved_at: datetime | None = None,
    state: str = "investigating",
    summary: str = "Mail is late.",
    line: int = 2,
) -> HssiRow:
    return HssiRow(
        ref, title, severity, "2", "1", components, raised_at, updated_at, resolved_at,
        state, summary, line,
    )  # fmt: skip


Store = Callable[..., Stored]


def storing(engine: Engine) -> Store:
    def store(
        readings: Iterable[Reading] = (),
        *,
        probe: str = "c0",
        records: Iterable[Record] = (),
        now: datetime | None = None,
        is_unmodified: bool = False,
    ) -> Stored:
        taken = tuple(readings)
        at = now or max((one.taken_at for one in taken), default=NINE)
        result = Result(taken, tuple(records), is_unmodified)
        with unit_of_work(engine) as session:
            return store_result(session, probe=probe, result=result, journal=None, now=at)

    return store


def define(engine: Engine, definitions: SomeDefinitions) -> None:
    with unit_of_work(engine) as session:
        sync_definitions(session, definitions=definitions, now=NINE)
