"""BCDR windows, planned changes and Portal releases."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Date, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import Base, UtcDateTime


class WindowRecord(Base):
    """A BCDR test window; both days inclusive, in London."""

    __tablename__ = "bcdr_window"
    __table_args__ = (
        Index("ix_bcdr_window_ends_on", "ends_on"),
        Index("ix_bcdr_window_updated_at", "updated_at"),
    )

    uid: Mapped[str] = mapped_column(String(255), primary_key=True)
    sequence: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    announced_ends_on: Mapped[date] = mapped_column(Date)
    is_cancelled: Mapped[bool] = mapped_column(Boolean)
    summary: Mapped[str] = mapped_column(Text)
    location: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)
    announced_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ChangeRecord(Base):
    """One entry of the forward schedule of change; `components` are slugs between spaces."""

    __tablename__ = "change_window"
    __table_args__ = (
        Index("ix_change_window_ends_at", "ends_at"),
        Index("ix_change_window_updated_at", "updated_at"),
    )

    ref: Mapped[str] = mapped_column(String(64), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    components: Mapped[str] = mapped_column(Text)
    impact: Mapped[str] = mapped_column(Text)
    has_impact: Mapped[bool] = mapped_column(Boolean)
    summary: Mapped[str] = mapped_column(Text)
    announced_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReleaseRecord(Base):
    """A Portal release; `items` is a list of `{"kind": …, "text": …}`."""

    __tablename__ = "release"
    __table_args__ = (
        Index("ix_release_state_planned_on", "state", "planned_on"),
        Index("ix_release_updated_at", "updated_at"),
    )

    ref: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    planned_on: Mapped[date] = mapped_column(Date)
    is_month_only: Mapped[bool] = mapped_column(Boolean)
    live_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    summary: Mapped[str] = mapped_column(Text)
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    announced_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
