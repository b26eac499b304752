"""Does the audit still say what it said? Walks the chain from the first entry to the last."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Result, exists, func, select
from sqlalchemy.orm import Session

from postmaster.audit.actions import digest_detail
from postmaster.audit.chain import (
    ERASED_KIND,
    ERASING,
    GENESIS,
    Head,
    digest_entry,
    is_signed,
)
from postmaster.audit.sealing import HASHED, HEAD, get_unsealed
from postmaster.audit.tables import AuditDay, AuditDetail, AuditEntry

# Rows fetched at a time: the walk holds no more than these.
_AT_ONCE = 2000
# The columns of a sealed entry in the order `_Walk.check` takes them apart.
COLUMNS = (
    AuditEntry.sequence,
    AuditEntry.sealed_on,
    AuditEntry.previous,
    AuditEntry.digest,
    AuditDetail.salt,
    AuditDetail.detail,
    AuditDetail.is_erased,
    *HASHED,
)


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the chain is broken first. `entry_id` is None when the entry itself is gone."""

    entry_id: int | None
    sequence: int | None
    why: str


@dataclass(frozen=True, slots=True)
class Verification:
    """How far the chain was walked, what is not in it yet, and where it is broken, if it is."""

    entries: int
    unsealed: int
    oldest_unsealed_at: datetime | None
    broken: Broken | None


class _BrokenError(Exception):
    """The chain is broken; carries where."""

    def __init__(self, entry_id: int | None, sequence: int | None, why: str) -> None:
        super().__init__(why)
        self.broken = Broken(entry_id, sequence, why)


@dataclass(frozen=True, slots=True)
class _Signed:
    head: Head
    signature: str
    public_key: str


def verify(
    session: Session,
    *,
    public_key: str | Collection[str] | None,
    heads: Sequence[Head] = (),
) -> Verification:
    """Walk the whole chain and name the first thing that is not as it was sealed.

    Args:
        session: a read transaction; nothing is written.
        public_key: the key that signs, in hex, or it and those that signed before it; None accepts
            whatever key a day's row names, which tells damage from health but not a forger.
        heads: days already over, kept elsewhere (`heads.read_heads`), to be found unchanged.
    """
    keys = {public_key} if isinstance(public_key, str) else public_key and set(public_key)
    days = [
        _Signed(Head(*row[:5]), row[5], row[6])
        for row in session.execute(
            select(*HEAD, AuditDay.signature, AuditDay.public_key).order_by(AuditDay.day)
        )
    ]
    walk = _Walk(session, days, keys)
    broken = None
    try:
        walk.all()
        _compare(heads, {signed.head.day: signed.head for signed in days})
    except _BrokenError as error:
        broken = error.broken
    unsealed, oldest = get_unsealed(session)
    return Verification(walk.sequence, unsealed, oldest, broken)


class _Walk:
    """One walk: where it stands in the chain, and which day is open."""

    def __init__(
        self, session: Session, days: Sequence[_Signed], keys: Collection[str] | None
    ) -> None:
        self._session = session
        self._days = {signed.head.day: signed for signed in days}
        self._keys = keys
        self._open: Head | None = None
        self._seen: set[date] = set()
        self._previous = GENESIS
        self.sequence = 0

    def all(self) -> None:
        """Every entry that the days' heads speak of, then the heads themselves."""
        last = max((one.head.last_sequence for one in self._days.values()), default=0)
        # Left half-way, a cursor on the server must be closed at once.
        with self._rows(last) as rows:
            for row in rows:
                self.check(*row)
        self._close()
        for day in sorted(self._days.keys() - self._seen):
            first = self._days[day].head.first_sequence
            raise _BrokenError(None, first, f"every entry of {day} is missing")
        self._look_beyond(last)

    def check(  # noqa: PLR0917 - a row taken apart once: by name it would cost a third more
        self,
        sequence: int,
        sealed_on: date,
        previous: str,
        digest: str,
        salt: str | None,
        detail: str | None,
        is_erased: bool | None,  # noqa: FBT001 - a column
        *hashed: Any,
    ) -> None:
        """One entry: its number, its place, its columns, its personal data."""
        entry_id: int = hashed[0]
        wanted = self.sequence + 1
        if sequence != wanted:
            why = f"entry number {wanted} is missing; the next one there is number {sequence}"
            raise _BrokenError(entry_id, wanted, why)
        if previous != self._previous:
            raise _BrokenError(entry_id, sequence, "it does not follow the entry before it")
        if digest != digest_entry(previous, sequence, sealed_on, *hashed):
            raise _BrokenError(entry_id, sequence, "it is not what was sealed")
        if self._open is None or sealed_on != self._open.day:
            self._close()
            self._enter(sealed_on, entry_id, sequence)
        if hashed[-1] is not None or salt is not None:
            self._check_detail(entry_id, sequence, hashed[-1], salt, detail, is_erased=is_erased)
        self.sequence, self._previous = sequence, digest

    def _rows(self, last: int) -> Result[*tuple[Any, ...]]:
        # What is sealed while this walk goes on lies beyond `last`.
        statement = (
            select(*COLUMNS)
            .outerjoin(AuditDetail, AuditDetail.entry_id == AuditEntry.entry_id)
            .where(AuditEntry.sequence <= last)
            .order_by(AuditEntry.sequence)
        )
        return self._session.execute(statement.execution_options(yield_per=_AT_ONCE))

    def _enter(self, day: date, entry_id: int, sequence: int) -> None:
        """Open a day: its head must be there, be signed by our key, and follow the day before."""
        signed = self._days.get(day)
        if signed is None:
            raise _BrokenError(entry_id, sequence, f"there is no head of {day}")
        if self._keys is not None and signed.public_key not in self._keys:
            raise _BrokenError(entry_id, sequence, f"the head of {day} names another key")
        if not is_signed(signed.head, signature=signed.signature, public_key=signed.public_key):
            raise _BrokenError(entry_id, sequence, f"the signature of {day} is not its head's")
        if (signed.head.first_sequence, signed.head.previous) != (sequence, self._previous):
            raise _BrokenError(entry_id, sequence, f"{day} does not follow the day before it")
        self._open = signed.head
        self._seen.add(day)

    def _close(self) -> None:
        """Close the open day: it must end in the entry its head speaks of."""
        if self._open is None:
            return
        day, last = self._open.day, self._open.last_sequence
        if self.sequence < last:
            why = f"entry number {self.sequence + 1} is missing; the head of {day} speaks of {last}"
            raise _BrokenError(None, self.sequence + 1, why)
        if (last, self._open.head) != (self.sequence, self._previous):
            raise _BrokenError(None, self.sequence, f"{day} does not end in its head")

    def _check_detail(
        self,
        entry_id: int,
        sequence: int,
        digest: str | None,
        salt: str | None,
        detail: str | None,
        *,
        is_erased: bool | None,
    ) -> None:
        if is_erased:
            if detail is None and not salt and self._is_erasure_told(entry_id):
                return
            raise _BrokenError(entry_id, sequence, "its personal data were erased by no entry")
        if salt is None:
            raise _BrokenError(entry_id, sequence, "its personal data are missing")
        if detail is None or digest != digest_detail(salt, detail):
            raise _BrokenError(entry_id, sequence, "its personal data are not what was sealed")

    def _is_erasure_told(self, entry_id: int) -> bool:
        told = exists().where(
            AuditEntry.action == ERASING,
            AuditEntry.kind == ERASED_KIND,
            AuditEntry.key == str(entry_id),
        )
        return bool(self._session.scalar(select(told)))

    def _look_beyond(self, last: int) -> None:
        """Entries sealed after the walk began have a newer head; others belong to no day."""
        newest = self._session.scalar(select(func.max(AuditDay.last_sequence))) or 0
        if newest > last:
            return
        row = self._session.execute(
            select(AuditEntry.entry_id, AuditEntry.sequence)
            .where(AuditEntry.sequence > last)
            .order_by(AuditEntry.sequence)
            .limit(1)
        ).first()
        if row is not None:
            raise _BrokenError(row.entry_id, row.sequence, "no head speaks of it")


def _compare(kept: Sequence[Head], stored: Mapping[date, Head]) -> None:
    for head in kept:
        if stored.get(head.day) != head:
            why = f"{head.day} is not the day whose head was kept elsewhere"
            raise _BrokenError(None, head.first_sequence, why)
