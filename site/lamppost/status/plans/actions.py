"""Announce windows, changes and releases, or change what was announced."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lamppost.clock import london_date, london_midnight
from lamppost.generation.actions import Area, bump_generation
from lamppost.status.notices import ReleaseItem, ReleaseState
from lamppost.status.plans import rules
from lamppost.status.plans.history import keep
from lamppost.status.plans.tables import ChangeRecord, ReleaseRecord, WindowRecord
from lamppost.status.plans.windows import BLACKOUT, KIND, hold_back
from lamppost.wording import say_date_range
from postmaster.blackouts.actions import set_period
from postmaster.blackouts.rules import Source
from postmaster.upserts import upsert_into
from probes.reading import BcdrWindow

PANEL = "panel"
IMPORTER = "system:bcdr-import"


class WrongDatesError(ValueError):
    """Something would end before it begins."""


def import_windows(
    session: Session,
    *,
    windows: Iterable[BcdrWindow],
    now: datetime,
    source: str = PANEL,
    is_whole: bool = False,
) -> int:
    """Bring the windows up to a calendar; gives how many were new or changed.

    An entry with a lower sequence than the one known is an old copy and passed over. What a
    calendar no longer mentions stays: only a cancellation cancels, and a file cut short must not.
    When the calendar `is_whole`, its windows that it no longer mentions are marked for operators.
    """
    newest: dict[str, BcdrWindow] = {}
    for window in windows:
        if window.uid not in newest or window.sequence >= newest[window.uid].sequence:
            newest[window.uid] = window
    known = {
        record.uid: record
        for record in session.scalars(select(WindowRecord).where(WindowRecord.uid.in_(newest)))
    }
    moved = sum(
        _take(session, window, known.get(uid), source, now) for uid, window in newest.items()
    )
    if is_whole:
        _mark_missing(session, newest, source, now)
    return moved


def add_window(
    session: Session,
    *,
    uid: str,
    title: str,
    starts_on: date,
    ends_on: date,
    now: datetime,
    summary: str = "",
    location: str = "",
    url: str = "",
    sequence: int = 0,
    is_cancelled: bool = False,
) -> None:
    """Announce a BCDR window, or change it when the sequence is no lower than the known one."""
    window = BcdrWindow(
        uid, sequence, title, starts_on, ends_on, is_cancelled, summary, location, url, now
    )
    import_windows(session, windows=[window], now=now)


def _mark_missing(session: Session, mentioned: Collection[str], source: str, now: datetime) -> None:
    """Windows of a calendar that are still to come or running and stand in it no more."""
    rows = session.scalars(
        select(WindowRecord).where(
            WindowRecord.source == source,
            WindowRecord.ends_on >= london_date(now),
            ~WindowRecord.is_cancelled,
        )
    )
    for row in rows:
        if row.uid in mentioned:
            row.missing_since = None
        elif row.missing_since is None:
            row.missing_since = now
            words = "Its calendar no longer mentions it. It stands until somebody cancels it."
            keep(session, kind=KIND, ref=row.uid, words=words, by=IMPORTER, now=now)
    session.flush()


def _take(
    session: Session,
    window: BcdrWindow,
    known: WindowRecord | None,
    source: str,
    now: datetime,
) -> bool:
    if window.ends_on < window.starts_on:
        raise WrongDatesError(f"the window {window.uid} ends before it begins")
    values = _said(window)
    if known is None:
        row = WindowRecord(
            **values, uid=window.uid, sequence=window.sequence, announced_ends_on=window.ends_on,
            announced_at=now, updated_at=now, source=source, expects_impact=True, outcome="",
            despite="", version=1,
        )  # fmt: skip
        session.add(row)
        _finish(session, row, "Announced for", now)
        return True
    is_same = all(getattr(known, name) == value for name, value in values.items())
    if is_same or window.sequence < known.sequence:
        return False
    known.announced_ends_on = rules.announced_end(
        known_start=known.starts_on,
        known_end=known.announced_ends_on,
        starts_on=window.starts_on,
        ends_on=window.ends_on,
        now=now,
    )
    _put_off(session, known, window.starts_on, now)
    for name, value in values.items():
        setattr(known, name, value)
    known.sequence, known.updated_at, known.missing_since = window.sequence, now, None
    known.version += 1
    _finish(session, known, "Cancelled; it was for" if window.cancelled else "Now for", now)
    return True


def _said(window: BcdrWindow) -> dict[str, Any]:
    """What the calendar says of a window, by the columns that keep it."""
    return {
        "title": window.title,
        "starts_on": window.starts_on,
        "ends_on": window.ends_on,
        "is_cancelled": window.cancelled,
        "summary": window.summary,
        "location": window.location,
        "url": window.url,
    }


def _put_off(session: Session, row: WindowRecord, starts_on: date, now: datetime) -> None:
    """Note that the first day moves; of a test put off once it had begun, keep what it held."""
    if starts_on == row.starts_on:
        return
    row.dates_announced_at = now
    begun_at = london_midnight(row.starts_on)
    if begun_at < now < london_midnight(starts_on):
        set_period(
            session,
            source=Source(BLACKOUT, f"{row.uid}#{row.sequence}"),
            from_at=begun_at,
            until_at=now,
            reason=f"The BCDR test {row.title} ran and was put off.",
            by=IMPORTER,
            now=now,
        )


def _finish(session: Session, row: WindowRecord, verb: str, now: datetime) -> None:
    session.flush()
    hold_back(session, row, by=IMPORTER, now=now)
    words = f"{verb} {say_date_range(row.starts_on, row.ends_on)}."
    keep(session, kind=KIND, ref=row.uid, words=words, by=IMPORTER, now=now)


# Columns only the panel writes; laying the sample's schedule again leaves them.
_OPERATORS = ("dates_announced_at", "series", "outcome", "despite", "version", "is_cancelled")


def add_change(
    session: Session,
    *,
    ref: str,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    components: Sequence[str] = (),
    impact: str = "",
    has_impact: bool = False,
    summary: str = "",
    effects: Mapping[str, str] | None = None,
) -> None:
    """Put a change on the forward schedule, or alter it; its announcement keeps its moment."""
    if ends_at <= starts_at:
        raise WrongDatesError(f"the change {ref} ends before it begins")
    session.execute(
        upsert_into(session, ChangeRecord, keep=("announced_at", *_OPERATORS)),
        {
            "ref": ref,
            "title": title,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "components": " ".join(components),
            "impact": impact,
            "has_impact": has_impact,
            "effects": dict(effects or {}),
            "summary": summary,
            "announced_at": now,
            "updated_at": now,
        },
    )
    bump_generation(session, Area.STATUS)


def add_release(
    session: Session,
    *,
    ref: str,
    name: str,
    planned_on: date,
    now: datetime,
    is_month_only: bool = False,
    live_at: datetime | None = None,
    state: ReleaseState = ReleaseState.PLANNED,
    summary: str = "",
    items: Sequence[ReleaseItem] = (),
) -> None:
    """Announce a Portal release, or alter it; its announcement keeps its moment."""
    session.execute(
        upsert_into(session, ReleaseRecord, keep=("announced_at", "version")),
        {
            "ref": ref,
            "name": name,
            "state": state.value,
            "planned_on": planned_on.replace(day=1) if is_month_only else planned_on,
            "is_month_only": is_month_only,
            "live_at": live_at,
            "summary": summary,
            "items": [{"kind": item.kind.value, "text": item.text} for item in items],
            "announced_at": now,
            "updated_at": now,
        },
    )
    bump_generation(session, Area.STATUS)
