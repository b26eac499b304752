"""Accounts, their history, holds, members and addresses."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
MOMENT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
KEY = sa.String(254).with_variant(sa.String(254, collation="C"), "postgresql")
IDLE = sa.text("status = 'active'")
OTHER = sa.text("status <> 'active'")


def upgrade() -> None:
    _make_account()
    _make_account_change()
    _make_account_hold()
    _make_mailbox_member()
    _make_account_alias()
    _make_address_quarantine()


def downgrade() -> None:
    for table in (
        "address_quarantine", "account_alias", "mailbox_member", "account_hold", "account_change",
        "account",
    ):  # fmt: skip
        op.drop_table(table)


def _make_account() -> None:
    op.create_table(
        "account",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("address_key", KEY, nullable=False),
        sa.Column("name", sa.String(256), nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("organisation", sa.String(32), nullable=False),
        sa.Column("sponsor", sa.String(32), nullable=True),
        sa.Column("external_id", sa.String(64), nullable=True),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("is_service", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("status_since", MOMENT, nullable=True),
        sa.Column("prior_status", sa.String(16), nullable=True),
        sa.Column("reason_code", sa.String(32), nullable=True),
        sa.Column("policy_version", sa.String(80), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("last_sign_in_at", MOMENT, nullable=True),
        sa.Column("last_sent_at", MOMENT, nullable=True),
        sa.Column("last_password_at", MOMENT, nullable=True),
        sa.Column("counted_from", MOMENT, nullable=False),
        sa.Column("idle_since", MOMENT, nullable=False),
        sa.Column("disabled_until", sa.Date(), nullable=True),
        sa.Column("sign_in_blocked", sa.Boolean(), nullable=False),
        sa.Column("locked_until", MOMENT, nullable=True),
        sa.Column("spared_until", MOMENT, nullable=True),
        sa.Column("operation", sa.String(16), nullable=True),
        sa.Column("operation_since", MOMENT, nullable=True),
        sa.Column("hold_count", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.ods_code"], name="fk_account_organisation_organisation"
        ),
        sa.PrimaryKeyConstraint("account_id", name="pk_account"),
    )
    op.create_index("ix_account_address_key", "account", ["address_key"], unique=True)
    op.create_index(
        "ix_account_idle_since", "account", ["idle_since"], sqlite_where=IDLE, postgresql_where=IDLE
    )
    op.create_index("ix_account_name_key_account_id", "account", ["name_key", "account_id"])
    op.create_index(
        "ix_account_organisation_address_key", "account", ["organisation", "address_key"]
    )
    op.create_index(
        "ix_account_status_status_since",
        "account",
        ["status", "status_since"],
        sqlite_where=OTHER,
        postgresql_where=OTHER,
    )


def _make_account_change() -> None:
    op.create_table(
        "account_change",
        sa.Column("change_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("to_status", sa.String(16), nullable=False),
        sa.Column("to_organisation", sa.String(32), nullable=False),
        sa.Column("reason_code", sa.String(32), nullable=True),
        sa.Column("policy_version", sa.String(80), nullable=True),
        sa.Column("before_status", sa.String(16), nullable=True),
        sa.Column("before_since", MOMENT, nullable=True),
        sa.Column("before_prior", sa.String(16), nullable=True),
        sa.Column("before_reason", sa.String(32), nullable=True),
        sa.Column("before_version", sa.String(80), nullable=True),
        sa.Column("before_organisation", sa.String(32), nullable=True),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name="fk_account_change_account_id_account"
        ),
        sa.PrimaryKeyConstraint("change_id", name="pk_account_change"),
    )
    op.create_index(
        "ix_account_change_account_id_change_id", "account_change", ["account_id", "change_id"]
    )
    op.create_index(
        "ix_account_change_batch_id_account_id", "account_change", ["batch_id", "account_id"]
    )


def _make_account_hold() -> None:
    op.create_table(
        "account_hold",
        sa.Column("hold_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("placed_at", MOMENT, nullable=False),
        sa.Column("placed_by", sa.String(80), nullable=False),
        sa.Column("lifted_at", MOMENT, nullable=True),
        sa.Column("lifted_by", sa.String(80), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name="fk_account_hold_account_id_account"
        ),
        sa.PrimaryKeyConstraint("hold_id", name="pk_account_hold"),
    )
    op.create_index("ix_account_hold_account_id", "account_hold", ["account_id"])
    op.create_index(
        "ix_account_hold_lifted_at_review_on", "account_hold", ["lifted_at", "review_on"]
    )


def _make_mailbox_member() -> None:
    op.create_table(
        "mailbox_member",
        sa.Column("member_id", ID, nullable=False),
        sa.Column("mailbox_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("role", sa.String(8), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_reason", sa.String(32), nullable=True),
        sa.Column("ended_by_batch", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name="fk_mailbox_member_account_id_account"
        ),
        sa.ForeignKeyConstraint(
            ["mailbox_id"], ["account.account_id"], name="fk_mailbox_member_mailbox_id_account"
        ),
        sa.PrimaryKeyConstraint("member_id", name="pk_mailbox_member"),
    )
    op.create_index(
        "ix_mailbox_member_account_id_ended_at", "mailbox_member", ["account_id", "ended_at"]
    )
    op.create_index("ix_mailbox_member_ended_by_batch", "mailbox_member", ["ended_by_batch"])
    op.create_index(
        "ix_mailbox_member_mailbox_id_ended_at", "mailbox_member", ["mailbox_id", "ended_at"]
    )


def _make_account_alias() -> None:
    op.create_table(
        "account_alias",
        sa.Column("address_key", KEY, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("receives_until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name="fk_account_alias_account_id_account"
        ),
        sa.PrimaryKeyConstraint("address_key", name="pk_account_alias"),
    )
    op.create_index("ix_account_alias_account_id", "account_alias", ["account_id"])
    op.create_index("ix_account_alias_receives_until", "account_alias", ["receives_until"])


def _make_address_quarantine() -> None:
    op.create_table(
        "address_quarantine",
        sa.Column("address_key", KEY, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("kept_until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name="fk_address_quarantine_account_id_account"
        ),
        sa.PrimaryKeyConstraint("address_key", name="pk_address_quarantine"),
    )
