"""Organisations and who succeeds whom."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
CODE = sa.String(32)
SEARCH_KEY = sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "organisation",
        sa.Column("ods_code", CODE, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("short_code", sa.String(20), nullable=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("parent", CODE, nullable=True),
        sa.Column("container", CODE, nullable=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("closing_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("search_key", SEARCH_KEY, nullable=False),
        sa.PrimaryKeyConstraint("ods_code", name="pk_organisation"),
        _other("organisation", "parent"),
        _other("organisation", "container"),
    )
    for columns in (
        ["search_key", "ods_code"],
        ["parent"],
        ["container"],
        ["short_code"],
        ["status", "closing_on"],
    ):
        op.create_index(f"ix_organisation_{'_'.join(columns)}", "organisation", columns)
    op.create_table(
        "succession",
        sa.Column("predecessor", CODE, nullable=False),
        sa.Column("successor", CODE, nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("type", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("predecessor", "successor", name="pk_succession"),
        _other("succession", "predecessor"),
        _other("succession", "successor"),
    )
    op.create_index("ix_succession_successor", "succession", ["successor"])


def _other(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        ["organisation.ods_code"],
        name=f"fk_{table}_{column}_organisation",
        deferrable=True,
        initially="DEFERRED",
    )


def downgrade() -> None:
    op.drop_table("succession")
    op.drop_table("organisation")
