"""Password hashes of those who have one, and the hashes before them."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import ROW_ID, Base, UtcDateTime


class Credential(Base):
    """The password of one subject: a person's id, or `account:` and an account's number.

    `session_key` changes with every new password: a session that carries an older one is over.
    """

    __tablename__ = "credential"
    __table_args__ = (Index("ix_credential_set_at", "set_at"),)

    subject: Mapped[str] = mapped_column(String(36), primary_key=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    must_change: Mapped[bool] = mapped_column(Boolean)
    session_key: Mapped[str] = mapped_column(String(32))


class CredentialHistory(Base):
    """A hash a subject has had; the last four may not come back."""

    __tablename__ = "credential_history"
    __table_args__ = (Index("ix_credential_history_subject_history_id", "subject", "history_id"),)

    history_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    subject: Mapped[str] = mapped_column(ForeignKey("credential.subject"))
    password_hash: Mapped[str] = mapped_column(String(255))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
