"""Lists, who owns and is on them, what was asked for and by whom it was approved. All kept."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import FOLDED_KEY, ROW_ID, Base, UtcDateTime


def _list() -> ForeignKey:
    return ForeignKey("distribution_list.list_id")


def _account() -> ForeignKey:
    return ForeignKey("account.account_id")


class DistributionList(Base):
    """One list. What it is in force: a change that waits for approval is kept beside it.

    `condition` is the rule of a dynamic list as text. `recipients` is what it reached when it was
    last counted, at `counted_at`; what it reaches is always asked anew. `is_large` says that a
    tenant administrator approved of what is in force.
    """

    __tablename__ = "distribution_list"
    __table_args__ = (
        Index("ix_distribution_list_address_key_list_id", "address_key", "list_id"),
        # What was rejected has its address no longer.
        Index(
            "ix_distribution_list_address_key",
            "address_key",
            unique=True,
            sqlite_where=text("status <> 'rejected'"),
            postgresql_where=text("status <> 'rejected'"),
        ),
        Index("ix_distribution_list_organisation_address_key", "organisation", "address_key"),
    )

    list_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    organisation: Mapped[str] = mapped_column(String(32), ForeignKey("organisation.ods_code"))
    name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(254))
    address_key: Mapped[str] = mapped_column(FOLDED_KEY)
    description: Mapped[str] = mapped_column(Text)
    is_hidden: Mapped[bool] = mapped_column(Boolean)
    condition: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16))
    status_since: Mapped[datetime] = mapped_column(UtcDateTime)
    status_why: Mapped[str | None] = mapped_column(Text)
    is_large: Mapped[bool] = mapped_column(Boolean, default=False)
    recipients: Mapped[int] = mapped_column(Integer, default=0)
    counted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(80))
    revision: Mapped[int] = mapped_column(Integer, default=0)


class ActivePeriod(Base):
    """A list was active from a moment, up to and not with another; open while `to_at` is null."""

    __tablename__ = "list_active_period"
    __table_args__ = (Index("ix_list_active_period_list_id", "list_id"),)

    period_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    list_id: Mapped[int] = mapped_column(_list())
    from_at: Mapped[datetime] = mapped_column(UtcDateTime)
    to_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ListMember(Base):
    """Who is on a static list: one of an account, another list, or an address outside.

    Ended, never deleted. What becomes of an account ends nothing here: a deleted account is reached
    by nothing and given nothing, and once it is restored it is on its lists as before.
    """

    __tablename__ = "list_member"
    __table_args__ = (
        Index("ix_list_member_list_id_ended_at", "list_id", "ended_at"),
        Index("ix_list_member_account_id_ended_at", "account_id", "ended_at"),
        Index("ix_list_member_nested_id_ended_at", "nested_id", "ended_at"),
    )

    member_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    list_id: Mapped[int] = mapped_column(_list())
    account_id: Mapped[int | None] = mapped_column(_account())
    nested_id: Mapped[int | None] = mapped_column(_list())
    external: Mapped[str | None] = mapped_column(String(254))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by: Mapped[str] = mapped_column(String(80))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(String(80))


class ListOwner(Base):
    """Who answers for a list; ended, never deleted."""

    __tablename__ = "list_owner"
    __table_args__ = (
        Index("ix_list_owner_list_id_ended_at", "list_id", "ended_at"),
        Index("ix_list_owner_account_id_ended_at", "account_id", "ended_at"),
    )

    owner_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    list_id: Mapped[int] = mapped_column(_list())
    account_id: Mapped[int] = mapped_column(_account())
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ListSender(Base):
    """An address that may send to a list, where not everybody may."""

    __tablename__ = "list_sender"
    __table_args__ = (Index("ix_list_sender_list_id_ended_at", "list_id", "ended_at"),)

    sender_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    list_id: Mapped[int] = mapped_column(_list())
    address_key: Mapped[str] = mapped_column(String(254))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ListChange(Base):
    """What somebody asked a list to become; `wanted` is all of it, applied word for word or not.

    `before` and `after` are the recipients when it was asked for.
    """

    __tablename__ = "list_change"
    __table_args__ = (
        Index("ix_list_change_list_id_state", "list_id", "state"),
        Index("ix_list_change_state", "state"),
    )

    change_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    list_id: Mapped[int] = mapped_column(_list())
    kind: Mapped[str] = mapped_column(String(16))
    wanted: Mapped[str] = mapped_column(Text)
    before: Mapped[int] = mapped_column(Integer)
    after: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(16))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(String(80))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_why: Mapped[str | None] = mapped_column(Text)


class ListApproval(Base):
    """One approval a change needs: whose, and once given or refused by whom, when and why."""

    __tablename__ = "list_approval"
    __table_args__ = (
        Index("ix_list_approval_change_id", "change_id"),
        Index("ix_list_approval_decided_at_organisation", "decided_at", "organisation"),
    )

    approval_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("list_change.change_id"))
    seat: Mapped[str] = mapped_column(String(16))
    organisation: Mapped[str | None] = mapped_column(String(32))
    is_given: Mapped[bool | None] = mapped_column(Boolean)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    why: Mapped[str | None] = mapped_column(Text)
