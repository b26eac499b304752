"""Leave to use a protocol over the internet; ended, never deleted."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import Base, UtcDateTime

_ID = BigInteger().with_variant(Integer, "sqlite")


class ProtocolGrant(Base):
    """One account's leave to use one protocol over the internet, from a moment on.

    `to_at` None: until somebody ends it.
    """

    __tablename__ = "protocol_grant"
    __table_args__ = (Index("ix_protocol_grant_account_id_protocol", "account_id", "protocol"),)

    grant_id: Mapped[int] = mapped_column(_ID, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.account_id"))
    protocol: Mapped[str] = mapped_column(String(8))
    from_at: Mapped[datetime] = mapped_column(UtcDateTime)
    to_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text)
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    granted_by: Mapped[str] = mapped_column(String(80))
    ended_by: Mapped[str | None] = mapped_column(String(80))
