"""Migrations of organisations that move in by themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
MOMENT = sa.DateTime(timezone=True)
COUNTER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "migration_batch",
        sa.Column("migration_id", COUNTER, nullable=False),
        sa.Column("organisation", sa.String(32), nullable=False),
        sa.Column("route", sa.String(16), nullable=False),
        sa.Column("run_on", sa.Date(), nullable=False),
        sa.Column("mailboxes", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("warned", sa.Text(), nullable=False),
        sa.Column("override", sa.Text(), nullable=False),
        sa.Column("planned_at", MOMENT, nullable=False),
        sa.Column("planned_by", sa.String(80), nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisation.ods_code"],
            name="fk_migration_batch_organisation_organisation",
        ),
        sa.PrimaryKeyConstraint("migration_id", name="pk_migration_batch"),
    )
    op.create_index(
        "ix_migration_batch_organisation_run_on", "migration_batch", ["organisation", "run_on"]
    )
    op.create_index("ix_migration_batch_state", "migration_batch", ["state"])


def downgrade() -> None:
    op.drop_table("migration_batch")
