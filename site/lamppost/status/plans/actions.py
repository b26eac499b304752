"""Announce windows, changes and releases, or change what was announced."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from lamppost.generation.actions import Area, bump_generation
from lamppost.status.notices import ReleaseItem, ReleaseState
from lamppost.status.plans import rules
from lamppost.status.plans.tables import ChangeRecord, ReleaseRecord, WindowRecord
from lamppost.upserts import upsert_into
from probes.reading import BcdrWindow


class WrongDatesError(ValueError):
    """Something would end before it begins."""


def import_windows(session: Session, *, windows: Iterable[BcdrWindow], now: datetime) -> int:
    """Bring the windows up to a calendar; gives how many were new or changed.

    An entry with a lower sequence than the one known is an old copy and passed over. What a
    calendar no longer mentions stays: only a cancellation cancels.
    """
    newest: dict[str, BcdrWindow] = {}
    for window in windows:
        if window.uid not in newest or window.sequence >= newest[window.uid].sequence:
            newest[window.uid] = window
    known = {
        record.uid: record
        for record in session.scalars(select(WindowRecord).where(WindowRecord.uid.in_(newest)))
    }
    moved = sum(_take(session, window, known.get(uid), now) for uid, window in newest.items())
    if moved:
        bump_generation(session, Area.STATUS)
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


def _take(session: Session, window: BcdrWindow, known: WindowRecord | None, now: datetime) -> bool:
    if window.ends_on < window.starts_on:
        raise WrongDatesError(f"the window {window.uid} ends before it begins")
    values: dict[str, Any] = {
        "title": window.title,
        "starts_on": window.starts_on,
        "ends_on": window.ends_on,
        "is_cancelled": window.cancelled,
        "summary": window.summary,
        "location": window.location,
        "url": window.url,
    }
    if known is None:
        session.execute(
            insert(WindowRecord),
            {
                **values,
                "uid": window.uid,
                "sequence": window.sequence,
                "announced_ends_on": window.ends_on,
                "announced_at": now,
                "updated_at": now,
            },
        )
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
    for name, value in values.items():
        setattr(known, name, value)
    known.sequence, known.updated_at = window.sequence, now
    session.flush()
    return True


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
) -> None:
    """Put a change on the forward schedule, or alter it; its announcement keeps its moment."""
    if ends_at <= starts_at:
        raise WrongDatesError(f"the change {ref} ends before it begins")
    session.execute(
        upsert_into(session, ChangeRecord, keep=("announced_at",)),
        {
            "ref": ref,
            "title": title,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "components": " ".join(components),
            "impact": impact,
            "has_impact": has_impact,
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
        upsert_into(session, ReleaseRecord, keep=("announced_at",)),
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
