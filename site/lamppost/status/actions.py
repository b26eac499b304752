"""Writes of this room: what a run of a probe gave, what the definitions say, what is announced."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lamppost.generation.actions import Area, bump_generation
from lamppost.status.component_days import sum_days
from lamppost.status.definitions import sync_definitions
from lamppost.status.folding import fold_readings
from lamppost.status.hssis.actions import Imported, import_hssi_rows
from lamppost.status.journal import MailState
from lamppost.status.plans.actions import (
    WrongDatesError,
    add_change,
    add_release,
    add_window,
    import_windows,
)
from lamppost.status.policy import DEFAULT_POLICY, KEEP_READINGS, ProbePolicy
from lamppost.status.tables import Component, ExpectedMail, Probe
from lamppost.status.tables import Reading as StoredReading
from lamppost.upserts import insert_into
from probes.reading import BcdrWindow, HssiRow, Outcome, QuarantinedRow, Reading, Result

__all__ = [
    "Stored",
    "UnknownProbeError",
    "WrongDatesError",
    "add_change",
    "add_release",
    "add_window",
    "import_hssi_rows",
    "import_windows",
    "purge_old_readings",
    "store_result",
    "sync_definitions",
]
K = TypeVar("K")
# Kinds whose runs read a whole source: nothing in quarantine means nothing was wrong with it.
SOURCE_KINDS = frozenset({"hssi_log", "bcdr_windows"})


class UnknownProbeError(LookupError):
    """No probe of that name is in the definitions that were last taken on."""


class Remembered(Protocol):
    """A journal whose waiting notes go into the transaction that stores the run."""

    def apply(self, session: Session) -> None:
        """Write them."""
        ...


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing a run changed."""

    readings: int  # stored for the first time
    hssis: Imported
    windows: int  # new or changed


def store_result(
    session: Session,
    *,
    probe: str,
    result: Result,
    journal: Remembered | None,
    now: datetime,
    policy: ProbePolicy = DEFAULT_POLICY,
) -> Stored:
    """Store all a run gave, in one transaction; the same result twice stores nothing new.

    Readings are folded into states, hours and days; records go into the log and the calendar.

    Raises:
        UnknownProbeError: the definitions do not have the probe.
    """
    row = session.get(Probe, probe)
    if row is None:
        raise UnknownProbeError(f"no probe is called {probe!r}")
    if row.component is not None:
        # Two probes of one component store one after the other, so that neither loses a day.
        session.execute(
            select(Component.slug).where(Component.slug == row.component).with_for_update()
        )
    fresh = _insert_readings(session, _marked_late(session, result.readings, probe), probe)
    if fresh:
        touched = fold_readings(session, probe=row, readings=fresh, policy=policy)
        if touched is not None and row.component is not None:
            first, last = touched
            sum_days(session, component=row.component, first=first, last=last, policy=policy)
        bump_generation(session, Area.STATUS)
    hssis, windows = _store_records(session, row, result, now)
    if journal is not None:
        journal.apply(session)
    return Stored(len(fresh), hssis, windows)


def _marked_late(session: Session, readings: Sequence[Reading], probe: str) -> list[Reading]:
    """The readings in order of time; those of a message already given up say that they are late."""
    lost: set[str] = set()
    if any("token" in reading.detail for reading in readings):
        lost = set(
            session.scalars(
                select(ExpectedMail.token).where(
                    ExpectedMail.probe == probe, ExpectedMail.state == MailState.LOST
                )
            )
        )
    ordered = sorted(readings, key=lambda reading: reading.taken_at)
    return [
        replace(reading, detail={**reading.detail, "late": True})
        if reading.outcome is Outcome.OK and reading.detail.get("token") in lost
        else reading
        for reading in ordered
    ]


def _insert_readings(session: Session, readings: list[Reading], probe: str) -> list[Reading]:
    """Those that were not there before, in their order."""
    if not readings:
        return []
    by_key: dict[str, Reading] = {}
    for reading in readings:
        by_key.setdefault(reading.key, reading)
    rows = [
        {
            "probe": probe,
            "key": key,
            "taken_at": reading.taken_at,
            "outcome": reading.outcome.value,
            "value": reading.value,
            "unit": reading.unit,
            "detail": dict(reading.detail),
        }
        for key, reading in by_key.items()
    ]
    statement = insert_into(session, StoredReading).on_conflict_do_nothing(
        index_elements=["probe", "key"]
    )
    inserted = set(session.scalars(statement.returning(StoredReading.key), rows))
    return [reading for key, reading in by_key.items() if key in inserted]


def _store_records(
    session: Session, probe: Probe, result: Result, now: datetime
) -> tuple[Imported, int]:
    """Take the records of a source in; one that could not be read leaves all as it was."""
    could_read = all(reading.outcome is Outcome.OK for reading in result.readings)
    is_whole = probe.kind in SOURCE_KINDS and could_read
    if result.is_unmodified or not (result.records or is_whole):
        return Imported(), 0
    windows = _only(BcdrWindow, result)
    moved = import_windows(session, windows=windows, now=now) if windows else 0
    imported = import_hssi_rows(
        session,
        rows=_only(HssiRow, result),
        source=probe.name,
        now=now,
        quarantined=_only(QuarantinedRow, result),
    )
    return imported, moved


def _only(kind: type[K], result: Result) -> list[K]:
    return [record for record in result.records if isinstance(record, kind)]


def purge_old_readings(session: Session, *, now: datetime, keep: timedelta = KEEP_READINGS) -> int:
    """Delete raw readings and settled mail older than `keep`; gives how many readings went.

    States, spans, hours and days stay: only replaying a policy needs the raw readings.
    """
    before = now - keep
    session.execute(delete(ExpectedMail).where(ExpectedMail.sent_at < before))
    gone = session.execute(delete(StoredReading).where(StoredReading.taken_at < before))
    return int(gone.rowcount)  # type: ignore[attr-defined]
