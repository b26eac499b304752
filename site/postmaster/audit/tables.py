"""Audit entries, the personal data beside them, and the heads of the days' chains."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import ROW_ID, Base, UtcDateTime


class AuditEntry(Base):
    """One object changed by one act. Written unsealed; the worker seals in order.

    The hash covers every column but the last two, and the digest of the entry before it in
    `sequence` (`chain.digest_entry`).
    `changes` holds what is not personal as canonical JSON; `detail_digest` is the salted digest of
    the personal data kept beside it, so that erasing those does not break the chain.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_sequence", "sequence", unique=True),
        Index("ix_audit_entry_organisation_entry_id", "organisation", "entry_id"),
        Index("ix_audit_entry_actor_entry_id", "actor", "entry_id"),
        Index("ix_audit_entry_kind_key_entry_id", "kind", "key", "entry_id"),
        Index("ix_audit_entry_action_entry_id", "action", "entry_id"),
        Index("ix_audit_entry_recorded_at", "recorded_at"),
    )

    entry_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(String(255))
    organisation: Mapped[str | None] = mapped_column(String(32))
    changes: Mapped[str] = mapped_column(Text)
    detail_digest: Mapped[str | None] = mapped_column(String(64))
    sealed_on: Mapped[date | None]
    sequence: Mapped[int | None] = mapped_column(BigInteger)
    previous: Mapped[str | None] = mapped_column(String(64))
    digest: Mapped[str | None] = mapped_column(String(64))


class AuditDetail(Base):
    """The personal data of an entry: names, addresses, reasons. May be erased; the entry stays."""

    __tablename__ = "audit_detail"

    entry_id: Mapped[int] = mapped_column(
        ForeignKey("audit_entry.entry_id"), primary_key=True, autoincrement=False
    )
    salt: Mapped[str] = mapped_column(String(32))
    detail: Mapped[str | None] = mapped_column(Text)
    is_erased: Mapped[bool] = mapped_column(Boolean, default=False)


class AuditDay(Base):
    """The chain of one day: how long it is, its head, and the head's signature."""

    __tablename__ = "audit_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    first_sequence: Mapped[int] = mapped_column(BigInteger)
    last_sequence: Mapped[int] = mapped_column(BigInteger)
    previous: Mapped[str] = mapped_column(String(64))
    head: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(128))
    public_key: Mapped[str] = mapped_column(String(64))
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)
