"""BCDR windows, planned changes, Portal releases and known issues, and what was said of each."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, Integer, String, Text
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
    # When its present first day was announced; null: never moved since `announced_at`.
    dates_announced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    source: Mapped[str] = mapped_column(String(200), default="panel")  # or the calendar's probe
    missing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)  # its calendar dropped it
    expects_impact: Mapped[bool] = mapped_column(Boolean, default=True)
    outcome: Mapped[str] = mapped_column(Text, default="")
    despite: Mapped[str] = mapped_column(Text, default="")  # why it stands despite conflicts
    version: Mapped[int] = mapped_column(Integer, default=1)


class ParticipationRecord(Base):
    """Whether an organisation takes part in a BCDR test, by its own word."""

    __tablename__ = "bcdr_participation"
    __table_args__ = (Index("ix_bcdr_participation_organisation", "organisation"),)

    uid: Mapped[str] = mapped_column(ForeignKey("bcdr_window.uid"), primary_key=True)
    organisation: Mapped[str] = mapped_column(ForeignKey("organisation.ods_code"), primary_key=True)
    joins: Mapped[bool] = mapped_column(Boolean)
    note: Mapped[str] = mapped_column(Text)
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by: Mapped[str] = mapped_column(String(80))


class ChangeRecord(Base):
    """One entry of the forward schedule of change; `components` are slugs between spaces.

    A freeze is a period in which nothing is changed.
    """

    __tablename__ = "change_window"
    __table_args__ = (
        Index("ix_change_window_ends_at", "ends_at"),
        Index("ix_change_window_updated_at", "updated_at"),
        Index("ix_change_window_series", "series"),
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
    dates_announced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(16), default="change")  # or freeze
    effects: Mapped[dict[str, str] | None] = mapped_column(JSON)  # slug to none, slow or down
    is_cancelled: Mapped[bool] = mapped_column(Boolean, default=False)
    series: Mapped[str | None] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(Text, default="")
    despite: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(Integer, default=1)


class ChangeSeries(Base):
    """A change that comes again; the worker puts its times on the schedule as they draw near."""

    __tablename__ = "change_series"

    ref: Mapped[str] = mapped_column(String(40), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    first_on: Mapped[date] = mapped_column(Date)
    starts: Mapped[str] = mapped_column(String(5))  # on the wall in London: 22:00
    ends: Mapped[str] = mapped_column(String(5))
    rule: Mapped[str] = mapped_column(String(200))
    until_on: Mapped[date | None] = mapped_column(Date)
    effects: Mapped[dict[str, str]] = mapped_column(JSON)
    impact: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text)
    scheduled_to: Mapped[date | None] = mapped_column(Date)  # on the schedule up to this day
    is_ended: Mapped[bool] = mapped_column(Boolean)
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
    rolled_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    features: Mapped[list[str] | None] = mapped_column(JSON)  # what its go-live switches
    version: Mapped[int] = mapped_column(Integer, default=1)


class KnownIssueRecord(Base):
    """Something that does not work and is no incident; open while `closed_on` is null."""

    __tablename__ = "known_issue"
    __table_args__ = (
        Index("ix_known_issue_closed_on_product", "closed_on", "product"),
        Index("ix_known_issue_updated_at", "updated_at"),
    )

    ref: Mapped[str] = mapped_column(String(64), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    product: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(Text)
    workaround: Mapped[str] = mapped_column(Text)
    affected: Mapped[str] = mapped_column(Text)  # versions or groups of people
    opened_on: Mapped[date] = mapped_column(Date)
    reviewed_on: Mapped[date] = mapped_column(Date)
    closed_on: Mapped[date | None] = mapped_column(Date)
    fixed_in: Mapped[str | None] = mapped_column(String(64))  # the release's reference
    announced_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)


class PlanHistory(Base):
    """What was said of a window, change, release or known issue; never changed afterwards."""

    __tablename__ = "plan_history"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    ref: Mapped[str] = mapped_column(String(255), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    words: Mapped[str] = mapped_column(Text)
    said_by: Mapped[str] = mapped_column(String(80))
