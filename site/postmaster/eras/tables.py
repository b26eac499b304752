"""Proposed eras and their numbers; once signed they stand in the register of `policy`."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import ROW_ID, Base, UtcDateTime


class PolicyEdit(Base):
    """One proposed era, from its proposal to its signature or its end.

    `simulation` is what it would have done on the day it was proposed, as JSON (`records`);
    `digest` covers the words, the numbers and that, and is what a signature is bound to.
    `tripped` says which threshold it passed; `limit_permille` is the number somebody else raised.
    """

    __tablename__ = "policy_edit"
    __table_args__ = (Index("ix_policy_edit_status_edit_id", "status", "edit_id"),)

    edit_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    era: Mapped[str] = mapped_column(String(40))
    holds_from: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proposed_by: Mapped[str] = mapped_column(String(80))
    simulation: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    highest_permille: Mapped[int] = mapped_column(Integer)
    tripped: Mapped[str | None] = mapped_column(Text)
    limit_permille: Mapped[int | None]
    limit_by: Mapped[str | None] = mapped_column(String(80))
    limit_why: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_why: Mapped[str | None] = mapped_column(Text)


class PolicyEditNumber(Base):
    """One number a proposed era changes, with its source."""

    __tablename__ = "policy_edit_number"

    edit_id: Mapped[int] = mapped_column(
        ForeignKey("policy_edit.edit_id"), primary_key=True, autoincrement=False
    )
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[str] = mapped_column(Text)
