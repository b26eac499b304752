"""Spoof policy: stages, exceptions, relays, how recipients are told."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
MOMENT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TABLES = (
    "spoof_stage",
    "spoof_leave",
    "spoof_relay",
    "spoof_notices",
)


def upgrade() -> None:
    _make_spoof_stage()
    _make_spoof_leave()
    _make_spoof_relay()
    _make_spoof_notices()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _make_spoof_stage() -> None:
    op.create_table(
        "spoof_stage",
        sa.Column("stage_id", ID, nullable=False),
        sa.Column("network", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=True),
        sa.Column("stage", sa.String(8), nullable=False),
        sa.Column("action", sa.String(8), nullable=True),
        sa.Column("from_at", MOMENT, nullable=True),
        sa.Column("to_at", MOMENT, nullable=True),
        sa.Column("rolled_back_at", MOMENT, nullable=True),
        sa.Column("rolled_back_by", sa.String(80), nullable=True),
        sa.Column("rolled_back_why", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("proposed_by", sa.String(80), nullable=False),
        sa.Column("rehearsal", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("approved_at", MOMENT, nullable=True),
        sa.Column("approved_by", sa.String(80), nullable=True),
        sa.Column("ended_why", sa.Text(), nullable=True),
        sa.Column("replaces", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("stage_id", name="pk_spoof_stage"),
    )
    op.create_index("ix_spoof_stage_state_stage_id", "spoof_stage", ["state", "stage_id"])


def _make_spoof_leave() -> None:
    op.create_table(
        "spoof_leave",
        sa.Column("leave_id", ID, nullable=False),
        sa.Column("organisation", sa.String(32), nullable=False),
        sa.Column("claimed", sa.String(254), nullable=False),
        sa.Column("infrastructure", sa.String(254), nullable=False),
        sa.Column("network", sa.String(16), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(254), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.String(80), nullable=True),
        sa.Column("reminded_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisation.ods_code"],
            name="fk_spoof_leave_organisation_organisation",
        ),
        sa.PrimaryKeyConstraint("leave_id", name="pk_spoof_leave"),
    )
    op.create_index(
        "ix_spoof_leave_organisation_leave_id", "spoof_leave", ["organisation", "leave_id"]
    )
    op.create_index("ix_spoof_leave_state_to_on", "spoof_leave", ["state", "to_on"])


def _make_spoof_relay() -> None:
    op.create_table(
        "spoof_relay",
        sa.Column("relay_id", ID, nullable=False),
        sa.Column("domain", sa.String(254), nullable=False),
        sa.Column("network", sa.String(64), nullable=False),
        sa.Column("organisation", sa.String(32), nullable=False),
        sa.Column("registered_at", MOMENT, nullable=False),
        sa.Column("registered_by", sa.String(80), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisation.ods_code"],
            name="fk_spoof_relay_organisation_organisation",
        ),
        sa.PrimaryKeyConstraint("relay_id", name="pk_spoof_relay"),
    )


def _make_spoof_notices() -> None:
    op.create_table(
        "spoof_notices",
        sa.Column("ods_code", sa.String(32), nullable=False),
        sa.Column("manner", sa.String(8), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(
            ["ods_code"], ["organisation.ods_code"], name="fk_spoof_notices_ods_code_organisation"
        ),
        sa.PrimaryKeyConstraint("ods_code", name="pk_spoof_notices"),
    )
