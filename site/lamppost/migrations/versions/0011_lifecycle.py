"""Lifecycle batches, their members, modes of organisations, the kill switch, evidence of use."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
MOMENT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TABLES = (
    "lifecycle_batch", "lifecycle_batch_item", "lifecycle_organisation", "lifecycle_switch",
    "activity_evidence",
)  # fmt: skip


def upgrade() -> None:
    _make_lifecycle_batch()
    _make_lifecycle_batch_item()
    _make_lifecycle_organisation()
    _make_lifecycle_switch()
    _make_activity_evidence()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _make_lifecycle_batch() -> None:
    op.create_table(
        "lifecycle_batch",
        sa.Column("batch_id", ID, nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("organisation", sa.String(32), nullable=True),
        sa.Column("cut_off", sa.Date(), nullable=True),
        sa.Column("run_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("status_since", MOMENT, nullable=False),
        sa.Column("status_note", sa.Text(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(80), nullable=False),
        sa.Column("as_of", MOMENT, nullable=True),
        sa.Column("policy_version", sa.String(80), nullable=True),
        sa.Column("notice_days", sa.Integer(), nullable=True),
        sa.Column("undo_days", sa.Integer(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("member_count", sa.Integer(), nullable=False),
        sa.Column("frozen_hash", sa.String(64), nullable=True),
        sa.Column("estate_permille", sa.Integer(), nullable=True),
        sa.Column("tripped", sa.Text(), nullable=True),
        sa.Column("limit_permille", sa.Integer(), nullable=True),
        sa.Column("limit_by", sa.String(80), nullable=True),
        sa.Column("limit_why", sa.Text(), nullable=True),
        sa.Column("approved_at", MOMENT, nullable=True),
        sa.Column("approved_by", sa.String(80), nullable=True),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("started_by", sa.String(80), nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("undo_until", sa.Date(), nullable=True),
        sa.Column("undo_asked_by", sa.String(80), nullable=True),
        sa.Column("undo_why", sa.Text(), nullable=True),
        sa.Column("undo_approved_by", sa.String(80), nullable=True),
        sa.Column("checkpoint", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", name="pk_lifecycle_batch"),
    )
    op.create_index("ix_lifecycle_batch_status_batch_id", "lifecycle_batch", ["status", "batch_id"])


def _make_lifecycle_batch_item() -> None:
    op.create_table(
        "lifecycle_batch_item",
        sa.Column("batch_id", ID, autoincrement=False, nullable=False),
        sa.Column("account_id", ID, autoincrement=False, nullable=False),
        sa.Column("organisation", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("why", sa.String(32), nullable=True),
        sa.Column("deletes_on", sa.Date(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("ready_on", sa.Date(), nullable=True),
        sa.Column("keep_key", sa.String(64), nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.account_id"],
            name="fk_lifecycle_batch_item_account_id_account",
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["lifecycle_batch.batch_id"],
            name="fk_lifecycle_batch_item_batch_id_lifecycle_batch",
        ),
        sa.PrimaryKeyConstraint("batch_id", "account_id", name="pk_lifecycle_batch_item"),
    )
    op.create_index("ix_lifecycle_batch_item_account_id", "lifecycle_batch_item", ["account_id"])
    op.create_index(
        "ix_lifecycle_batch_item_batch_id_state_account_id",
        "lifecycle_batch_item",
        ["batch_id", "state", "account_id"],
    )
    op.create_index(
        "ix_lifecycle_batch_item_keep_key", "lifecycle_batch_item", ["keep_key"], unique=True
    )
    op.create_index("ix_lifecycle_batch_item_message_id", "lifecycle_batch_item", ["message_id"])


def _make_lifecycle_organisation() -> None:
    op.create_table(
        "lifecycle_organisation",
        sa.Column("ods_code", sa.String(32), nullable=False),
        sa.Column("mode", sa.String(8), nullable=False),
        sa.Column("is_frozen", sa.Boolean(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ods_code"],
            ["organisation.ods_code"],
            name="fk_lifecycle_organisation_ods_code_organisation",
        ),
        sa.PrimaryKeyConstraint("ods_code", name="pk_lifecycle_organisation"),
    )


def _make_lifecycle_switch() -> None:
    op.create_table(
        "lifecycle_switch",
        sa.Column("switch_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("is_stopped", sa.Boolean(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("switch_id", name="pk_lifecycle_switch"),
    )


def _make_activity_evidence() -> None:
    op.create_table(
        "activity_evidence",
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("volume", sa.BigInteger(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("source", "on_day", name="pk_activity_evidence"),
    )
