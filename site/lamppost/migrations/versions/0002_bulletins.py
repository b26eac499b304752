"""Bulletins as loaded from their files."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "bulletin_file",
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("renderer", sa.String(16), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("in_conflict", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_bulletin_file"),
    )
    op.create_table(
        "bulletin",
        sa.Column("slug", sa.String(32), nullable=False),
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("entry_id", sa.String(300), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("audience", sa.String(16), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("publish_at", MOMENT, nullable=True),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.Column("updated_at", MOMENT, nullable=True),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("corrections", sa.JSON(), nullable=False),
        sa.Column("contents", sa.JSON(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("markdown", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name="pk_bulletin"),
    )
    op.create_index(
        "ix_bulletin_status_dated_on_number", "bulletin", ["status", "dated_on", "number"]
    )
    op.create_index("ix_bulletin_source", "bulletin", ["source"], unique=True)
    op.create_index("ix_bulletin_entry_id", "bulletin", ["entry_id"], unique=True)
    _create_small_tables()


def _create_small_tables() -> None:
    op.create_table(
        "bulletin_topic",
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("slug", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("topic", "slug", name="pk_bulletin_topic"),
        sa.ForeignKeyConstraint(
            ["slug"],
            ["bulletin.slug"],
            name="fk_bulletin_topic_slug_bulletin",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_bulletin_topic_slug", "bulletin_topic", ["slug"])
    op.create_table(
        "bulletin_alias",
        sa.Column("alias", sa.String(255), nullable=False),
        sa.Column("slug", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("alias", name="pk_bulletin_alias"),
        sa.ForeignKeyConstraint(
            ["slug"],
            ["bulletin.slug"],
            name="fk_bulletin_alias_slug_bulletin",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_bulletin_alias_slug", "bulletin_alias", ["slug"])
    op.create_table(
        "bulletin_problem",
        sa.Column("problem_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("blocks", sa.Boolean(), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("problem_id", name="pk_bulletin_problem"),
    )
    op.create_index("ix_bulletin_problem_source", "bulletin_problem", ["source"])
    op.create_table(
        "feed_document",
        sa.Column("path", sa.String(128), nullable=False),
        sa.Column("format", sa.String(8), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("etag", sa.String(64), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("made_for", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("path", "format", name="pk_feed_document"),
    )


def downgrade() -> None:
    for table in (
        "feed_document",
        "bulletin_problem",
        "bulletin_alias",
        "bulletin_topic",
        "bulletin",
        "bulletin_file",
    ):
        op.drop_table(table)
