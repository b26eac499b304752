"""Automation per organisation: wishes, shadows, nights, days; and what batches keep beside it."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
MOMENT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
BATCH = (
    ("mode", sa.String(16)),
    ("left_out", sa.Text()),
    ("norm_percent", sa.Integer()),
    ("limit_norm_percent", sa.Integer()),
    ("ready_on", sa.Date()),
    ("looked_at", MOMENT),
)
TABLES = ("pilot_request", "lifecycle_shadow", "lifecycle_night", "lifecycle_day")


def upgrade() -> None:
    for name, kind in BATCH:
        op.add_column("lifecycle_batch", sa.Column(name, kind, nullable=True))
    op.create_index(
        "ix_lifecycle_batch_item_organisation_batch_id",
        "lifecycle_batch_item",
        ["organisation", "batch_id"],
    )
    with op.batch_alter_table("lifecycle_organisation") as table:
        table.alter_column("mode", existing_type=sa.String(8), type_=sa.String(16))
        table.add_column(sa.Column("mode_since", MOMENT, nullable=True))
    _make_pilot_request()
    _make_lifecycle_shadow()
    _make_lifecycle_night()
    _make_lifecycle_day()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    with op.batch_alter_table("lifecycle_organisation") as changed:
        changed.drop_column("mode_since")
        changed.alter_column("mode", existing_type=sa.String(16), type_=sa.String(8))
    op.drop_index("ix_lifecycle_batch_item_organisation_batch_id", "lifecycle_batch_item")
    for name, _ in BATCH:
        op.drop_column("lifecycle_batch", name)


def _make_pilot_request() -> None:
    op.create_table(
        "pilot_request",
        sa.Column("request_id", ID, nullable=False),
        sa.Column("ods_code", sa.String(32), nullable=False),
        sa.Column("with_below", sa.Boolean(), nullable=False),
        sa.Column("from_mode", sa.String(16), nullable=False),
        sa.Column("wanted", sa.String(16), nullable=False),
        sa.Column("organisations", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.String(80), nullable=True),
        sa.Column("decided_why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ods_code"],
            ["organisation.ods_code"],
            name=op.f("fk_pilot_request_ods_code_organisation"),
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_pilot_request")),
    )
    op.create_index("ix_pilot_request_status_request_id", "pilot_request", ["status", "request_id"])
    op.create_index("ix_pilot_request_ods_code", "pilot_request", ["ods_code"])


def _make_lifecycle_shadow() -> None:
    op.create_table(
        "lifecycle_shadow",
        sa.Column("account_id", ID, autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.Column("organisation", sa.String(32), nullable=False),
        sa.Column("runs_on", sa.Date(), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("why", sa.String(32), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.account_id"],
            name=op.f("fk_lifecycle_shadow_account_id_account"),
        ),
        sa.PrimaryKeyConstraint(
            "account_id", "reason", "seen_on", name=op.f("pk_lifecycle_shadow")
        ),
    )
    op.create_index(
        "ix_lifecycle_shadow_organisation_settled_on",
        "lifecycle_shadow",
        ["organisation", "settled_on"],
    )
    op.create_index(
        "ix_lifecycle_shadow_reason_settled_on", "lifecycle_shadow", ["reason", "settled_on"]
    )


def _make_lifecycle_night() -> None:
    op.create_table(
        "lifecycle_night",
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("mode", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.Column("accounts", sa.Integer(), nullable=False),
        sa.Column("held", sa.Text(), nullable=True),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("on_day", "mode", "reason", name=op.f("pk_lifecycle_night")),
    )


def _make_lifecycle_day() -> None:
    op.create_table(
        "lifecycle_day",
        sa.Column("organisation", sa.String(32), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("deleted", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "on_day", name=op.f("pk_lifecycle_day")),
    )
    op.create_index("ix_lifecycle_day_on_day", "lifecycle_day", ["on_day"])
