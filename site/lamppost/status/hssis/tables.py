"""HSSIs, the components they name, each change the log told, and rows that were not taken in."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lamppost.status.tables import COUNTER
from postmaster.store import Base, UtcDateTime


class HssiRecord(Base):
    """One HSSI as the log tells it now; open while `resolved_at` is null."""

    __tablename__ = "hssi"
    __table_args__ = (
        Index("ix_hssi_resolved_at_raised_at", "resolved_at", "raised_at"),
        Index("ix_hssi_raised_at_ref", "raised_at", "ref"),
    )

    ref: Mapped[str] = mapped_column(String(64), primary_key=True)
    source: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(Text)
    severity: Mapped[int] = mapped_column(Integer)
    impact: Mapped[str] = mapped_column(Text)
    urgency: Mapped[str] = mapped_column(Text)
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(64))
    summary: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updates: Mapped[int] = mapped_column(Integer)  # the number of the last update


class HssiComponent(Base):
    """A component an HSSI names."""

    __tablename__ = "hssi_component"
    __table_args__ = (Index("ix_hssi_component_component", "component"),)

    ref: Mapped[str] = mapped_column(ForeignKey("hssi.ref"), primary_key=True)
    component: Mapped[str] = mapped_column(ForeignKey("component.slug"), primary_key=True)


class HssiChange(Base):
    """One change of an HSSI as the log told it; never changed afterwards."""

    __tablename__ = "hssi_update"
    __table_args__ = (Index("ix_hssi_update_at", "at"),)

    ref: Mapped[str] = mapped_column(ForeignKey("hssi.ref"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    severity: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text)


class QuarantinedRecord(Base):
    """A row that was not taken in; replaced whenever its source is imported again."""

    __tablename__ = "quarantined_row"
    __table_args__ = (Index("ix_quarantined_row_source", "source"),)

    row_id: Mapped[int] = mapped_column(COUNTER, primary_key=True)
    source: Mapped[str] = mapped_column(String(200))
    line: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Text)
    raw: Mapped[str] = mapped_column(Text)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
