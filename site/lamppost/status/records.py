"""Take the records of a source in: rows of the HSSI log, windows of the calendar."""

from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from lamppost.status.hssis.actions import Imported, import_hssi_rows
from lamppost.status.plans.actions import import_windows
from lamppost.status.probe_rows import ProbeRow
from probes.reading import BcdrWindow, HssiRow, Outcome, QuarantinedRow, Result

K = TypeVar("K")
# Kinds whose runs read a whole source: nothing in quarantine means nothing was wrong with it.
SOURCE_KINDS = frozenset({"hssi_log", "bcdr_windows"})


def store_records(
    session: Session, probe: ProbeRow, result: Result, now: datetime
) -> tuple[Imported, int]:
    """What changed in the log and the calendar; a source that could not be read changes nothing."""
    could_read = all(reading.outcome is Outcome.OK for reading in result.readings)
    is_whole = probe.kind in SOURCE_KINDS and could_read
    if result.is_unmodified or not (result.records or is_whole):
        return Imported(), 0
    windows = _only(BcdrWindow, result)
    moved = 0
    if windows or probe.kind == "bcdr_windows":
        moved = import_windows(
            session, windows=windows, now=now, source=probe.name, is_whole=is_whole
        )
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
