"""Write entries, in the transaction of the change they tell of."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias, cast

from sqlalchemy import Select, Table, insert, literal, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from postmaster.audit.tables import AuditDetail, AuditEntry

Value: TypeAlias = str | int | float | bool | None
# Longer texts are cut: an entry tells what happened and is no place to keep files in.
LONGEST_VALUE = 4000
# Before and after; None where there was or is nothing.
Changes: TypeAlias = Mapping[str, tuple[Value, Value]]
# Of the tables, not of their classes, and made once: nearly every action writes an entry.
_ENTRIES, _DETAILS = (cast("Table", one.__table__) for one in (AuditEntry, AuditDetail))
_INSERT_ENTRY = insert(_ENTRIES).returning(_ENTRIES.c.entry_id)
_INSERT_DETAIL = insert(_DETAILS).values(is_erased=False)


def only_changed(changes: Changes) -> Changes:
    """Those whose value after is another than before."""
    return {field: pair for field, pair in changes.items() if pair[0] != pair[1]}


def record(
    session: Session,
    *,
    action: str,
    kind: str,
    key: str,
    by: str,
    now: datetime,
    organisation: str | None = None,
    changes: Changes | None = None,
    personal: Mapping[str, Value] | None = None,
) -> int:
    """Write one unsealed entry; gives its id.

    Args:
        session: the transaction of the change itself.
        action: the domain's word, `people.disable`.
        kind: the noun of the object changed.
        key: its identifier, never an address or a name.
        by: the actor's reference (`Actor.reference`).
        now: when.
        organisation: the ODS code the object belongs to.
        changes: what changed, before and after, nothing personal in it.
        personal: names, addresses, free text: kept beside the entry, erasable.
    """
    salt, detail = secrets.token_hex(16), _write_detail(personal)
    entry = {
        "recorded_at": now,
        "actor": by,
        "action": action,
        "kind": kind,
        "key": key,
        "organisation": organisation,
        "changes": _write_changes(changes or {}),
        "detail_digest": None if detail is None else digest_detail(salt, detail),
    }
    entry_id: int = session.execute(_INSERT_ENTRY, entry).scalar_one()
    if detail is not None:
        session.execute(_INSERT_DETAIL, {"entry_id": entry_id, "salt": salt, "detail": detail})
    return entry_id


def record_from(
    session: Session,
    *,
    action: str,
    kind: str,
    by: str,
    now: datetime,
    rows: Select[str, str | None, str],
) -> int:
    """Write an entry for each row of a statement, inside the database; gives how many.

    `rows` selects the object's key, its organisation, and the changes as canonical JSON (sorted
    keys, no spaces); nothing personal may be in them.
    """
    chosen = rows.order_by(None).subquery()
    key, organisation, changes = chosen.c
    written = session.execute(
        insert(AuditEntry).from_select(
            ["recorded_at", "actor", "action", "kind", "key", "organisation", "changes"],
            select(
                literal(now, AuditEntry.recorded_at.type),
                literal(by),
                literal(action),
                literal(kind),
                key,
                organisation,
                changes,
            ).order_by(key),
        )
    )
    return written.rowcount if isinstance(written, CursorResult) else 0


def blank_detail(session: Session, *, entry_id: int) -> bool:
    """Erase the personal data beside an entry, salt and all; False when there are none.

    Only for `inspection.actions.erase_detail`, which asks whether one may and records it. The salt
    goes too: with it, whoever guesses a name could prove the guess by the digest in the chain.
    """
    written = session.execute(
        update(AuditDetail)
        .where(AuditDetail.entry_id == entry_id, AuditDetail.is_erased.is_(False))
        .values(detail=None, salt="", is_erased=True)
        .execution_options(synchronize_session=False)
    )
    return isinstance(written, CursorResult) and written.rowcount == 1


def digest_detail(salt: str, detail: str) -> str:
    """The salted digest that stands in the chain for the personal data."""
    return hashlib.sha256(f"{salt}{detail}".encode()).hexdigest()


def _write_changes(changes: Changes) -> str:
    pairs = {name: [_keep(before), _keep(after)] for name, (before, after) in changes.items()}
    return _canonical(pairs)


def _write_detail(personal: Mapping[str, Value] | None) -> str | None:
    if personal is None:
        return None
    return _canonical({name: _keep(value) for name, value in personal.items()})


def _keep(value: Value) -> Value:
    """The value itself; of a long text its beginning, and what the rest was."""
    if not isinstance(value, str):
        return value
    # A byte that was no UTF-8 arrives as a lone surrogate, which no database stores.
    text = value.encode("utf-8", "backslashreplace").decode()
    if len(text) <= LONGEST_VALUE:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"{text[:LONGEST_VALUE]}… [cut: {len(text):,} characters, SHA-256 {digest}]"


def _canonical(document: object) -> str:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
