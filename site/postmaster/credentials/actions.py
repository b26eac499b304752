"""Set a password, from a hash made outside the transaction."""

import secrets
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.audit.actions import record
from postmaster.credentials.rules import REMEMBERED
from postmaster.credentials.tables import Credential, CredentialHistory


def set_password(
    session: Session,
    *,
    subject: str,
    password_hash: str,
    must_change: bool = False,
    by: Actor,
    now: datetime,
) -> str:
    """Put a new hash in force; gives the new session key, under which older sessions are over.

    Whether the actor may is asked by the room the subject lives in: people or accounts.
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
    _forget_old(session, subject)
    record(session, action="credentials.set", kind="person", key=subject, by=by.reference, now=now)
    return session_key


def _forget_old(session: Session, subject: str) -> None:
    kept = (
        select(CredentialHistory.history_id)
        .where(CredentialHistory.subject == subject)
        .order_by(CredentialHistory.history_id.desc())
        .limit(REMEMBERED)
    )
    session.execute(
        delete(CredentialHistory).where(
            CredentialHistory.subject == subject, CredentialHistory.history_id.not_in(kept)
        )
    )
