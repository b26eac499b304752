"""Versions of bulletin files that somebody answers for; what the panel lists of each file."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
FILE = "bulletin_file"
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "bulletin_version",
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("act", sa.String(32), nullable=False),
        sa.Column("changes", sa.JSON, nullable=False),
        sa.Column("approved_by", sa.String(300), nullable=False),
        sa.Column("approved_at", MOMENT, nullable=False),
        sa.Column("landed_at", MOMENT),
        sa.PrimaryKeyConstraint("source", "sha256", name="pk_bulletin_version"),
    )
    op.create_table(
        "bulletin_lock",
        sa.Column("source", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_bulletin_lock"),
    )
    day = sa.Column("listed_on", sa.Date, nullable=False, server_default="0001-01-01")
    op.add_column(FILE, day)
    op.add_column(FILE, sa.Column("status", sa.String(16)))
    for name in ("waits", "is_reviewed"):
        op.add_column(FILE, sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false()))
    # Every file is read again at the next look, which fills in what is new.
    op.execute(sa.text("UPDATE bulletin_file SET sha256 = 'again'"))
    op.create_index("ix_bulletin_file_listed_on_source", FILE, ["listed_on", "source"])


def downgrade() -> None:
    op.drop_index("ix_bulletin_file_listed_on_source", FILE)
    with op.batch_alter_table(FILE) as table:
        for name in ("listed_on", "status", "waits", "is_reviewed"):
            table.drop_column(name)
    op.drop_table("bulletin_lock")
    op.drop_table("bulletin_version")
