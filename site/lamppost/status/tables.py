"""Components, probes, their readings, what these amount to, and what the probes remember."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import ROW_ID, Base, UtcDateTime

# SQLite counts up by itself only in a column that is exactly INTEGER.


class Component(Base):
    """One line of the status page; no longer current when the definitions dropped it."""

    __tablename__ = "component"

    slug: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    group_name: Mapped[str] = mapped_column(String(200))
    position: Mapped[int] = mapped_column(Integer)
    is_current: Mapped[bool] = mapped_column(Boolean)
    added_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # null: never measured since
    mail_path: Mapped[str | None] = mapped_column(String(16))  # which mail goes through it
    days: Mapped[str] = mapped_column(Text)  # the last 90, packed by days.py
    overlays: Mapped[str] = mapped_column(Text)  # what lay over them when they were summed


class Probe(Base):
    """What the definitions say of a probe, as far as judging its readings needs it."""

    __tablename__ = "probe"
    __table_args__ = (Index("ix_probe_component", "component"),)

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    component: Mapped[str | None] = mapped_column(ForeignKey("component.slug"))
    network: Mapped[str] = mapped_column(String(16))
    interval_s: Mapped[int] = mapped_column(Integer)
    slow_above: Mapped[float | None] = mapped_column(Float)
    slow_below: Mapped[float | None] = mapped_column(Float)
    lost_after: Mapped[float | None] = mapped_column(Float)
    is_current: Mapped[bool] = mapped_column(Boolean)


class Reading(Base):
    """One look, as it was; never changed. Storing the same key twice stores it once."""

    __tablename__ = "reading"
    __table_args__ = (
        UniqueConstraint("probe", "key"),
        Index("ix_reading_probe_taken_at", "probe", "taken_at"),
        Index("ix_reading_taken_at", "taken_at"),
    )

    reading_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    probe: Mapped[str] = mapped_column(ForeignKey("probe.name"))
    key: Mapped[str] = mapped_column(Text)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(16))
    value: Mapped[float | None] = mapped_column(Float)
    unit: Mapped[str | None] = mapped_column(String(16))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


class AppliedPolicy(Base):
    """A policy that was put in force; the newest holds, and without any the one that ships."""

    __tablename__ = "status_policy"
    __table_args__ = (Index("ix_status_policy_applied_at", "applied_at"),)

    version: Mapped[str] = mapped_column(String(32), primary_key=True)
    numbers: Mapped[dict[str, Any]] = mapped_column(JSON)
    applied_at: Mapped[datetime] = mapped_column(UtcDateTime)
    applied_by: Mapped[str] = mapped_column(String(80))


class ProbeStanding(Base):
    """What all readings of a probe amount to; `fold` is what folding on needs, packed."""

    __tablename__ = "probe_state"

    probe: Mapped[str] = mapped_column(ForeignKey("probe.name"), primary_key=True)
    policy_version: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16))
    since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text)
    last_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    delay: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # DelaySummary, of relay probes
    fold: Mapped[dict[str, Any]] = mapped_column(JSON)


class ProbeSpan(Base):
    """A state of a probe from one moment to another; see timeline.py."""

    __tablename__ = "probe_span"
    __table_args__ = (Index("ix_probe_span_probe_ended_at", "probe", "ended_at"),)

    span_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    probe: Mapped[str] = mapped_column(ForeignKey("probe.name"))
    state: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime)


class HourRollup(Base):
    """One hour (UTC) of a probe in counts and a histogram of delays; see hours.py."""

    __tablename__ = "hour_rollup"

    probe: Mapped[str] = mapped_column(ForeignKey("probe.name"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    ok: Mapped[int] = mapped_column(Integer)
    failed: Mapped[int] = mapped_column(Integer)
    unknown: Mapped[int] = mapped_column(Integer)
    slow: Mapped[int] = mapped_column(Integer)
    longest: Mapped[float | None] = mapped_column(Float)
    histogram: Mapped[dict[str, int]] = mapped_column(JSON)


class DayRollup(Base):
    """One London day of a component: its worst state and the seconds spent in each.

    `unmeasured` and `excused` are parts of them by state: what only an HSSI spoke for, and what
    lay in maintenance that was announced in time.
    """

    __tablename__ = "day_rollup"

    component: Mapped[str] = mapped_column(ForeignKey("component.slug"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    operational_s: Mapped[int] = mapped_column(Integer)
    degraded_s: Mapped[int] = mapped_column(Integer)
    partial_s: Mapped[int] = mapped_column(Integer)
    outage_s: Mapped[int] = mapped_column(Integer)
    maintenance_s: Mapped[int] = mapped_column(Integer)
    unknown_s: Mapped[int] = mapped_column(Integer)
    unmeasured: Mapped[dict[str, int]] = mapped_column(JSON)
    excused: Mapped[dict[str, int]] = mapped_column(JSON)


class ExpectedMail(Base):
    """A probe mail that left or was about to: expected, accepted, lost, settled."""

    __tablename__ = "expected_mail"
    __table_args__ = (Index("ix_expected_mail_probe_state", "probe", "state", "sent_at"),)

    token: Mapped[str] = mapped_column(String(128), primary_key=True)
    probe: Mapped[str] = mapped_column(String(64))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(16))


class JournalState(Base):
    """What a probe remembers under a key, such as the ETag of the log it read last."""

    __tablename__ = "journal_state"

    probe: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
