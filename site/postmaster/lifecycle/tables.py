"""Batches and their members, modes of organisations, the kill switch, the evidence of use."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import ROW_ID, Base, UtcDateTime


def _partial(column: str, *, unique: bool = False) -> Index:
    """An index of the members that have something in a column."""
    where = text(f"{column} IS NOT NULL")
    return Index(
        f"ix_lifecycle_batch_item_{column}", column, unique=unique, sqlite_where=where,
        postgresql_where=where,
    )  # fmt: skip


class LifecycleBatch(Base):
    """One run over many accounts, from its draft until it can no longer be undone.

    `cut_off` narrows a run to those whose status began before that London day. `run_on` is the
    earliest day anything of it is done. `rule` are the words of the rule and the cut-offs it was
    frozen with, `frozen_hash` the digest of those and of every member: an approval is bound to it.
    `checkpoint` is the last account of the last finished chunk: of notices, the run or the undoing.
    `limit_permille` is the raised number somebody else set when a threshold was passed, with why;
    `limit_norm_percent` likewise for its largest day, `norm_percent`, against a usual one.

    `mode` is how far automation had to go where it was made by itself, None when a person made it.
    `left_out` counts as JSON who was due and is no member, by what kept them out. `ready_on` is the
    first day on which anything of it is ready, `looked_at` when its notices were last settled.
    """

    __tablename__ = "lifecycle_batch"
    __table_args__ = (Index("ix_lifecycle_batch_status_batch_id", "status", "batch_id"),)

    batch_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    reason: Mapped[str] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(String(200))
    organisation: Mapped[str | None] = mapped_column(String(32))
    cut_off: Mapped[date | None]
    run_on: Mapped[date]
    status: Mapped[str] = mapped_column(String(16))
    status_since: Mapped[datetime] = mapped_column(UtcDateTime)
    status_note: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(80))
    as_of: Mapped[datetime | None] = mapped_column(UtcDateTime)
    policy_version: Mapped[str | None] = mapped_column(String(80))
    notice_days: Mapped[int | None]
    undo_days: Mapped[int | None]
    rule: Mapped[str | None] = mapped_column(Text)
    member_count: Mapped[int] = mapped_column(Integer, default=0)
    frozen_hash: Mapped[str | None] = mapped_column(String(64))
    estate_permille: Mapped[int | None]
    tripped: Mapped[str | None] = mapped_column(Text)
    limit_permille: Mapped[int | None]
    limit_by: Mapped[str | None] = mapped_column(String(80))
    limit_why: Mapped[str | None] = mapped_column(Text)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_by: Mapped[str | None] = mapped_column(String(80))
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_by: Mapped[str | None] = mapped_column(String(80))
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undo_until: Mapped[date | None]
    undo_asked_by: Mapped[str | None] = mapped_column(String(80))
    undo_why: Mapped[str | None] = mapped_column(Text)
    undo_approved_by: Mapped[str | None] = mapped_column(String(80))
    checkpoint: Mapped[int] = mapped_column(BigInteger, default=0)
    mode: Mapped[str | None] = mapped_column(String(16))
    left_out: Mapped[str | None] = mapped_column(Text)
    norm_percent: Mapped[int | None]
    limit_norm_percent: Mapped[int | None]
    ready_on: Mapped[date | None]
    looked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BatchItem(Base):
    """One account of a batch. Members are never added after the freezing; they only leave.

    `deletes_on` is the day named in the notice; `ready_on` the first day the notice has run its
    days, known once it was accepted. `keep_key` is the digest of the token in the notice's link.

    Neither number is a foreign key: members are chosen from the accounts themselves, no account's
    or batch's row ever goes, and two look-ups for each of half a million rows cost more than all
    the rest of choosing them. No index names the state: a member then gets its next one in place,
    and what is not read by key is read with its batch. `why` is there for those who left alone.
    """

    __tablename__ = "lifecycle_batch_item"
    __table_args__ = (
        Index("ix_lifecycle_batch_item_account_id", "account_id"),
        Index("ix_lifecycle_batch_item_organisation_batch_id", "organisation", "batch_id"),
        # Nothing is written into these three until members leave and the notices are owed.
        Index(
            "ix_lifecycle_batch_item_batch_id_why",
            "batch_id",
            "why",
            sqlite_where=text("why IS NOT NULL"),
            postgresql_where=text("why IS NOT NULL"),
        ),
        _partial("keep_key", unique=True),
        _partial("message_id"),
    )

    batch_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True, autoincrement=False)
    organisation: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    why: Mapped[str | None] = mapped_column(String(32))
    deletes_on: Mapped[date]
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ready_on: Mapped[date | None]
    keep_key: Mapped[str | None] = mapped_column(String(64))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LifecycleOrganisation(Base):
    """How far automation goes in one organisation; no row means it is off and not frozen."""

    __tablename__ = "lifecycle_organisation"

    ods_code: Mapped[str] = mapped_column(
        String(32), ForeignKey("organisation.ods_code"), primary_key=True
    )
    mode: Mapped[str] = mapped_column(String(16))
    mode_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_frozen: Mapped[bool] = mapped_column(Boolean)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(String(80))
    why: Mapped[str] = mapped_column(Text)


class LifecycleSwitch(Base):
    """The kill switch: one row, read in the transaction of every chunk. No row: not stopped."""

    __tablename__ = "lifecycle_switch"

    switch_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    is_stopped: Mapped[bool] = mapped_column(Boolean)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(String(80))
    why: Mapped[str] = mapped_column(Text)


class ActivityEvidence(Base):
    """How much use one source told of for one London day, and when it did."""

    __tablename__ = "activity_evidence"

    source: Mapped[str] = mapped_column(String(16), primary_key=True)
    on_day: Mapped[date] = mapped_column(primary_key=True)
    volume: Mapped[int] = mapped_column(BigInteger)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PilotRequest(Base):
    """A wish for one step more of automation, decided by somebody else, or withdrawn.

    `digest` covers the organisations, the mode and the reason; `evidence` are the figures as they
    were when it was asked.
    """

    __tablename__ = "pilot_request"
    __table_args__ = (
        Index("ix_pilot_request_status_request_id", "status", "request_id"),
        Index("ix_pilot_request_ods_code", "ods_code"),
    )

    request_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    ods_code: Mapped[str] = mapped_column(String(32), ForeignKey("organisation.ods_code"))
    with_below: Mapped[bool] = mapped_column(Boolean)
    from_mode: Mapped[str] = mapped_column(String(16))
    wanted: Mapped[str] = mapped_column(String(16))
    organisations: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(64))
    evidence: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(String(80))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_why: Mapped[str | None] = mapped_column(Text)


class ShadowItem(Base):
    """An account a batch would have taken where automation only looks, and what became of it.

    `why` is what showed that it was needed, or `stood` once its days ran and nothing had.
    """

    __tablename__ = "lifecycle_shadow"
    __table_args__ = (
        Index("ix_lifecycle_shadow_organisation_settled_on", "organisation", "settled_on"),
        Index("ix_lifecycle_shadow_reason_settled_on", "reason", "settled_on"),
    )

    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.account_id"), primary_key=True, autoincrement=False
    )
    reason: Mapped[str] = mapped_column(String(32), primary_key=True)
    seen_on: Mapped[date] = mapped_column(primary_key=True)
    organisation: Mapped[str] = mapped_column(String(32))
    runs_on: Mapped[date]
    settled_on: Mapped[date | None]
    why: Mapped[str | None] = mapped_column(String(32))


class LifecycleNight(Base):
    """What came of the sweep of one London day, mode and reason; `held` is what held it back."""

    __tablename__ = "lifecycle_night"

    on_day: Mapped[date] = mapped_column(primary_key=True)
    mode: Mapped[str] = mapped_column(String(16), primary_key=True)
    reason: Mapped[str] = mapped_column(String(32), primary_key=True)
    batch_id: Mapped[int | None] = mapped_column(BigInteger)
    accounts: Mapped[int] = mapped_column(Integer)
    held: Mapped[str | None] = mapped_column(Text)
    is_done: Mapped[bool] = mapped_column(Boolean)
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LifecycleDay(Base):
    """How many accounts of an organisation batches deleted on a London day, undone or not."""

    __tablename__ = "lifecycle_day"
    __table_args__ = (Index("ix_lifecycle_day_on_day", "on_day"),)

    organisation: Mapped[str] = mapped_column(String(32), primary_key=True)
    on_day: Mapped[date] = mapped_column(primary_key=True)
    deleted: Mapped[int] = mapped_column(Integer)
