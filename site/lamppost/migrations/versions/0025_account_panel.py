"""Job title and mobile of an account, a search within organisations, requests of another kind."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
MOMENT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("account", sa.Column("job_title", sa.String(100), nullable=True))
    op.add_column("account", sa.Column("mobile", sa.String(20), nullable=True))
    op.create_index(
        "ix_account_organisation_name_key_account_id",
        "account",
        ["organisation", "name_key", "account_id"],
    )
    op.create_table(
        "account_conversion",
        sa.Column("conversion_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("wanted", sa.String(16), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.String(80), nullable=True),
        sa.Column("decided_why", sa.Text(), nullable=True),
        sa.Column("password_due_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name="fk_account_conversion_account_id_account"
        ),
        sa.PrimaryKeyConstraint("conversion_id", name="pk_account_conversion"),
    )
    op.create_index("ix_account_conversion_account_id", "account_conversion", ["account_id"])
    op.create_index(
        "ix_account_conversion_state_conversion_id",
        "account_conversion",
        ["state", "conversion_id"],
    )


def downgrade() -> None:
    op.drop_table("account_conversion")
    op.drop_index("ix_account_organisation_name_key_account_id", table_name="account")
    op.drop_column("account", "mobile")
    op.drop_column("account", "job_title")
