"""Questions about windows, changes and releases."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Date, RowMapping, bindparam, select
from sqlalchemy.orm import Session

from lamppost.clock import london_date
from lamppost.status.notices import (
    Change,
    ItemKind,
    Release,
    ReleaseItem,
    ReleaseState,
    Window,
    WindowState,
)
from lamppost.status.plans import rules
from lamppost.status.plans.tables import ChangeRecord, ReleaseRecord, WindowRecord
from lamppost.wording import say_date, say_month
from postmaster.store import UtcDateTime

_WINDOW = tuple(c for c in WindowRecord.__table__.columns if c.name not in {"version", "despite"})
_CHANGE = tuple(c for c in ChangeRecord.__table__.columns if c.name not in {"version", "despite"})
_RELEASE = tuple(c for c in ReleaseRecord.__table__.columns if c.name != "version")
# Made once: the status page asks these at every rendering.
_CHANGES = (
    select(*_CHANGE)
    .where(ChangeRecord.ends_at >= bindparam("since", type_=UtcDateTime))
    .order_by(ChangeRecord.starts_at, ChangeRecord.ref)
)
_TURNS = (
    select(WindowRecord.starts_on, WindowRecord.ends_on, WindowRecord.announced_ends_on)
    .where(WindowRecord.ends_on >= bindparam("today", type_=Date), ~WindowRecord.is_cancelled)
    .order_by(WindowRecord.starts_on)
)


def list_windows(session: Session, *, now: datetime) -> tuple[Window, ...]:
    """Every window, the earliest first; cancelled ones stay, as cancelled."""
    rows = session.execute(
        select(*_WINDOW).order_by(WindowRecord.starts_on, WindowRecord.uid)
    ).mappings()
    return tuple(_window(row, now) for row in rows)


def get_next_window(session: Session, *, now: datetime) -> Window | None:
    """The window that is running, or else the next to come; None when there is neither."""
    rows = session.execute(
        select(*_WINDOW)
        .where(WindowRecord.ends_on >= london_date(now), ~WindowRecord.is_cancelled)
        .order_by(WindowRecord.starts_on, WindowRecord.uid)
        .limit(1)
    ).mappings()
    return next((_window(row, now) for row in rows), None)


def get_window(session: Session, uid: str, *, now: datetime) -> Window | None:
    """One window, or None."""
    rows = session.execute(select(*_WINDOW).where(WindowRecord.uid == uid)).mappings()
    return next((_window(row, now) for row in rows), None)


def list_changes(session: Session, *, now: datetime, days_back: int = 14) -> tuple[Change, ...]:
    """The forward schedule: to come, running, and over for at most so many days; in order."""
    rows = session.execute(_CHANGES, {"since": now - timedelta(days=days_back)}).mappings()
    return tuple(_change(row, now) for row in rows)


def get_change(session: Session, ref: str, *, now: datetime) -> Change | None:
    """One entry of the schedule, or None."""
    rows = session.execute(select(*_CHANGE).where(ChangeRecord.ref == ref)).mappings()
    return next((_change(row, now) for row in rows), None)


def get_release(session: Session, ref: str) -> Release | None:
    """One release, or None."""
    rows = session.execute(select(*_RELEASE).where(ReleaseRecord.ref == ref)).mappings()
    return next((_release(row) for row in rows), None)


def list_releases(session: Session) -> tuple[Release, ...]:
    """Every release, the latest planned first."""
    rows = session.execute(
        select(*_RELEASE).order_by(ReleaseRecord.planned_on.desc(), ReleaseRecord.ref.desc())
    ).mappings()
    return tuple(_release(row) for row in rows)


def get_next_release(session: Session) -> Release | None:
    """The planned release that comes first."""
    rows = session.execute(
        select(*_RELEASE)
        .where(ReleaseRecord.state == ReleaseState.PLANNED)
        .order_by(ReleaseRecord.planned_on, ReleaseRecord.ref)
        .limit(1)
    ).mappings()
    return next((_release(row) for row in rows), None)


def get_last_release(session: Session) -> Release | None:
    """The release that went live last."""
    rows = session.execute(
        select(*_RELEASE)
        .where(ReleaseRecord.state == ReleaseState.LIVE, ReleaseRecord.live_at.is_not(None))
        .order_by(ReleaseRecord.live_at.desc(), ReleaseRecord.ref.desc())
        .limit(1)
    ).mappings()
    return next((_release(row) for row in rows), None)


def list_impacts(
    session: Session, *, component: str, first: datetime, last: datetime
) -> list[tuple[datetime, datetime]]:
    """When changes with impact put a component under maintenance between two moments."""
    rows = session.execute(
        select(
            ChangeRecord.starts_at,
            ChangeRecord.ends_at,
            ChangeRecord.components,
            ChangeRecord.effects,
        )
        .where(
            ChangeRecord.ends_at >= first,
            ChangeRecord.starts_at <= last,
            ChangeRecord.has_impact,
            ~ChangeRecord.is_cancelled,
        )
        .order_by(ChangeRecord.starts_at)
    )
    return [
        (begin, end)
        for begin, end, named, effects in rows
        if component in named.split() and (effects or {}).get(component) != "none"
    ]


def list_turns(session: Session, *, now: datetime) -> Iterable[datetime]:
    """Every moment at which a window or a change begins or ends by itself, past ones too."""
    windows = session.execute(_TURNS, {"today": london_date(now)})
    return [
        turn
        for begin, end, announced in windows
        for turn in rules.window_turns(starts_on=begin, ends_on=end, announced_ends_on=announced)
    ]


def _window(row: RowMapping, now: datetime) -> Window:
    values: dict[str, Any] = dict(row)
    is_cancelled = values.pop("is_cancelled")
    state: WindowState = rules.window_state(
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        announced_ends_on=row["announced_ends_on"],
        is_cancelled=is_cancelled,
        now=now,
    )
    return Window(**values, state=state)


def _change(row: RowMapping, now: datetime) -> Change:
    values: dict[str, Any] = dict(row)
    values["components"] = tuple(row["components"].split())
    values["effects"] = row["effects"] or {}
    state = rules.change_state(
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        is_cancelled=values.pop("is_cancelled"),
        now=now,
    )
    return Change(**values, state=state)


def _release(row: RowMapping) -> Release:
    values: dict[str, Any] = dict(row)
    say = say_month if row["is_month_only"] else say_date
    values["planned_words"] = say(row["planned_on"])
    values["state"] = ReleaseState(row["state"])
    values["switches"] = tuple(values.pop("features") or ())
    values["items"] = tuple(ReleaseItem(ItemKind(i["kind"]), i["text"]) for i in row["items"])
    return Release(**values)
