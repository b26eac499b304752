"""How long mail takes by part of the day, and while an HSSI was open: percentiles from hours."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from lamppost.clock import LONDON
from lamppost.status.hour_counts import unpack_hour
from lamppost.status.hours import Hour
from lamppost.status.report import PartDelay
from lamppost.status.slices import Overlay, OverlayKind
from lamppost.status.tables import HourRollup
from postmaster.store import UtcDateTime

PARTS_DAYS = 28
# The first hour in London of each part, and what it is called.
PARTS: Mapping[int, str] = {
    0: "Night, midnight to 7am",
    7: "Morning, 7am to midday",
    12: "Afternoon, midday to 6pm",
    18: "Evening, 6pm to midnight",
}
_HOUR = timedelta(hours=1)
_HOURS = (
    select(*HourRollup.__table__.columns)
    .where(
        HourRollup.probe.in_(bindparam("names", expanding=True)),
        HourRollup.hour >= bindparam("first", type_=UtcDateTime),
        HourRollup.hour < bindparam("last", type_=UtcDateTime),
    )
    .order_by(HourRollup.hour)
)


def load_hours(
    session: Session, probes: Sequence[str], *, first: datetime, last: datetime
) -> dict[datetime, Hour]:
    """The hours of some probes together, in order."""
    if not probes:
        return {}
    asked = {"names": list(probes), "first": first, "last": last}
    hours: dict[datetime, Hour] = {}
    for row in session.execute(_HOURS, asked).mappings():
        hours.setdefault(row["hour"], Hour()).merge(unpack_hour(row))
    return hours


def parts_of_day(
    hours: Mapping[datetime, Hour], overlays: Sequence[Overlay]
) -> tuple[PartDelay, ...]:
    """The parts of the day, all of it, and the hours in which an HSSI was open where there were."""
    parts = {begin: Hour() for begin in PARTS}
    whole, during = Hour(), Hour()
    incidents = [one for one in overlays if one.kind is OverlayKind.INCIDENT]
    for moment, hour in hours.items():
        local = moment.astimezone(LONDON).hour
        parts[max(begin for begin in PARTS if begin <= local)].merge(hour)
        whole.merge(hour)
        if any(_touches(one, moment) for one in incidents):
            during.merge(hour)
    lines = [_line(words, parts[begin]) for begin, words in PARTS.items()]
    lines.append(_line("All day", whole))
    if incidents:
        lines.append(_line("While an incident was open", during))
    return tuple(lines)


def _touches(overlay: Overlay, hour: datetime) -> bool:
    ends_at = overlay.ends_at
    return overlay.starts_at < hour + _HOUR and (ends_at is None or ends_at > hour)


def _line(words: str, hour: Hour) -> PartDelay:
    return PartDelay(
        words=words,
        count=hour.ok,
        failed=hour.failed,
        p50=hour.percentile(0.5),
        p95=hour.percentile(0.95),
        p99=hour.percentile(0.99),
        longest=hour.longest,
    )
