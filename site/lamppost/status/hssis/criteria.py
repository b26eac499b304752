"""What readers may see of the log, as SQL: the one criterion every public read asks.

An HSSI is there for readers once its first text is published. Until then (a second person has not
approved it, or its moment has not come) only guards and operators know of it.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, or_, select

from lamppost.status.hssis.tables import HssiInterval, HssiRecord


def is_public() -> ColumnElement[bool]:
    """Whether a reader may know that an HSSI is there at all; ask it in every public statement."""
    return HssiRecord.published_at.is_not(None)


def select_public_intervals(
    *, first: datetime, last: datetime
) -> Select[str, str, str, datetime, datetime | None]:
    """Ref, component, state, start and end (null while open) of what touches a period.

    Ordered by component, then by start; only of HSSIs readers may see.
    """
    return (
        select(
            HssiInterval.ref,
            HssiInterval.component,
            HssiInterval.state,
            HssiInterval.started_at,
            HssiInterval.ended_at,
        )
        .join(HssiRecord, HssiRecord.ref == HssiInterval.ref)
        .where(
            is_public(),
            HssiInterval.started_at < last,
            or_(HssiInterval.ended_at.is_(None), HssiInterval.ended_at > first),
        )
        .order_by(HssiInterval.component, HssiInterval.started_at, HssiInterval.interval_id)
    )
