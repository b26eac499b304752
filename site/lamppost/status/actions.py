"""Writes of this room: what a run of a probe gave, what the definitions say, what is announced."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from lamppost.status.definitions import sync_definitions
from lamppost.status.hssis.actions import import_hssi_rows
from lamppost.status.plans.actions import (
    WrongDatesError,
    add_change,
    add_release,
    add_window,
    import_windows,
)
from lamppost.status.policy import KEEP_READINGS, ProbePolicy
from lamppost.status.refreshing import refresh_days
from lamppost.status.storing import Remembered, Run, Stored, UnknownProbeError, store_results
from lamppost.status.tables import ExpectedMail
from lamppost.status.tables import Reading as StoredReading
from probes.reading import Result

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
    "refresh_days",
    "store_result",
    "store_results",
    "sync_definitions",
]


def store_result(
    session: Session,
    *,
    probe: str,
    result: Result,
    journal: Remembered | None,
    now: datetime,
    policy: ProbePolicy | None = None,
) -> Stored:
    """Store all one run gave, in one transaction; the same result twice stores nothing new.

    Raises:
        UnknownProbeError: the definitions do not have the probe.
    """
    run = Run(probe, result, journal)
    return store_results(session, runs=[run], now=now, policy=policy)[0]


def purge_old_readings(session: Session, *, now: datetime, keep: timedelta = KEEP_READINGS) -> int:
    """Delete raw readings and settled mail older than `keep`; gives how many readings went.

    States, spans, hours and days stay: only replaying a policy needs the raw readings.
    """
    before = now - keep
    session.execute(delete(ExpectedMail).where(ExpectedMail.sent_at < before))
    gone = session.execute(delete(StoredReading).where(StoredReading.taken_at < before))
    return int(gone.rowcount)  # type: ignore[attr-defined]  # a cursor
