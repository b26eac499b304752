"""Security questions, counted tries, resets by channel, and text messages in the outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
MOMENT = sa.DateTime(timezone=True)
COUNTER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "security_answer",
        sa.Column("account_id", COUNTER, nullable=False, autoincrement=False),
        sa.Column("place", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("question", sa.String(120), nullable=False),
        sa.Column("digests", sa.Text(), nullable=False),
        sa.Column("is_folded", sa.Boolean(), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        _account("security_answer"),
        sa.PrimaryKeyConstraint("account_id", "place", name="pk_security_answer"),
    )
    op.create_table(
        "credential_try",
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("blocked_until", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("kind", "key", name="pk_credential_try"),
    )
    op.create_index("ix_credential_try_last_at", "credential_try", ["last_at"])
    _make_resets()
    _make_steps()
    # The panels' own passwords are few; accounts' are found by the day they were set.
    op.create_index("ix_credential_set_at", "credential", ["set_at"])
    with op.batch_alter_table("outbox_message") as table:
        table.add_column(sa.Column("channel", sa.String(8), nullable=False, server_default="email"))


def _make_resets() -> None:
    op.create_table(
        "reset_event",
        sa.Column("event_id", COUNTER, nullable=False),
        sa.Column("account_id", COUNTER, nullable=False),
        sa.Column("organisation", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(24), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("proof", sa.String(24), nullable=False),
        sa.Column("unlocked", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        _account("reset_event"),
        sa.PrimaryKeyConstraint("event_id", name="pk_reset_event"),
    )
    op.create_index("ix_reset_event_account_id_event_id", "reset_event", ["account_id", "event_id"])
    op.create_index("ix_reset_event_at", "reset_event", ["at"])
    op.create_table(
        "reset_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("organisation", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(24), nullable=False),
        sa.Column("resets", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "organisation", "channel", name="pk_reset_day"),
    )


def _make_steps() -> None:
    op.create_table(
        "temporary_password",
        sa.Column("account_id", COUNTER, nullable=False, autoincrement=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        _account("temporary_password"),
        sa.PrimaryKeyConstraint("account_id", name="pk_temporary_password"),
    )
    op.create_table(
        "reset_step",
        sa.Column("token_digest", sa.String(64), nullable=False),
        sa.Column("account_id", COUNTER, nullable=True),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("is_answered", sa.Boolean(), nullable=False),
        sa.Column("signed_in_by", sa.String(16), nullable=True),
        sa.PrimaryKeyConstraint("token_digest", name="pk_reset_step"),
    )
    op.create_index("ix_reset_step_until", "reset_step", ["until"])


def _account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id"], ["account.account_id"], name=f"fk_{table}_account_id_account"
    )


def downgrade() -> None:
    with op.batch_alter_table("outbox_message") as table:
        table.drop_column("channel")
    op.drop_index("ix_credential_set_at", table_name="credential")
    for table_name in (
        "reset_step",
        "temporary_password",
        "reset_day",
        "reset_event",
        "credential_try",
        "security_answer",
    ):
        op.drop_table(table_name)
