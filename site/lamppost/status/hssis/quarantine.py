"""Rows of a log that were not taken in: what stands there is what its last import refused."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from lamppost.status.hssis import rules
from lamppost.status.hssis.tables import HssiRecord, QuarantinedRecord
from lamppost.status.tables import Component
from probes.reading import HssiRow, QuarantinedRow


def sift_rows(
    session: Session, rows: Iterable[HssiRow], source: str
) -> tuple[list[HssiRow], list[QuarantinedRow]]:
    """Well-formed rows that can be taken in, and those that still cannot, with the reason."""
    slugs = frozenset(session.scalars(select(Component.slug).where(Component.is_current)))
    ours = frozenset(
        session.scalars(select(HssiRecord.ref).where(HssiRecord.origin.in_(["person", "probe"])))
    )
    good, refused = [], []
    for row in rows:
        reason = rules.fault(row, slugs, ours)
        if reason is None:
            good.append(row)
        else:
            refused.append(QuarantinedRow(source, row.line, reason, f"{row.ref}: {row.title}"))
    return good, refused


def replace_quarantine(
    session: Session, refused: list[QuarantinedRow], source: str, now: datetime
) -> bool:
    """Whether anything in quarantine is different now."""
    gone = session.execute(
        delete(QuarantinedRecord)
        .where(QuarantinedRecord.source == source)
        .returning(QuarantinedRecord.line, QuarantinedRecord.reason, QuarantinedRecord.raw)
    ).all()
    if refused:
        session.execute(
            insert(QuarantinedRecord),
            [
                {
                    "source": source,
                    "line": row.line,
                    "reason": row.reason,
                    "raw": row.raw,
                    "seen_at": now,
                }
                for row in refused
            ],
        )
    return sorted(tuple(row) for row in gone) != sorted(
        (row.line, row.reason, row.raw) for row in refused
    )
