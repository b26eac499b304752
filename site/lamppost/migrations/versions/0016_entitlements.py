"""Leave to use a protocol over the internet."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
MOMENT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TABLES = ("protocol_grant",)


def upgrade() -> None:
    _make_protocol_grant()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _make_protocol_grant() -> None:
    op.create_table(
        "protocol_grant",
        sa.Column("grant_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("protocol", sa.String(8), nullable=False),
        sa.Column("from_at", MOMENT, nullable=False),
        sa.Column("to_at", MOMENT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_at", MOMENT, nullable=False),
        sa.Column("granted_by", sa.String(80), nullable=False),
        sa.Column("ended_by", sa.String(80), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name="fk_protocol_grant_account_id_account"
        ),
        sa.PrimaryKeyConstraint("grant_id", name="pk_protocol_grant"),
    )
    op.create_index(
        "ix_protocol_grant_account_id_protocol", "protocol_grant", ["account_id", "protocol"]
    )
