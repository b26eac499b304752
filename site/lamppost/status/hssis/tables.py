"""HSSIs, the components they name, each text of them, and rows that were not taken in."""

from datetime import datetime

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import ROW_ID, Base, UtcDateTime


class HssiRecord(Base):
    """One HSSI as the log or its operators tell it now; open while `resolved_at` is null.

    Every row holds in the guards; only those with `published_at` are there for readers.
    """

    __tablename__ = "hssi"
    __table_args__ = (
        Index("ix_hssi_resolved_at_raised_at", "resolved_at", "raised_at"),
        Index("ix_hssi_raised_at_ref", "raised_at", "ref"),
        Index("ix_hssi_kind_taken_down_at", "kind", "taken_down_at"),
        Index("ix_hssi_origin", "origin"),
    )

    ref: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), default="fault")
    origin: Mapped[str] = mapped_column(String(16), default="log")  # log, person or probe
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
    version: Mapped[int] = mapped_column(Integer, default=1)  # goes up with every write
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # null: not yet, no reader
    next_update_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    holding_by: Mapped[str | None] = mapped_column(String(80))  # who published a holding statement
    review_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # of that statement
    reopened: Mapped[int] = mapped_column(Integer, default=0)
    taken_down_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # of a security notice
    overlay: Mapped[str] = mapped_column(Text, default="")  # ours, beside what the log says
    review: Mapped[str] = mapped_column(Text, default="")  # written once it was over
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class HssiComponent(Base):
    """A component an HSSI names."""

    __tablename__ = "hssi_component"
    __table_args__ = (Index("ix_hssi_component_component", "component"),)

    ref: Mapped[str] = mapped_column(ForeignKey("hssi.ref"), primary_key=True)
    component: Mapped[str] = mapped_column(ForeignKey("component.slug"), primary_key=True)


class HssiChange(Base):
    """One change of an HSSI as it was published; never changed afterwards."""

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
    components: Mapped[list[str] | None] = mapped_column(JSON)  # null: told before it was kept
    next_update_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class HssiInterval(Base):
    """How an HSSI affected a component from one moment to another; open while `ended_at` is null.

    Opened and closed by updates; `state` is what it lifts the component to.
    """

    __tablename__ = "hssi_interval"
    __table_args__ = (
        Index("ix_hssi_interval_component_ended_at", "component", "ended_at"),
        Index("ix_hssi_interval_ref", "ref"),
    )

    interval_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    ref: Mapped[str] = mapped_column(ForeignKey("hssi.ref"))
    component: Mapped[str] = mapped_column(ForeignKey("component.slug"))
    state: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class HssiDraft(Base):
    """The next text of an HSSI, before it is published; kept afterwards as it was decided on."""

    __tablename__ = "hssi_draft"
    __table_args__ = (Index("ix_hssi_draft_ref_decision", "ref", "decision"),)

    draft_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    ref: Mapped[str] = mapped_column(ForeignKey("hssi.ref"))
    purpose: Mapped[str] = mapped_column(String(16))  # update, reopening, review, note
    seen_version: Mapped[int] = mapped_column(Integer)  # what it was written against
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(64))
    impact: Mapped[int] = mapped_column(Integer)
    urgency: Mapped[int] = mapped_column(Integer)
    components: Mapped[list[str]] = mapped_column(JSON)
    next_update_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    publish_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # not before
    template: Mapped[str | None] = mapped_column(String(64))  # of a holding statement
    prepared_by: Mapped[str] = mapped_column(String(80))
    prepared_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approved_by: Mapped[str | None] = mapped_column(String(80))
    decision: Mapped[str] = mapped_column(String(16))  # waiting, published, dropped
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class HssiTemplate(Base):
    """Words prepared beforehand; a holding statement once somebody else has approved it."""

    __tablename__ = "hssi_template"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text)
    is_holding: Mapped[bool] = mapped_column(Boolean)
    written_by: Mapped[str] = mapped_column(String(80))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approved_by: Mapped[str | None] = mapped_column(String(80))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class HssiProposal(Base):
    """Probes are red and no HSSI is open: one proposal, with the evidence, for all of them."""

    __tablename__ = "hssi_proposal"
    __table_args__ = (Index("ix_hssi_proposal_decision", "decision", "decided_at"),)

    proposal_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    red_since: Mapped[datetime] = mapped_column(UtcDateTime)
    components: Mapped[list[str]] = mapped_column(JSON)
    evidence: Mapped[str] = mapped_column(Text)
    decision: Mapped[str] = mapped_column(String(16))  # waiting, raised, dismissed, over
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    ref: Mapped[str | None] = mapped_column(String(64))


class QuarantinedRecord(Base):
    """A row that was not taken in; replaced whenever its source is imported again."""

    __tablename__ = "quarantined_row"
    __table_args__ = (Index("ix_quarantined_row_source", "source"),)

    row_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    source: Mapped[str] = mapped_column(String(200))
    line: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Text)
    raw: Mapped[str] = mapped_column(Text)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
