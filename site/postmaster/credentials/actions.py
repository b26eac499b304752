"""Set a password, from a hash made outside the transaction."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.audit.actions import record
from postmaster.credentials.rules import REMEMBERED
from postmaster.credentials.tables import Credential, CredentialHistory


@dataclass(frozen=True, slots=True)
class AuditedAs:
    """What a subject is to the audit: its noun, its key, and whose it is."""

    kind: str
    key: str
    organisation: str | None = None


def set_password(
    session: Session,
    *,
    subject: str,
    password_hash: str,
    must_change: bool = False,
    remembered: int = REMEMBERED,
    of: AuditedAs | None = None,
    by: Actor,
    now: datetime,
) -> str:
    """Put a new hash in force; gives the new session key, under which older sessions are over.

    Whether the actor may is asked by the room the subject lives in: people or accounts. `of` says
    how the audit names the subject; those who sign in to the panels unless told.
    """
    session_key = secrets.token_hex(16)
    row = session.get(Credential, subject)
    if row is None:
        row = Credential(subject=subject)
        session.add(row)
    row.password_hash = password_hash
    row.set_at = now
    row.must_change = must_change
    row.session_key = session_key
    session.flush()
    session.add(CredentialHistory(subject=subject, password_hash=password_hash, set_at=now))
    session.flush()
    _forget_old(session, subject, remembered)
    audited = of or AuditedAs("person", subject)
    record(
        session,
        action="credentials.set",
        kind=audited.kind,
        key=audited.key,
        organisation=audited.organisation,
        by=by.reference,
        now=now,
    )
    return session_key


def _forget_old(session: Session, subject: str, remembered: int) -> None:
    kept = (
        select(CredentialHistory.history_id)
        .where(CredentialHistory.subject == subject)
        .order_by(CredentialHistory.history_id.desc())
        .limit(remembered)
    )
    session.execute(
        delete(CredentialHistory).where(
            CredentialHistory.subject == subject, CredentialHistory.history_id.not_in(kept)
        )
    )
