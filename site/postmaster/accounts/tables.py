"""Accounts, their history, and what hangs on them."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import FOLDED_KEY, ROW_ID, Base, UtcDateTime


def _account() -> ForeignKey:
    return ForeignKey("account.account_id")


class Account(Base):
    """One mailbox and its owner's right to it. The row stays when it is purged: a tombstone.

    `status_since` is None where an imported row could not say. `prior_status` is where a leaver,
    a disabled or a deleted account came from, and where cancelling takes it back to.
    `counted_from` is the latest of creation, approval, restore and a wish to keep it: what idleness
    is counted from at the earliest. `idle_since` is the latest of that and of all activity that
    counts by the policy in force; the raw moments stay beside it, because another policy counts
    others. `spared_until` is the memory of a correction: until then no sweep takes the account.
    `hold_count` is the number of holds in force, `batch_id` the open batch it is a member of.
    `revision` grows with every change, so that an undo knows what was changed since.
    """

    __tablename__ = "account"
    __table_args__ = (
        Index("ix_account_address_key", "address_key", unique=True),
        Index("ix_account_name_key_account_id", "name_key", "account_id"),
        # A page of one organisation is read by it; names are looked for among its own, and sorted:
        # one more index by name would be a third of all that a deletion has to write.
        Index("ix_account_organisation_address_key", "organisation", "address_key"),
        Index(
            "ix_account_organisation_external_id",
            "organisation",
            "external_id",
            sqlite_where=text("external_id IS NOT NULL"),
            postgresql_where=text("external_id IS NOT NULL"),
        ),
        # A query must repeat `status <> 'active'` for SQLite to take the first, and say
        # `status = 'active'` for the second.
        Index(
            "ix_account_status_status_since",
            "status",
            "status_since",
            sqlite_where=text("status <> 'active'"),
            postgresql_where=text("status <> 'active'"),
        ),
        Index(
            "ix_account_idle_since",
            "idle_since",
            sqlite_where=text("status = 'active'"),
            postgresql_where=text("status = 'active'"),
        ),
    )

    account_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    address: Mapped[str] = mapped_column(String(254))
    address_key: Mapped[str] = mapped_column(FOLDED_KEY)
    name: Mapped[str] = mapped_column(String(256))
    name_key: Mapped[str] = mapped_column(FOLDED_KEY)
    kind: Mapped[str] = mapped_column(String(16))
    organisation: Mapped[str] = mapped_column(String(32), ForeignKey("organisation.ods_code"))
    sponsor: Mapped[str | None] = mapped_column(String(32))
    external_id: Mapped[str | None] = mapped_column(String(64))
    job_title: Mapped[str | None] = mapped_column(String(100))
    mobile: Mapped[str | None] = mapped_column(String(20))
    owner_id: Mapped[int | None] = mapped_column(BigInteger)
    is_service: Mapped[bool] = mapped_column(Boolean, default=False)
    status: Mapped[str] = mapped_column(String(16))
    status_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    prior_status: Mapped[str | None] = mapped_column(String(16))
    reason_code: Mapped[str | None] = mapped_column(String(32))
    policy_version: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_sign_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_password_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    counted_from: Mapped[datetime] = mapped_column(UtcDateTime)
    idle_since: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_until: Mapped[date | None]
    sign_in_blocked: Mapped[bool] = mapped_column(Boolean, default=False)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    spared_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    operation: Mapped[str | None] = mapped_column(String(16))
    operation_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    hold_count: Mapped[int] = mapped_column(Integer, default=0)
    batch_id: Mapped[int | None] = mapped_column(BigInteger)
    revision: Mapped[int] = mapped_column(Integer, default=0)


class AccountChange(Base):
    """One transition or move, with what stood before it: the history, and what an undo reads.

    `batch_id` is the batch of the lifecycle, `plan_id` the outcome of a closing that did it. The
    six `before_` columns are the row as it was; `revision` is the account's after the change.
    `account_id` is no foreign key: a row is written from the account itself in the transaction that
    changes it, no account's row ever goes, and the look-up cost a third of writing the history.
    """

    __tablename__ = "account_change"
    __table_args__ = (
        Index("ix_account_change_account_id_change_id", "account_id", "change_id"),
        Index("ix_account_change_batch_id_account_id", "batch_id", "account_id"),
        # Few changes are of a closing: the others write nothing into it.
        Index(
            "ix_account_change_plan_id_account_id",
            "plan_id",
            "account_id",
            sqlite_where=text("plan_id IS NOT NULL"),
            postgresql_where=text("plan_id IS NOT NULL"),
        ),
    )

    change_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    account_id: Mapped[int] = mapped_column(ROW_ID)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(32))
    to_status: Mapped[str] = mapped_column(String(16))
    to_organisation: Mapped[str] = mapped_column(String(32))
    reason_code: Mapped[str | None] = mapped_column(String(32))
    policy_version: Mapped[str | None] = mapped_column(String(80))
    before_status: Mapped[str | None] = mapped_column(String(16))
    before_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    before_prior: Mapped[str | None] = mapped_column(String(16))
    before_reason: Mapped[str | None] = mapped_column(String(32))
    before_version: Mapped[str | None] = mapped_column(String(80))
    before_organisation: Mapped[str | None] = mapped_column(String(32))
    batch_id: Mapped[int | None] = mapped_column(BigInteger)
    plan_id: Mapped[int | None] = mapped_column(BigInteger)
    revision: Mapped[int] = mapped_column(Integer)


class AccountHold(Base):
    """Why an account must not go, whoever asks; lifted, never deleted. `reason` is personal."""

    __tablename__ = "account_hold"
    __table_args__ = (
        Index("ix_account_hold_account_id", "account_id"),
        Index("ix_account_hold_lifted_at_review_on", "lifted_at", "review_on"),
    )

    hold_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    account_id: Mapped[int] = mapped_column(_account())
    kind: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
    review_on: Mapped[date]
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    placed_by: Mapped[str] = mapped_column(String(80))
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lifted_by: Mapped[str | None] = mapped_column(String(80))


class MailboxMember(Base):
    """Who owns or uses a shared mailbox; ended, never deleted, so that a restore brings it back.

    `ended_by_batch` is the batch whose deletion detached it, `ended_reason` why otherwise.
    """

    __tablename__ = "mailbox_member"
    __table_args__ = (
        Index("ix_mailbox_member_mailbox_id_ended_at", "mailbox_id", "ended_at"),
        Index("ix_mailbox_member_account_id_ended_at", "account_id", "ended_at"),
        Index("ix_mailbox_member_ended_by_batch", "ended_by_batch"),
        # Who is the last owner of what is asked of every account that is due.
        Index(
            "ix_mailbox_member_mailbox_id_account_id",
            "mailbox_id",
            "account_id",
            sqlite_where=text("ended_at IS NULL AND role = 'owner'"),
            postgresql_where=text("ended_at IS NULL AND role = 'owner'"),
        ),
    )

    member_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    mailbox_id: Mapped[int] = mapped_column(_account())
    account_id: Mapped[int] = mapped_column(_account())
    role: Mapped[str] = mapped_column(String(8))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_reason: Mapped[str | None] = mapped_column(String(32))
    ended_by_batch: Mapped[int | None] = mapped_column(BigInteger)


class AccountAlias(Base):
    """An address that still receives for an account, until a day; it never sends."""

    __tablename__ = "account_alias"
    __table_args__ = (
        Index("ix_account_alias_account_id", "account_id"),
        Index("ix_account_alias_receives_until", "receives_until"),
    )

    address_key: Mapped[str] = mapped_column(FOLDED_KEY, primary_key=True)
    account_id: Mapped[int] = mapped_column(_account())
    receives_until: Mapped[date]


class AddressQuarantine(Base):
    """An address nobody may have again until a day: its old owner's mail must reach nobody else."""

    __tablename__ = "address_quarantine"

    address_key: Mapped[str] = mapped_column(FOLDED_KEY, primary_key=True)
    account_id: Mapped[int] = mapped_column(_account())
    kept_until: Mapped[date]


class HeldAddress(Base):
    """An address that something other than an account has, such as a list; `holder` says what."""

    __tablename__ = "held_address"

    address_key: Mapped[str] = mapped_column(FOLDED_KEY, primary_key=True)
    holder: Mapped[str] = mapped_column(String(40))


class AccountConversion(Base):
    """A request that an account becomes another kind, and what became of it; never deleted.

    `finding` is what the check of the name found. `owner_id` is the person who answers for the
    account; `password_due_at` the moment a new password was due from, whatever the old one was.
    """

    __tablename__ = "account_conversion"
    __table_args__ = (
        Index("ix_account_conversion_account_id", "account_id"),
        Index("ix_account_conversion_state_conversion_id", "state", "conversion_id"),
    )

    conversion_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    account_id: Mapped[int] = mapped_column(_account())
    wanted: Mapped[str] = mapped_column(String(16))
    owner_id: Mapped[int | None] = mapped_column(BigInteger)
    why: Mapped[str] = mapped_column(Text)
    finding: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(String(80))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_why: Mapped[str | None] = mapped_column(Text)
    password_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
