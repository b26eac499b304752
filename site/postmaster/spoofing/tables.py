"""Stages, exceptions, relays, and the register of who spoofs whom and who receives it."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import ROW_ID, Base, UtcDateTime


class SpoofStage(Base):
    """A row of the policy: proposed by one person, approved by another, held by its dates.

    `kind` None: for the kinds that follow the stage. `from_at` None: to be confirmed. `digest` is
    what the approval is bound to: the row and the rehearsal it was proposed with.
    `replaces` is the row whose date this one moves.
    """

    __tablename__ = "spoof_stage"
    __table_args__ = (Index("ix_spoof_stage_state_stage_id", "state", "stage_id"),)

    stage_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    network: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str | None] = mapped_column(String(16))
    stage: Mapped[str] = mapped_column(String(8))
    action: Mapped[str | None] = mapped_column(String(8))
    from_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    to_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rolled_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rolled_back_by: Mapped[str | None] = mapped_column(String(80))
    rolled_back_why: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proposed_by: Mapped[str] = mapped_column(String(80))
    rehearsal: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_by: Mapped[str | None] = mapped_column(String(80))
    ended_why: Mapped[str | None] = mapped_column(Text)
    replaces: Mapped[int | None] = mapped_column(BigInteger)


class SpoofLeave(Base):
    """A dated exception for one pair, with its evidence; never longer than the policy lets it be.

    `evidence` is the clinical safety officer's assessment, `owner` who answers for it.
    """

    __tablename__ = "spoof_leave"
    __table_args__ = (
        Index("ix_spoof_leave_organisation_leave_id", "organisation", "leave_id"),
        Index("ix_spoof_leave_state_to_on", "state", "to_on"),
    )

    leave_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    organisation: Mapped[str] = mapped_column(String(32), ForeignKey("organisation.ods_code"))
    claimed: Mapped[str] = mapped_column(String(254))
    infrastructure: Mapped[str] = mapped_column(String(254))
    network: Mapped[str | None] = mapped_column(String(16))
    from_on: Mapped[date]
    to_on: Mapped[date]
    evidence: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(String(254))
    state: Mapped[str] = mapped_column(String(12))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(String(80))
    digest: Mapped[str] = mapped_column(String(64))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_why: Mapped[str | None] = mapped_column(Text)


class SpoofRelay(Base):
    """A registered relay: its network may send mail of its domain; ended, never deleted."""

    __tablename__ = "spoof_relay"

    relay_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    domain: Mapped[str] = mapped_column(String(254))
    network: Mapped[str] = mapped_column(String(64))
    organisation: Mapped[str] = mapped_column(String(32), ForeignKey("organisation.ods_code"))
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    registered_by: Mapped[str] = mapped_column(String(80))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SpoofPair(Base):
    """Who claims what from where: a claimed address and the infrastructure that sent it.

    `sort` is what it was found to be or what somebody said it is (`sorted_by`), `evidence` why.
    """

    __tablename__ = "spoof_pair"
    __table_args__ = (
        Index("ix_spoof_pair_claimed_infrastructure", "claimed", "infrastructure", unique=True),
        Index("ix_spoof_pair_last_seen_at_pair_id", "last_seen_at", "pair_id"),
    )

    pair_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    claimed: Mapped[str] = mapped_column(String(254))
    infrastructure: Mapped[str] = mapped_column(String(254))
    kind: Mapped[str] = mapped_column(String(16))
    network: Mapped[str] = mapped_column(String(16))
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    messages: Mapped[int] = mapped_column(Integer, default=0)
    sort: Mapped[str] = mapped_column(String(12))
    evidence: Mapped[str] = mapped_column(Text)
    sorted_by: Mapped[str | None] = mapped_column(String(80))


class SpoofDay(Base):
    """What one pair sent into one organisation on one London day.

    `messages` reached this organisation; `counted` of them are counted here and nowhere else, so
    that their sum over organisations is the number of messages. `organisation` is "" for recipients
    who have no account.
    """

    __tablename__ = "spoof_day"
    __table_args__ = (
        # In this order a rehearsal reads one range after another and sorts nothing.
        Index(
            "ix_spoof_day_network_pair_id", "network", "pair_id", "kind", "on_day",
            "counted", "organisation",
        ),
        Index("ix_spoof_day_organisation_network", "organisation", "network", "kind", "on_day"),
    )  # fmt: skip

    pair_id: Mapped[int] = mapped_column(
        ForeignKey("spoof_pair.pair_id"), primary_key=True, autoincrement=False
    )
    on_day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    network: Mapped[str] = mapped_column(String(16), primary_key=True)
    organisation: Mapped[str] = mapped_column(String(32), primary_key=True)
    action: Mapped[str] = mapped_column(String(8), primary_key=True)
    messages: Mapped[int] = mapped_column(Integer)
    counted: Mapped[int] = mapped_column(Integer)


class SpoofSighting(Base):
    """One message as the milter judged it: the exact log of enforcement, kept for a while.

    `action` was asked of the mail server; `is_taken` once it went on after the answer; `outcome`
    what its own log says became of the queue id.
    """

    __tablename__ = "spoof_sighting"
    __table_args__ = (
        Index("ix_spoof_sighting_record", "record", unique=True),
        Index("ix_spoof_sighting_pair_id_received_at", "pair_id", "received_at"),
        Index("ix_spoof_sighting_received_at", "received_at"),
        Index("ix_spoof_sighting_queue_id", "queue_id"),
        Index("ix_spoof_sighting_notice_received_at", "notice", "received_at"),
        Index("ix_spoof_sighting_is_contradicted", "is_contradicted"),
    )

    sighting_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    record: Mapped[str] = mapped_column(String(40))
    pair_id: Mapped[int] = mapped_column(ForeignKey("spoof_pair.pair_id"))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    queue_id: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(16))
    network: Mapped[str] = mapped_column(String(16))
    stage: Mapped[str] = mapped_column(String(8))
    action: Mapped[str] = mapped_column(String(8))
    reasons: Mapped[str] = mapped_column(Text)
    leave: Mapped[str | None] = mapped_column(String(40))
    policy_version: Mapped[str] = mapped_column(String(80))
    is_taken: Mapped[bool] = mapped_column(Boolean, default=False)
    outcome: Mapped[str | None] = mapped_column(String(12))
    is_contradicted: Mapped[bool] = mapped_column(Boolean, default=False)
    notice: Mapped[str] = mapped_column(String(8))


class SpoofRecipient(Base):
    """Whom a message was for; personal, and gone with its sighting."""

    __tablename__ = "spoof_recipient"
    __table_args__ = (Index("ix_spoof_recipient_organisation", "organisation", "sighting_id"),)

    sighting_id: Mapped[int] = mapped_column(
        ForeignKey("spoof_sighting.sighting_id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    address_key: Mapped[str] = mapped_column(String(254), primary_key=True)
    organisation: Mapped[str] = mapped_column(String(32))


class SpoofWayOut(Base):
    """How one organisation wants a pair to stop spoofing, and how far that has come."""

    __tablename__ = "spoof_way_out"
    __table_args__ = (
        Index("ix_spoof_way_out_pair_id", "pair_id", "organisation"),
        Index("ix_spoof_way_out_organisation_state", "organisation", "state"),
    )

    way_out_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    pair_id: Mapped[int] = mapped_column(ForeignKey("spoof_pair.pair_id"))
    organisation: Mapped[str] = mapped_column(String(32), ForeignKey("organisation.ods_code"))
    way: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(String(80))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(String(80))


class SpoofNotices(Base):
    """How one organisation's recipients hear of blocked mail; no row means once a day."""

    __tablename__ = "spoof_notices"

    ods_code: Mapped[str] = mapped_column(
        String(32), ForeignKey("organisation.ods_code"), primary_key=True
    )
    manner: Mapped[str] = mapped_column(String(8))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(String(80))
