"""Successors elsewhere, when a succession was recorded, and closures of ODS not yet made here."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
MOMENT = sa.DateTime(timezone=True)
CODE = sa.String(32)


def upgrade() -> None:
    op.add_column("organisation", sa.Column("ods_closed_on", sa.Date(), nullable=True))
    op.add_column("succession", sa.Column("recorded_at", MOMENT, nullable=True))
    op.create_table(
        "successor_elsewhere",
        sa.Column("predecessor", CODE, nullable=False),
        sa.Column("ods_code", CODE, nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("predecessor", "ods_code", name="pk_successor_elsewhere"),
        sa.ForeignKeyConstraint(
            ["predecessor"],
            ["organisation.ods_code"],
            name="fk_successor_elsewhere_predecessor_organisation",
            deferrable=True,
            initially="DEFERRED",
        ),
    )


def downgrade() -> None:
    op.drop_table("successor_elsewhere")
    op.drop_column("succession", "recorded_at")
    op.drop_column("organisation", "ods_closed_on")
