"""Private feeds of what is to be deleted."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
MOMENT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "lifecycle_feed",
        sa.Column("feed_id", ID, nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("token_digest", sa.String(64), nullable=False),
        sa.Column("organisation", sa.String(32), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("feed_id", name="pk_lifecycle_feed"),
    )
    op.create_index(
        "ix_lifecycle_feed_token_digest", "lifecycle_feed", ["token_digest"], unique=True
    )
    op.create_index(
        "ix_lifecycle_feed_person_id_ended_at", "lifecycle_feed", ["person_id", "ended_at"]
    )


def downgrade() -> None:
    op.drop_table("lifecycle_feed")
