"""Write entries, in the transaction of the change they tell of."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import insert
from sqlalchemy.orm import Session

from postmaster.audit.tables import AuditDetail, AuditEntry

Value: TypeAlias = str | int | float | bool | None
# Before and after; None where there was or is nothing.
Changes: TypeAlias = Mapping[str, tuple[Value, Value]]


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
    detail = None if personal is None else _canonical(dict(personal))
    salt = secrets.token_hex(16)
    entry_id: int | None = session.scalar(
        insert(AuditEntry)
        .values(
            recorded_at=now,
            actor=by,
            action=action,
            kind=kind,
            key=key,
            organisation=organisation,
            changes=_canonical({name: list(pair) for name, pair in (changes or {}).items()}),
            detail_digest=None if detail is None else digest_detail(salt, detail),
        )
        .returning(AuditEntry.entry_id)
    )
    assert entry_id is not None  # noqa: S101 - an insert gives its key
    if detail is not None:
        session.execute(
            insert(AuditDetail).values(entry_id=entry_id, salt=salt, detail=detail, is_erased=False)
        )
    return entry_id


def digest_detail(salt: str, detail: str) -> str:
    """The salted digest that stands in the chain for the personal data."""
    return hashlib.sha256(f"{salt}{detail}".encode()).hexdigest()


def _canonical(document: object) -> str:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
