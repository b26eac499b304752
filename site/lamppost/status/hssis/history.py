"""The published texts of many HSSIs at once: one query, however many are asked for."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lamppost.status.hssis.tables import HssiChange


@dataclass(frozen=True, slots=True)
class Told:
    """One published text with the slugs it named; None when it was told before they were kept."""

    number: int
    at: datetime
    severity: int
    state: str
    words: str
    summary: str
    components: tuple[str, ...] | None = None


def list_updates(session: Session, refs: Collection[str]) -> dict[str, tuple[Told, ...]]:
    """By reference the texts of each, oldest first.

    `refs` are those of HSSIs the reads for readers gave: what is not published has no place here.
    """
    rows = session.execute(
        select(
            HssiChange.ref,
            HssiChange.number,
            HssiChange.at,
            HssiChange.severity,
            HssiChange.state,
            HssiChange.words,
            HssiChange.summary,
        )
        .where(HssiChange.ref.in_(refs))
        .order_by(HssiChange.ref, HssiChange.number)
    )
    found: dict[str, list[Told]] = defaultdict(list)
    for row in rows:
        found[row.ref].append(Told(*row[1:]))
    return {ref: tuple(updates) for ref, updates in found.items()}
