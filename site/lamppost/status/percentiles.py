"""Delays of a component hour by hour or day by day, from the roll-ups; no raw reading is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lamppost.clock import london_date, london_midnight
from lamppost.status.hour_counts import unpack_hour
from lamppost.status.hours import Hour
from lamppost.status.report import HourDelay
from lamppost.status.tables import HourRollup

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PeriodDelay:
    """One period and its delays; `delay.hour` is the period's first moment."""

    starts_at: datetime
    ends_at: datetime
    delay: HourDelay


def list_percentiles(
    session: Session, *, probes: Sequence[str], first: datetime, last: datetime, is_daily: bool
) -> tuple[PeriodDelay, ...]:
    """Oldest first; periods nobody measured are left out.

    Hours are those of UTC that begin in the period; days are London's, of 23 to 25 hours, and
    whole hours of UTC fill them exactly.
    """
    rows = session.execute(
        select(*HourRollup.__table__.columns)
        .where(HourRollup.probe.in_(probes), HourRollup.hour >= first, HourRollup.hour < last)
        .order_by(HourRollup.hour, HourRollup.probe)
    ).mappings()
    periods: dict[datetime, Hour] = {}
    for row in rows:
        begin = london_midnight(london_date(row["hour"])) if is_daily else row["hour"]
        periods.setdefault(begin, Hour()).merge(unpack_hour(row))
    return tuple(
        PeriodDelay(begin, _end(begin, is_daily=is_daily), counts.shown(begin))
        for begin, counts in periods.items()
    )


def _end(begin: datetime, *, is_daily: bool) -> datetime:
    if not is_daily:
        return begin + _HOUR
    return london_midnight(london_date(begin) + _DAY)
