"""Roles held, scopes, audit entries and the heads of their days."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
MOMENT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _make_access()
    _make_audit()


def _make_access() -> None:
    op.create_table(
        "role_grant",
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("address_key", sa.String(254), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("scope", sa.String(32), nullable=True),
        sa.Column("granted_at", MOMENT, nullable=False),
        sa.Column("granted_by", sa.String(80), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", sa.String(80), nullable=True),
        sa.PrimaryKeyConstraint("grant_id", name="pk_role_grant"),
    )
    for column in ("person_id", "address_key", "scope"):
        op.create_index(f"ix_role_grant_{column}_ended_at", "role_grant", [column, "ended_at"])
    op.create_table(
        "scope_link",
        sa.Column("above", sa.String(32), nullable=False),
        sa.Column("below", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("above", "below", name="pk_scope_link"),
    )
    op.create_index("ix_scope_link_below", "scope_link", ["below"])


def _make_audit() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("entry_id", ID, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("organisation", sa.String(32), nullable=True),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("detail_digest", sa.String(64), nullable=True),
        sa.Column("sealed_on", sa.Date(), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.Column("previous", sa.String(64), nullable=True),
        sa.Column("digest", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("entry_id", name="pk_audit_entry"),
    )
    op.create_index("ix_audit_entry_sequence", "audit_entry", ["sequence"], unique=True)
    op.create_index("ix_audit_entry_recorded_at", "audit_entry", ["recorded_at"])
    for columns in (["organisation"], ["actor"], ["kind", "key"], ["action"]):
        name = f"ix_audit_entry_{'_'.join(columns)}_entry_id"
        op.create_index(name, "audit_entry", [*columns, "entry_id"])
    op.create_table(
        "audit_detail",
        sa.Column("entry_id", ID, nullable=False, autoincrement=False),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("is_erased", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name="pk_audit_detail"),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["audit_entry.entry_id"], name="fk_audit_detail_entry_id_audit_entry"
        ),
    )
    op.create_table(
        "audit_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("first_sequence", sa.BigInteger(), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
        sa.Column("public_key", sa.String(64), nullable=False),
        sa.Column("signed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_audit_day"),
    )


def downgrade() -> None:
    for table in ("audit_day", "audit_detail", "audit_entry", "scope_link", "role_grant"):
        op.drop_table(table)
