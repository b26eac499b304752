"""Files of accounts and their rows; a search by local number."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
MOMENT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
KEY = sa.String(254).with_variant(sa.String(254, collation="C"), "postgresql")
NUMBERED = sa.text("external_id IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_account_organisation_external_id",
        "account",
        ["organisation", "external_id"],
        sqlite_where=NUMBERED,
        postgresql_where=NUMBERED,
    )
    op.create_table(
        "upload",
        sa.Column("upload_id", ID, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("organisation", sa.String(32), nullable=True),
        sa.Column("layout", sa.String(8), nullable=False),
        sa.Column("file_hash", sa.String(64), nullable=False),
        sa.Column("plan_hash", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("staged_at", MOMENT, nullable=False),
        sa.Column("staged_by", sa.String(80), nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("started_by", sa.String(80), nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("forgotten_at", MOMENT, nullable=True),
        sa.Column("checkpoint", sa.Integer(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("planned_count", sa.Integer(), nullable=False),
        sa.Column("done_count", sa.Integer(), nullable=False),
        sa.Column("refused_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.ods_code"], name="fk_upload_organisation_organisation"
        ),
        sa.PrimaryKeyConstraint("upload_id", name="pk_upload"),
    )
    op.create_index("ix_upload_status_upload_id", "upload", ["status", "upload_id"])
    op.create_index("ix_upload_plan_hash", "upload", ["plan_hash"])
    op.create_table(
        "upload_row",
        sa.Column("upload_id", ID, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.Column("given_id", sa.BigInteger(), nullable=True),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("address_key", KEY, nullable=False),
        sa.Column("name", sa.String(256), nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("organisation", sa.String(32), nullable=False),
        sa.Column("external_id", sa.String(64), nullable=True),
        sa.Column("job_title", sa.String(100), nullable=True),
        sa.Column("mobile", sa.String(20), nullable=True),
        sa.Column("action", sa.String(8), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("account_revision", sa.Integer(), nullable=True),
        sa.Column("changed", sa.String(80), nullable=True),
        sa.Column("state", sa.String(8), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.upload_id"], name="fk_upload_row_upload_id_upload"
        ),
        sa.PrimaryKeyConstraint("upload_id", "line", name="pk_upload_row"),
    )
    op.create_index(
        "ix_upload_row_upload_id_address_key", "upload_row", ["upload_id", "address_key"]
    )
    op.create_index(
        "ix_upload_row_upload_id_state_line", "upload_row", ["upload_id", "state", "line"]
    )


def downgrade() -> None:
    op.drop_table("upload_row")
    op.drop_table("upload")
    op.drop_index("ix_account_organisation_external_id", table_name="account")
