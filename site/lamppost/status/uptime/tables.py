"""Months that were closed, each once and whole, and what was added to them afterwards."""

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, Date, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import Base, UtcDateTime


class ClosedMonth(Base):
    """One month of London days, closed for good; `document` is all its figures stand on, as JSON.

    `digest` is the SHA-256 of the document; the audit's entry of the closing carries it too.
    """

    __tablename__ = "closed_month"

    month: Mapped[date] = mapped_column(Date, primary_key=True)  # its first day
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_by: Mapped[str] = mapped_column(String(80))
    formula: Mapped[str] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64))
    document: Mapped[str] = mapped_column(Text)


class ClosedMonthLine(Base):
    """One component's month: lengths in microseconds by state, and its longest unmeasured time."""

    __tablename__ = "closed_month_line"

    month: Mapped[date] = mapped_column(ForeignKey("closed_month.month"), primary_key=True)
    component: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    group_name: Mapped[str] = mapped_column(String(200))
    position: Mapped[int] = mapped_column(Integer)
    period: Mapped[int] = mapped_column(BigInteger)
    measured: Mapped[dict[str, int]] = mapped_column(JSON)
    excused: Mapped[dict[str, int]] = mapped_column(JSON)
    gap_started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    gap_ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MonthAddendum(Base):
    """A correction of a closed month: from when to when a component was in truth in which state.

    Lengths are the component's month with this and all earlier addenda; the closed one stays.
    """

    __tablename__ = "month_addendum"

    month: Mapped[date] = mapped_column(ForeignKey("closed_month.month"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    component: Mapped[str] = mapped_column(String(64))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
    written_by: Mapped[str] = mapped_column(String(80))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    measured: Mapped[dict[str, int]] = mapped_column(JSON)
    excused: Mapped[dict[str, int]] = mapped_column(JSON)
