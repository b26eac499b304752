"""Roll-outs by region, registrations of sites, and contacts of organisations."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
MOMENT = sa.DateTime(timezone=True)
COUNTER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "rollout",
        sa.Column("rollout_id", COUNTER, nullable=False),
        sa.Column("sector", sa.String(16), nullable=False),
        sa.Column("region", sa.String(32), nullable=False),
        sa.Column("container", sa.String(32), nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("from_words", sa.String(80), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("entered_at", MOMENT, nullable=False),
        sa.Column("entered_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("rollout_id", name="pk_rollout"),
    )
    op.create_index("ix_rollout_sector_region", "rollout", ["sector", "region"])
    op.create_index(
        "ix_rollout_open_ended",
        "rollout",
        ["sector", "region"],
        unique=True,
        sqlite_where=sa.text("to_on IS NULL"),
        postgresql_where=sa.text("to_on IS NULL"),
    )
    _add_registrations()
    _add_contacts()


def _add_registrations() -> None:
    op.create_table(
        "registration",
        sa.Column("registration_id", COUNTER, nullable=False),
        sa.Column("key_digest", sa.String(64), nullable=False),
        sa.Column("reference", sa.String(16), nullable=False),
        sa.Column("sector", sa.String(16), nullable=False),
        sa.Column("region", sa.String(32), nullable=False),
        sa.Column("container", sa.String(32), nullable=False),
        sa.Column("ods_code", sa.String(32), nullable=False),
        sa.Column("site_name", sa.String(200), nullable=False),
        sa.Column("town", sa.String(100), nullable=False),
        sa.Column("site_count", sa.Integer(), nullable=False),
        sa.Column("identifiers", sa.JSON(), nullable=False),
        sa.Column("contact_email", sa.String(254), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("state_since", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("claim", sa.String(80), nullable=True),
        sa.Column("code_digest", sa.String(64), nullable=True),
        sa.Column("code_until", MOMENT, nullable=True),
        sa.Column("code_tries", sa.Integer(), nullable=False),
        sa.Column("code_letters", sa.Integer(), nullable=False),
        sa.Column("verified_at", MOMENT, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.String(80), nullable=True),
        sa.Column("reason", sa.String(24), nullable=True),
        sa.Column("reason_words", sa.Text(), nullable=True),
        sa.Column("linked_to", sa.BigInteger(), nullable=True),
        sa.Column("mailbox_id", sa.BigInteger(), nullable=True),
        sa.Column("forgotten_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("registration_id", name="pk_registration"),
        sa.UniqueConstraint("key_digest", name="uq_registration_key_digest"),
        sa.UniqueConstraint("reference", name="uq_registration_reference"),
        sa.UniqueConstraint("claim", name="uq_registration_claim"),
    )
    op.create_index(
        "ix_registration_container_state_registration_id",
        "registration",
        ["container", "state", "registration_id"],
    )
    op.create_index("ix_registration_ods_code", "registration", ["ods_code"])
    op.create_index("ix_registration_contact_email", "registration", ["contact_email"])
    op.create_index("ix_registration_state_state_since", "registration", ["state", "state_since"])
    op.create_table(
        "registration_applicant",
        sa.Column("applicant_id", COUNTER, nullable=False),
        sa.Column("registration_id", COUNTER, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.String(100), nullable=False),
        sa.Column("last_name", sa.String(100), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("mobile", sa.String(20), nullable=False),
        sa.Column("existing", sa.String(254), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("move_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.registration_id"],
            name="fk_registration_applicant_registration_id_registration",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("applicant_id", name="pk_registration_applicant"),
    )
    op.create_index(
        "ix_registration_applicant_registration_id_place",
        "registration_applicant",
        ["registration_id", "place"],
    )


def _add_contacts() -> None:
    op.create_table(
        "organisation_contact",
        sa.Column("contact_id", COUNTER, nullable=False),
        sa.Column("organisation", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("email", sa.String(254), nullable=True),
        sa.Column("phone", sa.String(20), nullable=True),
        sa.Column("hours", sa.String(100), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("entered_at", MOMENT, nullable=False),
        sa.Column("entered_by", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisation.ods_code"],
            name="fk_organisation_contact_organisation_organisation",
        ),
        sa.PrimaryKeyConstraint("contact_id", name="pk_organisation_contact"),
    )
    op.create_index(
        "ix_organisation_contact_organisation", "organisation_contact", ["organisation"]
    )


def downgrade() -> None:
    for table in (
        "organisation_contact", "registration_applicant", "registration", "rollout",
    ):  # fmt: skip
        op.drop_table(table)
