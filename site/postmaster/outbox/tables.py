"""Messages owed, each with what became of it."""

from datetime import datetime

from sqlalchemy import Boolean, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import ROW_ID, Base, UtcDateTime


class OutboxMessage(Base):
    """One message to one address; never deleted while it is the proof of something.

    What is owed is named by cause, key, recipient and template, so that owing it twice is owing it
    once. `mail_message_id` is the left part of the Message-ID header, the same at every try until
    somebody asks for a fresh start, which also moves `owed_at`.
    `next_try_at` is when an owed message is due, and when a claim on one being sent lapses. A
    secret body becomes None once the message is accepted; its digest stays. `recipient` is
    personal data: an address, or a mobile number where `channel` says sms. `unsubscribe` is where
    a reader of a list lets go by one click (RFC 8058).
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        UniqueConstraint("cause", "cause_key", "recipient", "template"),
        UniqueConstraint("mail_message_id"),
        Index("ix_outbox_message_state_next_try_at", "state", "next_try_at"),
        Index("ix_outbox_message_state_message_id", "state", "message_id"),
        Index("ix_outbox_message_cause_message_id", "cause", "message_id"),
    )

    message_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    cause: Mapped[str] = mapped_column(String(64))
    cause_key: Mapped[str] = mapped_column(String(255))
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    template: Mapped[str] = mapped_column(String(64))
    body: Mapped[str | None] = mapped_column(Text)
    body_sha256: Mapped[str] = mapped_column(String(64))
    is_secret: Mapped[bool] = mapped_column(Boolean)
    mail_message_id: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    tries: Mapped[int]
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    owed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    report_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    report: Mapped[str | None] = mapped_column(Text)
    last_error: Mapped[str | None] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(String(8), server_default="email", default="email")
    unsubscribe: Mapped[str | None] = mapped_column(String(500))
