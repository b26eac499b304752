"""Blackouts of batches and notice days; go-live instants of features."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "blackout",
        sa.Column("source_kind", sa.String(32), nullable=False),
        sa.Column("source_key", sa.String(255), nullable=False),
        sa.Column("mail_path", sa.String(16), nullable=False),
        sa.Column("from_at", MOMENT, nullable=False),
        sa.Column("until_at", MOMENT, nullable=True),
        sa.Column("holds_batches", sa.Boolean(), nullable=False),
        sa.Column("holds_notice_days", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source_kind", "source_key", "mail_path", name="pk_blackout"),
    )
    op.create_index("ix_blackout_until_at", "blackout", ["until_at"])
    op.create_table(
        "feature_period",
        sa.Column("feature", sa.String(64), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("live_from", MOMENT, nullable=False),
        sa.Column("live_until", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("feature", "source", name="pk_feature_period"),
    )
    op.create_index("ix_feature_period_source", "feature_period", ["source"])


def downgrade() -> None:
    op.drop_table("feature_period")
    op.drop_table("blackout")
