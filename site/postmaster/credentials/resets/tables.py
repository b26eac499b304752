"""Resets, their roll-up by day, and what waits between the steps of one."""

from datetime import date, datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import ROW_ID, Base, UtcDateTime


class ResetEvent(Base):
    """One reset, or one that was refused; never changed.

    `organisation` is the account's at that moment. How staff know the owner stands in the audit.
    """

    __tablename__ = "reset_event"
    __table_args__ = (
        Index("ix_reset_event_account_id_event_id", "account_id", "event_id"),
        Index("ix_reset_event_at", "at"),
    )

    event_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.account_id"))
    organisation: Mapped[str] = mapped_column(String(32))
    channel: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(80))
    proof: Mapped[str] = mapped_column(String(24))
    unlocked: Mapped[bool] = mapped_column(Boolean)
    outcome: Mapped[str] = mapped_column(String(16))


class ResetDay(Base):
    """How many resets were done on a day in London, of an organisation, through a channel."""

    __tablename__ = "reset_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    organisation: Mapped[str] = mapped_column(String(32), primary_key=True)
    channel: Mapped[str] = mapped_column(String(24), primary_key=True)
    resets: Mapped[int] = mapped_column(Integer)


class TemporaryPassword(Base):
    """A password sent by text message: good for one sign-in in its time, beside the one there is.

    The old password stays until a new one is chosen: whoever knows the answers and not the mobile
    must not be able to shut the owner out.
    """

    __tablename__ = "temporary_password"

    account_id: Mapped[int] = mapped_column(
        ROW_ID, ForeignKey("account.account_id"), primary_key=True, autoincrement=False
    )
    password_hash: Mapped[str] = mapped_column(String(255))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)


class ResetStep(Base):
    """Where somebody is in the steps of a reset. The browser holds a token, and we its digest.

    `account_id` is None for an address nobody has, or digits that are not those of its mobile; the
    steps go on all the same. `subject` is a digest of what was typed, which chooses the characters.
    `signed_in_by` is None until a password was right.
    """

    __tablename__ = "reset_step"
    __table_args__ = (Index("ix_reset_step_until", "until"),)

    token_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ROW_ID)
    subject: Mapped[str] = mapped_column(String(64))
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    is_answered: Mapped[bool] = mapped_column(Boolean)
    signed_in_by: Mapped[str | None] = mapped_column(String(16))
