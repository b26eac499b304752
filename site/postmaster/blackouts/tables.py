"""Blackouts: one row per source and mail path."""

from datetime import datetime

from sqlalchemy import Boolean, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import Base, UtcDateTime


class Blackout(Base):
    """From `from_at` up to, and not with, `until_at` (open while null) something holds."""

    __tablename__ = "blackout"
    __table_args__ = (Index("ix_blackout_until_at", "until_at"),)

    source_kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    source_key: Mapped[str] = mapped_column(String(255), primary_key=True)
    mail_path: Mapped[str] = mapped_column(String(16), primary_key=True)
    from_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    holds_batches: Mapped[bool] = mapped_column(Boolean)
    holds_notice_days: Mapped[bool] = mapped_column(Boolean)
    reason: Mapped[str] = mapped_column(Text)
