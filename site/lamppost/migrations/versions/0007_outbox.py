"""Messages owed and their proof."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
MOMENT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "outbox_message",
        sa.Column("message_id", ID, nullable=False),
        sa.Column("cause", sa.String(64), nullable=False),
        sa.Column("cause_key", sa.String(255), nullable=False),
        sa.Column("recipient", sa.String(254), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("template", sa.String(64), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("body_sha256", sa.String(64), nullable=False),
        sa.Column("is_secret", sa.Boolean(), nullable=False),
        sa.Column("mail_message_id", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("owed_at", MOMENT, nullable=False),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("report_at", MOMENT, nullable=True),
        sa.Column("report", sa.Text(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("message_id", name="pk_outbox_message"),
        sa.UniqueConstraint(
            "cause",
            "cause_key",
            "recipient",
            "template",
            name="uq_outbox_message_cause_cause_key_recipient_template",
        ),
        sa.UniqueConstraint("mail_message_id", name="uq_outbox_message_mail_message_id"),
    )
    for columns in (["state", "next_try_at"], ["state", "message_id"], ["cause", "message_id"]):
        op.create_index(f"ix_outbox_message_{'_'.join(columns)}", "outbox_message", columns)


def downgrade() -> None:
    op.drop_table("outbox_message")
