"""Readings counted into the hours they fell in, for many probes in two statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from sqlalchemy import RowMapping, bindparam, select
from sqlalchemy.orm import Session

from lamppost.status.hours import Hour
from lamppost.status.tables import HourRollup
from postmaster.store import UtcDateTime
from postmaster.upserts import upsert_into
from probes.reading import Levels, Reading

_HOUR = timedelta(hours=1)
_STORED = select(*HourRollup.__table__.columns).where(
    HourRollup.probe.in_(bindparam("names", expanding=True)),
    HourRollup.hour >= bindparam("first", type_=UtcDateTime),
    HourRollup.hour <= bindparam("last", type_=UtcDateTime),
)


def count_hours(
    readings: Iterable[Reading], levels: Levels, hours: dict[datetime, Hour] | None = None
) -> dict[datetime, Hour]:
    """The hours of some readings, or those given with them added, in place.

    Late arrivals are left out: they were counted when they were given up.
    """
    hours = {} if hours is None else hours
    begins = ends = None
    hour = Hour()
    for reading in readings:
        if reading.detail.get("late") is True:
            continue
        at = reading.taken_at
        if begins is None or ends is None or not begins <= at < ends:
            begins = hour_of(at)
            ends = begins + _HOUR
            hour = hours.setdefault(begins, Hour())
        hour.add(reading, levels)
    return hours


def add_hours(session: Session, counted: Mapping[str, Mapping[datetime, Hour]]) -> None:
    """Add what was counted, by probe, to what is stored."""
    moments = [moment for hours in counted.values() for moment in hours]
    if not moments:
        return
    asked = {"names": list(counted), "first": min(moments), "last": max(moments)}
    for row in session.connection().execute(_STORED, asked).mappings():
        hour = counted[row["probe"]].get(row["hour"])
        if hour is not None:
            hour.merge(unpack_hour(row))
    session.connection().execute(upsert_into(session, HourRollup), _rows(counted))


def replace_hours(session: Session, counted: Mapping[str, Mapping[datetime, Hour]]) -> None:
    """Store what was counted afresh from all readings of those hours."""
    if rows := _rows(counted):
        session.connection().execute(upsert_into(session, HourRollup), rows)


def _rows(counted: Mapping[str, Mapping[datetime, Hour]]) -> Sequence[dict[str, object]]:
    return [
        {"probe": probe, "hour": hour, **asdict(counts)}
        for probe, hours in counted.items()
        for hour, counts in hours.items()
    ]


def unpack_hour(row: RowMapping) -> Hour:
    """An hour as it was stored; JSON made its bucket numbers text."""
    return Hour(
        ok=row["ok"],
        failed=row["failed"],
        unknown=row["unknown"],
        slow=row["slow"],
        longest=row["longest"],
        histogram={int(bucket): count for bucket, count in row["histogram"].items()},
    )


def hour_of(moment: datetime) -> datetime:
    """The first moment of its hour, in UTC."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
