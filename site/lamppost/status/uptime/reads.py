"""Questions about months: which are closed, what each adds up to, what it can be checked by."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lamppost.status.policy import KEEP_READINGS, MONTH_SETTLES
from lamppost.status.report import State
from lamppost.status.tables import DayRollup
from lamppost.status.uptime.document import Correction, read_lengths
from lamppost.status.uptime.formula import FORMULA, FORMULAS, Formula
from lamppost.status.uptime.months import (
    month_bounds,
    month_of,
    months_between,
    present_month,
)
from lamppost.status.uptime.open_month import list_open_lines
from lamppost.status.uptime.report import (
    Addendum,
    MonthEntry,
    MonthLine,
    MonthReport,
    MonthState,
)
from lamppost.status.uptime.rules import Tally, uptime_of
from lamppost.status.uptime.tables import ClosedMonth, ClosedMonthLine, MonthAddendum


def list_months(session: Session, *, now: datetime) -> tuple[MonthEntry, ...]:
    """Every month since the first that was measured, the newest first."""
    first_on = session.scalar(select(func.min(DayRollup.day)))
    first_closed = session.scalar(select(func.min(ClosedMonth.month)))
    begins = min((month_of(d) for d in (first_on, first_closed) if d is not None), default=None)
    if begins is None:
        return ()
    rows = session.execute(select(ClosedMonth.month, ClosedMonth.closed_at))
    closed: dict[date, datetime] = {month: at for month, at in rows}
    counts = select(MonthAddendum.month, func.count()).group_by(MonthAddendum.month)
    addenda: dict[date, int] = {month: count for month, count in session.execute(counts)}
    return tuple(
        _entry(month, closed.get(month), addenda.get(month, 0), first_on or begins, now)
        for month in months_between(begins, present_month(now))
    )


def get_month(session: Session, month: date, *, now: datetime) -> MonthReport | None:
    """One month, closed or so far; None when nothing of it was ever measured."""
    entry = next((one for one in list_months(session, now=now) if one.month == month), None)
    if entry is None:
        return None
    starts_at, ends_at = month_bounds(month)
    closed = session.execute(
        select(ClosedMonth.formula, ClosedMonth.digest).where(ClosedMonth.month == month)
    ).one_or_none()
    formula = FORMULA if closed is None else FORMULAS[closed.formula]
    addenda = _list_addenda(session, month)
    if closed is None:
        lines = list_open_lines(session, starts_at, min(now, ends_at))
    else:
        lines = _closed_lines(session, month, formula, addenda)
    return MonthReport(
        entry=entry,
        starts_at=starts_at,
        ends_at=ends_at,
        lines=lines,
        addenda=tuple(addendum for addendum, _tally in addenda),
        formula=formula,
        digest=None if closed is None else closed.digest,
    )


def get_export(session: Session, month: date) -> dict[str, Any] | None:
    """A closed month to be checked by anybody: document, digest, addenda. None when not closed."""
    row = session.execute(
        select(ClosedMonth.document, ClosedMonth.digest).where(ClosedMonth.month == month)
    ).one_or_none()
    if row is None:
        return None
    return {
        "document": json.loads(row.document),
        "digest": row.digest,
        "addenda": [_write_addendum(one) for one, _tally in _list_addenda(session, month)],
    }


def load_document(session: Session, month: date) -> dict[str, Any] | None:
    """The document of a closed month, or None."""
    text = session.scalar(select(ClosedMonth.document).where(ClosedMonth.month == month))
    return None if text is None else json.loads(text)


def list_corrections(session: Session, month: date) -> list[Correction]:
    """The corrections of a month in their order."""
    return [
        Correction(one.component, one.starts_at, one.ends_at, one.state)
        for one, _tally in _list_addenda(session, month)
    ]


def list_due_months(session: Session, *, now: datetime) -> list[date]:
    """The months that are to be closed now, the oldest first."""
    months = list_months(session, now=now)
    return [
        one.month
        for one in reversed(months)
        if one.state is MonthState.SETTLING and one.closes_at <= now
    ]


def _entry(
    month: date, closed_at: datetime | None, addenda: int, first_on: date, now: datetime
) -> MonthEntry:
    starts_at, ends_at = month_bounds(month)
    closes_at = ends_at + MONTH_SETTLES
    if closed_at is not None:
        state = MonthState.CLOSED
    elif now < ends_at:
        state = MonthState.RUNNING
    elif is_source_whole(starts_at, first_on, now=now):
        state = MonthState.SETTLING
    else:
        state = MonthState.LEFT_OPEN
    return MonthEntry(month, state, closes_at, closed_at, addenda)


def is_source_whole(starts_at: datetime, first_on: date, *, now: datetime) -> bool:
    """Whether every raw reading since the month began, or since the first ever, is still kept."""
    first_at = month_bounds(month_of(first_on))[0] + timedelta(days=first_on.day - 1)
    return max(starts_at, first_at) >= now - KEEP_READINGS


def _closed_lines(
    session: Session, month: date, formula: Formula, addenda: Sequence[tuple[Addendum, Tally]]
) -> tuple[MonthLine, ...]:
    rows = session.scalars(
        select(ClosedMonthLine)
        .where(ClosedMonthLine.month == month)
        .order_by(ClosedMonthLine.position)
    )
    corrected = {one.component: tally for one, tally in addenda}
    return tuple(_closed_line(row, formula, corrected.get(row.component)) for row in rows)


def _closed_line(row: ClosedMonthLine, formula: Formula, corrected: Tally | None) -> MonthLine:
    tally = Tally(row.period, read_lengths(row.measured), read_lengths(row.excused))
    gap = None
    if row.gap_started_at is not None and row.gap_ended_at is not None:
        gap = (row.gap_started_at, row.gap_ended_at)
    return MonthLine(
        slug=row.component,
        name=row.name,
        group=row.group_name,
        uptime=uptime_of(tally, formula),
        seconds={state: length // 1_000_000 for state, length in tally.measured.items()},
        excused_s=sum(tally.excused.values()) // 1_000_000,
        unmeasured_s=(tally.period - tally.covered) // 1_000_000,
        gap=gap,
        corrected=None
        if corrected is None
        else uptime_of(Tally(row.period, corrected.measured, corrected.excused), formula),
    )


def _list_addenda(session: Session, month: date) -> list[tuple[Addendum, Tally]]:
    rows = session.scalars(
        select(MonthAddendum).where(MonthAddendum.month == month).order_by(MonthAddendum.number)
    )
    return [
        (
            Addendum(
                number=row.number,
                component=row.component,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                state=State(row.state),
                reason=row.reason,
                written_by=row.written_by,
                written_at=row.written_at,
            ),
            Tally(0, read_lengths(row.measured), read_lengths(row.excused)),
        )
        for row in rows
    ]


def _write_addendum(one: Addendum) -> dict[str, Any]:
    return {
        "number": one.number,
        "component": one.component,
        "starts_at": one.starts_at.isoformat(),
        "ends_at": one.ends_at.isoformat(),
        "state": one.state.value,
        "reason": one.reason,
        "written_by": one.written_by,
        "written_at": one.written_at.isoformat(),
    }
