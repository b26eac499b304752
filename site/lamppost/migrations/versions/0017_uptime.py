"""Uptime: what was excused or unmeasured of a day, months closed once, policies applied."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for table, column, kind, default in (
        ("component", "overlays", sa.Text(), "''"),
        ("day_rollup", "unmeasured", sa.JSON(), "'{}'"),
        ("day_rollup", "excused", sa.JSON(), "'{}'"),
    ):
        op.add_column(
            table, sa.Column(column, kind, nullable=False, server_default=sa.text(default))
        )
        with op.batch_alter_table(table) as batch:
            batch.alter_column(column, existing_type=kind, server_default=None)
    _months()
    op.create_table(
        "status_policy",
        sa.Column("version", sa.String(32), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("applied_at", MOMENT, nullable=False),
        sa.Column("applied_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_status_policy"),
    )
    op.create_index("ix_status_policy_applied_at", "status_policy", ["applied_at"])


def _months() -> None:
    op.create_table(
        "closed_month",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=False),
        sa.Column("closed_by", sa.String(80), nullable=False),
        sa.Column("formula", sa.String(16), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("month", name="pk_closed_month"),
    )
    op.create_table(
        "closed_month_line",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("component", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("group_name", sa.String(200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("period", sa.BigInteger(), nullable=False),
        sa.Column("measured", sa.JSON(), nullable=False),
        sa.Column("excused", sa.JSON(), nullable=False),
        sa.Column("gap_started_at", MOMENT, nullable=True),
        sa.Column("gap_ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["month"], ["closed_month.month"], name="fk_closed_month_line_month_closed_month"
        ),
        sa.PrimaryKeyConstraint("month", "component", name="pk_closed_month_line"),
    )
    op.create_table(
        "month_addendum",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("component", sa.String(64), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("written_by", sa.String(80), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("measured", sa.JSON(), nullable=False),
        sa.Column("excused", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["month"], ["closed_month.month"], name="fk_month_addendum_month_closed_month"
        ),
        sa.PrimaryKeyConstraint("month", "number", name="pk_month_addendum"),
    )


def downgrade() -> None:
    for table in ("status_policy", "month_addendum", "closed_month_line", "closed_month"):
        op.drop_table(table)
    for table, column in (
        ("day_rollup", "excused"),
        ("day_rollup", "unmeasured"),
        ("component", "overlays"),
    ):
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column)
