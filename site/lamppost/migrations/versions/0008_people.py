"""Those who sign in: credentials, factors, invitations, sessions, throttles."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
MOMENT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _make_credentials()
    _make_people()
    _make_factors()
    _make_sessions()
    _make_throttles()


def _person(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_person_id_person"
    return sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name=name)


def _make_credentials() -> None:
    op.create_table(
        "credential",
        sa.Column("subject", sa.String(36), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("session_key", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_credential"),
    )
    op.create_table(
        "credential_history",
        sa.Column("history_id", ID, nullable=False),
        sa.Column("subject", sa.String(36), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("history_id", name="pk_credential_history"),
        sa.ForeignKeyConstraint(
            ["subject"], ["credential.subject"], name="fk_credential_history_subject_credential"
        ),
    )
    op.create_index(
        "ix_credential_history_subject_history_id", "credential_history", ["subject", "history_id"]
    )


def _make_people() -> None:
    op.create_table(
        "person",
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("address_key", sa.String(254), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("search_key", sa.String(254), nullable=False),
        sa.Column("organisation", sa.String(32), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("disabled_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("person_id", name="pk_person"),
    )
    op.create_index("ix_person_address_key", "person", ["address_key"], unique=True)
    op.create_index("ix_person_search_key_person_id", "person", ["search_key", "person_id"])
    op.create_index("ix_person_organisation", "person", ["organisation"])
    op.create_table(
        "invitation",
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("token_digest", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("sent_by", sa.String(80), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("invitation_id", name="pk_invitation"),
        _person("invitation"),
    )
    op.create_index("ix_invitation_token_digest", "invitation", ["token_digest"], unique=True)
    op.create_index("ix_invitation_person_id", "invitation", ["person_id"])


def _make_factors() -> None:
    op.create_table(
        "totp_factor",
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_totp_factor"),
        _person("totp_factor"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("person_id", "digest", name="pk_recovery_code"),
        _person("recovery_code"),
    )
    op.create_table(
        "factor_reset",
        sa.Column("reset_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.String(80), nullable=True),
        sa.Column("decision", sa.String(16), nullable=True),
        sa.PrimaryKeyConstraint("reset_id", name="pk_factor_reset"),
        _person("factor_reset"),
    )
    op.create_index("ix_factor_reset_person_id", "factor_reset", ["person_id"])
    op.create_index(
        "ix_factor_reset_decided_at_asked_at", "factor_reset", ["decided_at", "asked_at"]
    )


def _make_sessions() -> None:
    op.create_table(
        "sign_in_session",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("token_digest", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("session_key", sa.String(32), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("both_factors_at", MOMENT, nullable=True),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("user_agent", sa.String(200), nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("revoked_by", sa.String(80), nullable=True),
        sa.PrimaryKeyConstraint("session_id", name="pk_sign_in_session"),
        _person("sign_in_session"),
    )
    op.create_index(
        "ix_sign_in_session_token_digest", "sign_in_session", ["token_digest"], unique=True
    )
    op.create_index(
        "ix_sign_in_session_person_id_created_at", "sign_in_session", ["person_id", "created_at"]
    )
    op.create_index("ix_sign_in_session_created_at", "sign_in_session", ["created_at"])


def _make_throttles() -> None:
    op.create_table(
        "throttle",
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("source", sa.String(64), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_failed_at", MOMENT, nullable=False),
        sa.Column("blocked_until", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("kind", "key", name="pk_throttle"),
    )
    op.create_index("ix_throttle_source_last_failed_at", "throttle", ["source", "last_failed_at"])
    op.create_index("ix_throttle_last_failed_at", "throttle", ["last_failed_at"])


def downgrade() -> None:
    for table in ("throttle", "sign_in_session", "factor_reset", "recovery_code", "totp_factor"):
        op.drop_table(table)
    for table in ("invitation", "person", "credential_history", "credential"):
        op.drop_table(table)
