"""Raw readings of a component for whoever wants to count for themselves, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, tuple_, union_all
from sqlalchemy.orm import Session

from lamppost.status.tables import Probe, Reading


@dataclass(frozen=True, slots=True)
class RawReading:
    """One look as it was stored; `is_pending`: the message had not arrived, so it took longer."""

    reading_id: int
    probe: str
    taken_at: datetime
    outcome: str
    value: float | None
    unit: str | None
    is_pending: bool


def list_probes(session: Session, component: str) -> tuple[str, ...]:
    """The names of the probes that look at a component now."""
    return tuple(
        session.scalars(
            select(Probe.name)
            .where(Probe.component == component, Probe.is_current)
            .order_by(Probe.name)
        )
    )


def list_readings(
    session: Session,
    *,
    probes: Sequence[str],
    first: datetime | None = None,
    last: datetime | None = None,
    outcome: str | None = None,
    before: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> tuple[RawReading, ...]:
    """The newest first; each probe is searched by its own index, so the log's length is no cost.

    Args:
        session: where to read.
        probes: whose readings; none gives none.
        first: not before this moment.
        last: before this moment.
        outcome: only those that turned out so.
        before: moment and id of the last one of the page before.
        limit: how many at most.
    """
    wanted = _narrow(first, last, outcome, before)
    if not probes:
        return ()
    of_each = [
        select(Reading)
        .where(Reading.probe == probe, *wanted)
        .order_by(Reading.taken_at.desc(), Reading.reading_id.desc())
        .limit(limit)
        .subquery()
        for probe in probes
    ]
    every = union_all(*(select(one) for one in of_each)).subquery()
    rows = session.execute(
        select(every).order_by(every.c.taken_at.desc(), every.c.reading_id.desc()).limit(limit)
    )
    return tuple(map(_raw, rows))


def _narrow(
    first: datetime | None,
    last: datetime | None,
    outcome: str | None,
    before: tuple[datetime, int] | None,
) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if first is not None:
        wanted.append(Reading.taken_at >= first)
    if last is not None:
        wanted.append(Reading.taken_at < last)
    if outcome is not None:
        wanted.append(Reading.outcome == outcome)
    if before is not None:
        # The first part is for the index, the second for readings of the very same moment.
        wanted.append(Reading.taken_at <= before[0])
        wanted.append(tuple_(Reading.taken_at, Reading.reading_id) < tuple_(*before))
    return wanted


def _raw(row: Any) -> RawReading:
    return RawReading(
        reading_id=row.reading_id,
        probe=row.probe,
        taken_at=row.taken_at,
        outcome=row.outcome,
        value=row.value,
        unit=row.unit,
        is_pending=row.detail.get("at_least") is True,
    )
