"""A month that is not closed: its figures so far, from the roll-ups of its days."""

from datetime import datetime, timedelta

from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session

from lamppost.clock import london_date
from lamppost.status.report import State
from lamppost.status.tables import Component, DayRollup
from lamppost.status.uptime.document import read_lengths
from lamppost.status.uptime.report import MonthLine
from lamppost.status.uptime.rules import Tally, sum_tallies, uptime_of


def list_open_lines(
    session: Session, starts_at: datetime, until: datetime
) -> tuple[MonthLine, ...]:
    """Each component's figures from the month's beginning until a moment."""
    period = int((until - starts_at).total_seconds())
    last_on = london_date(until - timedelta(microseconds=1))
    rows = session.execute(
        select(*DayRollup.__table__.columns)
        .join(Component, Component.slug == DayRollup.component)
        .where(DayRollup.day >= london_date(starts_at), DayRollup.day <= last_on)
    ).mappings()
    tallies: dict[str, list[Tally]] = {}
    for row in rows:
        tallies.setdefault(row["component"], []).append(day_tally(row))
    components = session.execute(
        select(Component.slug, Component.name, Component.group_name)
        .where(Component.is_current)
        .order_by(Component.position, Component.slug)
    )
    lines = []
    for slug, name, group in components:
        summed = sum_tallies(tallies.get(slug, []))
        tally = Tally(max(period, summed.covered), summed.measured, summed.excused)
        lines.append(
            MonthLine(
                slug=slug,
                name=name,
                group=group,
                uptime=uptime_of(tally),
                seconds=dict(tally.measured),
                excused_s=sum(tally.excused.values()),
                unmeasured_s=tally.period - tally.covered,
                gap=None,
            )
        )
    return tuple(lines)


def day_tally(row: RowMapping) -> Tally:
    """What a row of the days adds up to, in seconds; its period is set by who sums."""
    unmeasured, excused = read_lengths(row["unmeasured"]), read_lengths(row["excused"])
    measured = {
        state: row[f"{state.value}_s"] - unmeasured.get(state, 0)
        for state in State
        if state is not State.UNKNOWN
    }
    return Tally(0, {state: length for state, length in measured.items() if length}, excused)
