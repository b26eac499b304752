"""A measured April 2018 for tests about months, and the moment at which it is closed."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine

from lamppost.database import unit_of_work
from lamppost.status.actions import add_change, import_hssi_rows, refresh_days
from lamppost.status.uptime.actions import close_month
from postmaster.access.actors import Actor, system
from postmaster.policy.actions import enter_presets
from prepared import reach
from probes.reading import Reading
from status_rows import define, hssi_row, reading, some, storing

APRIL = date(2018, 4, 1)
BEGIN = datetime(2018, 3, 31, 23, 0, tzinfo=UTC)
END = datetime(2018, 4, 30, 23, 0, tzinfo=UTC)
# Three days after the month is over.
SETTLED = END + timedelta(days=3)
BY = system("close months")
QUARTER = timedelta(minutes=15)


def measure_month(
    engine: Engine,
    *,
    down: Sequence[tuple[datetime, datetime]] = (),
    dark: Sequence[tuple[datetime, datetime]] = (),
    probes: Sequence[str] = ("c0",),
) -> None:
    """Readings a quarter of an hour apart through the whole month and a day around it."""

    def within(at: datetime, some_times: Sequence[tuple[datetime, datetime]]) -> bool:
        return any(begin <= at < end for begin, end in some_times)

    def one(at: datetime, probe: str) -> Reading:
        return reading(at, "failed" if within(at, down) else "ok", probe=probe)

    moments = [BEGIN - QUARTER * 96 + n * QUARTER for n in range(96 * 32 + 4)]
    for probe in probes:
        storing(engine)(
            [one(at, probe) for at in moments if not within(at, dark)],
            probe=probe,
            now=moments[-1],
        )


def prepare(engine: Engine, components: int = 1, probes_each: int = 1) -> None:
    """Components whose probes look every quarter of an hour, and the register of policies."""

    def build(engine: Engine) -> None:
        definitions = some(components, probes_each)
        for place, probe in enumerate(definitions.probes):
            definitions.probes[place] = probe.__class__(
                probe.name, probe.component, interval_s=int(QUARTER.total_seconds())
            )
        define(engine, definitions)
        with unit_of_work(engine) as session:
            enter_presets(session, by="system:test", now=BEGIN)

    reach(engine, build, key=("months", components, probes_each))


def announce_change(
    engine: Engine, starts_at: datetime, *, hours: int = 4, days_before: int = 9, ref: str = "CHG1"
) -> None:
    """A change with impact on the first component."""
    with unit_of_work(engine) as session:
        add_change(
            session,
            ref=ref,
            title="Patch",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=hours),
            components=["c0"],
            has_impact=True,
            now=starts_at - timedelta(days=days_before),
        )


def log_incident(
    engine: Engine, raised_at: datetime, resolved_at: datetime | None, severity: int = 1
) -> None:
    """An incident of the first component."""
    row = hssi_row(raised_at=raised_at, resolved_at=resolved_at, severity=severity)
    with unit_of_work(engine) as session:
        import_hssi_rows(session, rows=[row], source="log", now=END)


def close(engine: Engine, *, now: datetime = SETTLED, month: date = APRIL, by: Actor = BY) -> str:
    """Close the month; gives the digest."""
    with unit_of_work(engine) as session:
        refresh_days(session, now=now)
        return close_month(session, month=month, by=by, now=now)
