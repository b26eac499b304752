"""What is kept of a subject's password."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.credentials.rules import REMEMBERED
from postmaster.credentials.tables import Credential, CredentialHistory


@dataclass(frozen=True, slots=True)
class StoredCredential:
    """The hash in force, and the key that sessions made under it carry."""

    password_hash: str
    must_change: bool
    session_key: str


def get_credential(session: Session, *, subject: str) -> StoredCredential | None:
    """The credential of a subject; None for who never set a password."""
    row = session.get(Credential, subject)
    if row is None:
        return None
    return StoredCredential(row.password_hash, row.must_change, row.session_key)


def list_remembered(session: Session, *, subject: str) -> tuple[str, ...]:
    """The hashes that may not come back, the one in force first."""
    rows = session.scalars(
        select(CredentialHistory.password_hash)
        .where(CredentialHistory.subject == subject)
        .order_by(CredentialHistory.history_id.desc())
        .limit(REMEMBERED)
    )
    return tuple(rows)
