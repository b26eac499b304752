"""The register of who spoofs and who receives, and the ways out."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
MOMENT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TABLES = (
    "spoof_pair",
    "spoof_day",
    "spoof_sighting",
    "spoof_recipient",
    "spoof_way_out",
)


def upgrade() -> None:
    _make_spoof_pair()
    _make_spoof_day()
    _make_spoof_sighting()
    _make_spoof_recipient()
    _make_spoof_way_out()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _make_spoof_pair() -> None:
    op.create_table(
        "spoof_pair",
        sa.Column("pair_id", ID, nullable=False),
        sa.Column("claimed", sa.String(254), nullable=False),
        sa.Column("infrastructure", sa.String(254), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("network", sa.String(16), nullable=False),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("sort", sa.String(12), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("sorted_by", sa.String(80), nullable=True),
        sa.PrimaryKeyConstraint("pair_id", name="pk_spoof_pair"),
    )
    op.create_index(
        "ix_spoof_pair_claimed_infrastructure",
        "spoof_pair",
        ["claimed", "infrastructure"],
        unique=True,
    )
    op.create_index("ix_spoof_pair_last_seen_at_pair_id", "spoof_pair", ["last_seen_at", "pair_id"])


def _make_spoof_day() -> None:
    op.create_table(
        "spoof_day",
        sa.Column("pair_id", ID, autoincrement=False, nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("network", sa.String(16), nullable=False),
        sa.Column("organisation", sa.String(32), nullable=False),
        sa.Column("action", sa.String(8), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pair_id"], ["spoof_pair.pair_id"], name="fk_spoof_day_pair_id_spoof_pair"
        ),
        sa.PrimaryKeyConstraint(
            "pair_id", "on_day", "kind", "network", "organisation", "action", name="pk_spoof_day"
        ),
    )
    op.create_index(
        "ix_spoof_day_network_pair_id",
        "spoof_day",
        ["network", "pair_id", "kind", "on_day", "counted", "organisation"],
    )
    op.create_index(
        "ix_spoof_day_organisation_network",
        "spoof_day",
        ["organisation", "network", "kind", "on_day"],
    )


def _make_spoof_sighting() -> None:
    op.create_table(
        "spoof_sighting",
        sa.Column("sighting_id", ID, nullable=False),
        sa.Column("record", sa.String(40), nullable=False),
        sa.Column("pair_id", ID, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("queue_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("network", sa.String(16), nullable=False),
        sa.Column("stage", sa.String(8), nullable=False),
        sa.Column("action", sa.String(8), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("leave", sa.String(40), nullable=True),
        sa.Column("policy_version", sa.String(80), nullable=False),
        sa.Column("is_taken", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(12), nullable=True),
        sa.Column("is_contradicted", sa.Boolean(), nullable=False),
        sa.Column("notice", sa.String(8), nullable=False),
        sa.ForeignKeyConstraint(
            ["pair_id"], ["spoof_pair.pair_id"], name="fk_spoof_sighting_pair_id_spoof_pair"
        ),
        sa.PrimaryKeyConstraint("sighting_id", name="pk_spoof_sighting"),
    )
    op.create_index("ix_spoof_sighting_is_contradicted", "spoof_sighting", ["is_contradicted"])
    op.create_index(
        "ix_spoof_sighting_notice_received_at", "spoof_sighting", ["notice", "received_at"]
    )
    op.create_index(
        "ix_spoof_sighting_pair_id_received_at", "spoof_sighting", ["pair_id", "received_at"]
    )
    op.create_index("ix_spoof_sighting_queue_id", "spoof_sighting", ["queue_id"])
    op.create_index("ix_spoof_sighting_received_at", "spoof_sighting", ["received_at"])
    op.create_index("ix_spoof_sighting_record", "spoof_sighting", ["record"], unique=True)


def _make_spoof_recipient() -> None:
    op.create_table(
        "spoof_recipient",
        sa.Column("sighting_id", ID, autoincrement=False, nullable=False),
        sa.Column("address_key", sa.String(254), nullable=False),
        sa.Column("organisation", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(
            ["sighting_id"],
            ["spoof_sighting.sighting_id"],
            name="fk_spoof_recipient_sighting_id_spoof_sighting",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("sighting_id", "address_key", name="pk_spoof_recipient"),
    )
    op.create_index(
        "ix_spoof_recipient_organisation", "spoof_recipient", ["organisation", "sighting_id"]
    )


def _make_spoof_way_out() -> None:
    op.create_table(
        "spoof_way_out",
        sa.Column("way_out_id", ID, nullable=False),
        sa.Column("pair_id", ID, nullable=False),
        sa.Column("organisation", sa.String(32), nullable=False),
        sa.Column("way", sa.String(20), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisation.ods_code"],
            name="fk_spoof_way_out_organisation_organisation",
        ),
        sa.ForeignKeyConstraint(
            ["pair_id"], ["spoof_pair.pair_id"], name="fk_spoof_way_out_pair_id_spoof_pair"
        ),
        sa.PrimaryKeyConstraint("way_out_id", name="pk_spoof_way_out"),
    )
    op.create_index(
        "ix_spoof_way_out_organisation_state", "spoof_way_out", ["organisation", "state"]
    )
    op.create_index("ix_spoof_way_out_pair_id", "spoof_way_out", ["pair_id", "organisation"])
