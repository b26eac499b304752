"""Questions to the audit: every answer holds only what the reader may see."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.access.roles import Role
from postmaster.access.tasks import Task
from postmaster.audit.tables import AuditDetail, AuditEntry
from postmaster.inspection.entries import Change, EntryRow, Narrowing

# Sealing runs every second; what waits longer than this waits for somebody to look.
SEALED_WITHIN = timedelta(minutes=5)
# An address is looked for in this many of the newest personal details, and no further.
DETAILS_SEARCHED = 100_000
_COLUMNS = (
    AuditEntry.entry_id,
    AuditEntry.recorded_at,
    AuditEntry.actor,
    AuditEntry.action,
    AuditEntry.kind,
    AuditEntry.key,
    AuditEntry.organisation,
    AuditEntry.changes,
    AuditDetail.detail,
    AuditDetail.is_erased,
    AuditEntry.sequence,
    AuditEntry.digest,
)


def list_entries(
    session: Session,
    *,
    reader: Actor,
    narrowing: Narrowing | None = None,
    after: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> Sequence[EntryRow]:
    """Entries newest first; `after` and `before` are cursors, the rows are in order either way."""
    rows = _entries(reader).where(*_narrow(narrowing or Narrowing())).limit(limit)
    if after is not None:
        rows = rows.where(AuditEntry.entry_id < after)
    if before is not None:
        rows = rows.where(AuditEntry.entry_id > before).order_by(AuditEntry.entry_id)
        return [_entry(row) for row in reversed(session.execute(rows).all())]
    return [_entry(row) for row in session.execute(rows.order_by(AuditEntry.entry_id.desc()))]


def get_entry(session: Session, *, reader: Actor, entry_id: int) -> EntryRow | None:
    """One entry; None when there is none or the reader may not see it."""
    row = session.execute(_entries(reader).where(AuditEntry.entry_id == entry_id)).first()
    return None if row is None else _entry(row)


def list_about_person(
    session: Session, *, reader: Actor, person_id: str, limit: int = 500
) -> Sequence[EntryRow]:
    """What was done to a person and what they did, newest first."""
    about = or_(
        (AuditEntry.kind == "person") & (AuditEntry.key == person_id),
        AuditEntry.actor == f"person:{person_id}",
    )
    rows = _entries(reader).where(about).order_by(AuditEntry.entry_id.desc()).limit(limit)
    return [_entry(row) for row in session.execute(rows)]


def list_naming(
    session: Session, *, reader: Actor, words: str, limit: int = 500
) -> Sequence[EntryRow]:
    """Entries whose personal data hold these words, newest first.

    Looks through the newest `DETAILS_SEARCHED` details that are not erased, and no further.
    """
    newest = (
        select(AuditDetail.entry_id, AuditDetail.detail)
        .where(AuditDetail.detail.is_not(None))
        .order_by(AuditDetail.entry_id.desc())
        .limit(DETAILS_SEARCHED)
        .subquery()
    )
    sought = json.dumps(words, ensure_ascii=False)[1:-1].casefold()
    found = select(newest.c.entry_id).where(
        func.lower(newest.c.detail).contains(sought, autoescape=True)
    )
    rows = _entries(reader).where(AuditEntry.entry_id.in_(found))
    rows = rows.order_by(AuditEntry.entry_id.desc()).limit(limit)
    return [_entry(row) for row in session.execute(rows)]


def list_actions(session: Session) -> Sequence[str]:
    """The actions there are entries of, in order."""
    # A walk over the index, one look for each action: DISTINCT would read every entry.
    found: list[str] = []
    while True:
        beyond = [AuditEntry.action > found[-1]] if found else []
        action = session.scalar(select(func.min(AuditEntry.action)).where(*beyond))
        if action is None:
            return found
        found.append(action)


def list_tasks(session: Session, *, reader: Actor, now: datetime) -> Sequence[Task]:
    """For auditors and tenant administrators: entries that have waited too long to be sealed."""
    if not reader.roles & {Role.AUDITOR, Role.TENANT_ADMINISTRATOR}:
        return []
    count, since = session.execute(
        select(func.count(), func.min(AuditEntry.recorded_at)).where(
            AuditEntry.sequence.is_(None), AuditEntry.recorded_at < now - SEALED_WITHIN
        )
    ).one()
    if not count:
        return []
    entries = "1 audit entry has" if count == 1 else f"{count:,} audit entries have"
    words = f"{entries} waited more than 5 minutes to be sealed: see whether the worker runs"
    return [Task(count, words, "/admin/audit/", since)]


def _entries(reader: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(*_COLUMNS)
        .outerjoin(AuditDetail, AuditDetail.entry_id == AuditEntry.entry_id)
        .where(in_scope(reader, Action.AUDIT_READ, AuditEntry.organisation))
    )


def _narrow(by: Narrowing) -> list[ColumnElement[bool]]:
    same = {
        AuditEntry.actor: by.actor,
        AuditEntry.organisation: by.organisation,
        AuditEntry.kind: by.kind,
        AuditEntry.key: by.key,
        AuditEntry.action: by.action,
    }
    found: list[ColumnElement[bool]] = [
        column == value for column, value in same.items() if value is not None
    ]
    if by.since is not None:
        found.append(AuditEntry.recorded_at >= by.since)
    if by.until is not None:
        found.append(AuditEntry.recorded_at < by.until)
    return found


def _entry(row: Row[Any]) -> EntryRow:
    pairs = json.loads(row.changes).items()
    return EntryRow(
        entry_id=row.entry_id,
        recorded_at=row.recorded_at,
        actor=row.actor,
        action=row.action,
        kind=row.kind,
        key=row.key,
        organisation=row.organisation,
        changes=tuple(Change(name, before, after) for name, (before, after) in pairs),
        personal=tuple(json.loads(row.detail).items()) if row.detail else (),
        is_erased=bool(row.is_erased),
        sequence=row.sequence,
        digest=row.digest,
    )
