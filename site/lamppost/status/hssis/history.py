"""The published texts and effects of many HSSIs at once: one query, however many are asked for."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from lamppost.status.hssis import tables
from lamppost.status.hssis.criteria import is_public
from lamppost.status.hssis.tables import HssiChange, HssiRecord
from lamppost.status.notices import HssiInterval, HssiUpdate


def list_updates(session: Session, refs: Collection[str]) -> dict[str, tuple[HssiUpdate, ...]]:
    """By reference the texts of each that readers may see, oldest first."""
    rows = session.execute(
        select(
            HssiChange.ref,
            HssiChange.number,
            HssiChange.at,
            HssiChange.severity,
            HssiChange.state,
            HssiChange.words,
            HssiChange.summary,
            HssiChange.components,
        )
        .join(HssiRecord, HssiRecord.ref == HssiChange.ref)
        .where(HssiChange.ref.in_(refs), is_public())
        .order_by(HssiChange.ref, HssiChange.number)
    )
    found: dict[str, list[HssiUpdate]] = defaultdict(list)
    for ref, number, at, severity, state, words, summary, components in rows:
        named = None if components is None else tuple(components)
        found[ref].append(HssiUpdate(number, at, severity, state, words, summary, named))
    return {ref: tuple(updates) for ref, updates in found.items()}


def list_intervals_of(session: Session, ref: str) -> tuple[HssiInterval, ...]:
    """How one that readers may see affected components, by component and start."""
    record = tables.HssiInterval
    rows = session.execute(
        select(record.ref, record.component, record.state, record.started_at, record.ended_at)
        .join(HssiRecord, HssiRecord.ref == record.ref)
        .where(record.ref == ref, is_public())
        .order_by(record.component, record.started_at, record.interval_id)
    )
    return tuple(HssiInterval(*row) for row in rows)
