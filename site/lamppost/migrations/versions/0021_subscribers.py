"""Subscribers by email; the address that lets a reader of a list go."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "subscriber",
        sa.Column("subscriber_id", sa.String(32), nullable=False),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("address_key", sa.String(254), nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("link_digest", sa.String(64), nullable=True),
        sa.Column("link_until", MOMENT, nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("subscriber_id", name="pk_subscriber"),
        sa.UniqueConstraint("address_key", name="uq_subscriber_address_key"),
    )
    op.create_index("ix_subscriber_link_digest", "subscriber", ["link_digest"])
    op.create_table(
        "subscription",
        sa.Column("subscriber_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("value", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("subscriber_id", "kind", "value", name="pk_subscription"),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.subscriber_id"],
            name="fk_subscription_subscriber_id_subscriber",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_subscription_kind_value", "subscription", ["kind", "value"])
    op.create_table(
        "announced",
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("until_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_announced"),
    )
    op.add_column("outbox_message", sa.Column("unsubscribe", sa.String(500), nullable=True))


def downgrade() -> None:
    op.drop_column("outbox_message", "unsubscribe")
    for table in ("announced", "subscription", "subscriber"):
        op.drop_table(table)
