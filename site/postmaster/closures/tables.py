"""Outcomes for many accounts, account by account."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import ROW_ID, Base, UtcDateTime


class ClosurePlan(Base):
    """One outcome for one or many accounts of an organisation that closes.

    `target` is where a transfer goes, `owner_id` who keeps what is kept, when one was named.
    `is_national`: whoever decided may end roles anywhere. `checkpoint` is the last account of the
    last finished chunk.
    """

    __tablename__ = "closure_plan"
    __table_args__ = (
        Index("ix_closure_plan_organisation_plan_id", "organisation", "plan_id"),
        Index("ix_closure_plan_state", "state"),
    )

    plan_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    organisation: Mapped[str] = mapped_column(String(32), ForeignKey("organisation.ods_code"))
    outcome: Mapped[str] = mapped_column(String(16))
    target: Mapped[str | None] = mapped_column(String(32))
    owner_id: Mapped[int | None] = mapped_column(BigInteger)
    is_national: Mapped[bool] = mapped_column(Boolean)
    state: Mapped[str] = mapped_column(String(16))
    state_note: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(80))
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undo_until: Mapped[date | None]
    policy_version: Mapped[str] = mapped_column(String(80))
    checkpoint: Mapped[int] = mapped_column(BigInteger)


class ClosureItem(Base):
    """One account of a plan. `revision` is the account's once it was done: what an undo compares.

    `target` is the organisation it goes to, if it goes anywhere.
    """

    __tablename__ = "closure_item"
    __table_args__ = (
        Index("ix_closure_item_plan_id_state_account_id", "plan_id", "state", "account_id"),
        Index("ix_closure_item_account_id", "account_id"),
    )

    plan_id: Mapped[int] = mapped_column(
        ForeignKey("closure_plan.plan_id"), primary_key=True, autoincrement=False
    )
    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.account_id"), primary_key=True, autoincrement=False
    )
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    why: Mapped[str | None] = mapped_column(String(16))
    target: Mapped[str | None] = mapped_column(String(32))
    revision: Mapped[int | None]


class ContainerMove(Base):
    """One account on its way into a container: asked for, left, joined; each step kept.

    `from_organisation` stays the account's sponsor. `target` is the container or an organisation
    of it. `marked_on` is the London day the leaver's clock began, `tries` how often it was begun.
    `new_address` is the one it has after joining; the old one then receives until `alias_until`.
    """

    __tablename__ = "container_move"
    __table_args__ = (
        Index("ix_container_move_account_id", "account_id"),
        Index("ix_container_move_from_organisation_state", "from_organisation", "state"),
        Index("ix_container_move_target_state", "target", "state"),
    )

    move_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.account_id"))
    from_organisation: Mapped[str] = mapped_column(String(32))
    target: Mapped[str] = mapped_column(String(32))
    new_address: Mapped[str | None] = mapped_column(String(254))
    why: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(String(80))
    marked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    marked_by: Mapped[str | None] = mapped_column(String(80))
    due_on: Mapped[date | None]
    joined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    joined_by: Mapped[str | None] = mapped_column(String(80))
    alias_until: Mapped[date | None]
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(String(80))
    ended_why: Mapped[str | None] = mapped_column(Text)
    tries: Mapped[int]
