"""Seal entries: number them without a gap, chain them, sign the head of the day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, bindparam, exists, func, insert, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from postmaster.audit.chain import GENESIS, Head, Signer, digest_entry, public_hex
from postmaster.audit.tables import AuditDay, AuditEntry
from postmaster.days import london_day

_ENTRIES: Table = AuditEntry.__table__  # type: ignore[assignment]  # a mapped class has one table
# entry_id, recorded_at, then the columns of the digest in their order.
HASHED = (
    AuditEntry.entry_id,
    AuditEntry.recorded_at,
    AuditEntry.actor,
    AuditEntry.action,
    AuditEntry.kind,
    AuditEntry.key,
    AuditEntry.organisation,
    AuditEntry.changes,
    AuditEntry.detail_digest,
)
# In the order of `Head`.
HEAD = (
    AuditDay.day,
    AuditDay.first_sequence,
    AuditDay.last_sequence,
    AuditDay.previous,
    AuditDay.head,
)
_SEAL = (
    update(_ENTRIES)
    .where(_ENTRIES.c.entry_id == bindparam("sealed_id"))
    .values({name: bindparam(name) for name in ("sequence", "sealed_on", "previous", "digest")})
)


class SealedElsewhereError(Exception):
    """Another process sealed at the same time; this one's transaction must be rolled back."""


def has_pending(session: Session) -> bool:
    """Whether an entry waits to be sealed; cheap enough to ask every second."""
    return bool(session.scalar(select(exists().where(AuditEntry.sequence.is_(None)))))


def get_unsealed(session: Session) -> tuple[int, datetime | None]:
    """How many entries wait to be sealed, and since when the oldest does."""
    count, oldest = session.execute(
        select(func.count(), func.min(AuditEntry.recorded_at)).where(AuditEntry.sequence.is_(None))
    ).one()
    return count, oldest


def seal_pending(session: Session, *, signer: Signer, now: datetime, most: int = 5000) -> int:
    """Seal the unsealed entries, oldest first, and sign the day's new head; gives how many.

    It goes on from the signed head, never from the last entry: entries cut off the tail leave a
    gap that `verify` finds, instead of numbers given out again.

    Raises:
        SealedElsewhereError: another process sealed meanwhile.
    """
    pending = session.execute(
        select(*HASHED)
        .where(AuditEntry.sequence.is_(None))
        .order_by(AuditEntry.entry_id)
        .limit(most)
    ).all()
    if not pending:
        return 0
    last = get_last_head(session)
    # A clock put back must not put an entry into a day that is over.
    today = london_day(now)
    day = today if last is None else max(last.day, today)
    sealed = _chain(pending, last, day)
    _write_day(session, last, _head_of(last, sealed), signer=signer, now=now)
    session.execute(_SEAL, sealed)
    return len(sealed)


def get_last_head(session: Session) -> Head | None:
    """The head of the newest day; None before the first entry was sealed."""
    row = session.execute(select(*HEAD).order_by(AuditDay.day.desc()).limit(1)).first()
    return None if row is None else Head(*row)


def _chain(pending: Sequence[Any], last: Head | None, day: date) -> list[dict[str, Any]]:
    sealed: list[dict[str, Any]] = []
    previous, number = (GENESIS, 0) if last is None else (last.head, last.last_sequence)
    for sequence, row in enumerate(pending, number + 1):
        digest = digest_entry(previous, sequence, day, *row)
        sealed.append(
            {
                "sealed_id": row[0],
                "sequence": sequence,
                "sealed_on": day,
                "previous": previous,
                "digest": digest,
            }
        )
        previous = digest
    return sealed


def _head_of(last: Head | None, sealed: Sequence[dict[str, Any]]) -> Head:
    first, end = sealed[0], sealed[-1]
    if last is not None and last.day == first["sealed_on"]:
        return replace(last, last_sequence=end["sequence"], head=end["digest"])
    numbers = (first["sequence"], end["sequence"])
    return Head(first["sealed_on"], *numbers, first["previous"], end["digest"])


def _write_day(
    session: Session, last: Head | None, head: Head, *, signer: Signer, now: datetime
) -> None:
    """Write the day's row; the old `last_sequence` in the WHERE keeps a second sealer out."""
    values = {
        "last_sequence": head.last_sequence,
        "head": head.head,
        "signature": signer.sign(head.message).hex(),
        "public_key": public_hex(signer.public_key()),
        "signed_at": now,
    }
    if last is None or last.day != head.day:
        keys = {
            "day": head.day,
            "first_sequence": head.first_sequence,
            "previous": head.previous,
        }
        session.execute(insert(AuditDay).values(keys | values))
        return
    written = session.execute(
        update(AuditDay)
        .where(AuditDay.day == head.day, AuditDay.last_sequence == last.last_sequence)
        .values(values)
        .execution_options(synchronize_session=False)
    )
    if not isinstance(written, CursorResult) or written.rowcount != 1:
        raise SealedElsewhereError(str(head.day))
