"""Tries, counted."""

from datetime import datetime

from sqlalchemy import Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import Base, UtcDateTime


class CredentialTry(Base):
    """How often something was tried lately. The key is a digest: no address is kept here.

    `kind` says what was tried and what is counted, such as `reset pair` or `sign-in account`.
    """

    __tablename__ = "credential_try"
    __table_args__ = (Index("ix_credential_try_last_at", "last_at"),)

    kind: Mapped[str] = mapped_column(String(24), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    tries: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    blocked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
