"""Proposed eras of the policy and their numbers."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
MOMENT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "policy_edit",
        sa.Column("edit_id", ID, nullable=False),
        sa.Column("era", sa.String(40), nullable=False),
        sa.Column("holds_from", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("proposed_by", sa.String(80), nullable=False),
        sa.Column("simulation", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("highest_permille", sa.Integer(), nullable=False),
        sa.Column("tripped", sa.Text(), nullable=True),
        sa.Column("limit_permille", sa.Integer(), nullable=True),
        sa.Column("limit_by", sa.String(80), nullable=True),
        sa.Column("limit_why", sa.Text(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.String(80), nullable=True),
        sa.Column("decided_why", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("edit_id", name=op.f("pk_policy_edit")),
    )
    op.create_index("ix_policy_edit_status_edit_id", "policy_edit", ["status", "edit_id"])
    op.create_table(
        "policy_edit_number",
        sa.Column("edit_id", ID, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edit_id"],
            ["policy_edit.edit_id"],
            name=op.f("fk_policy_edit_number_edit_id_policy_edit"),
        ),
        sa.PrimaryKeyConstraint("edit_id", "key", name=op.f("pk_policy_edit_number")),
    )


def downgrade() -> None:
    op.drop_table("policy_edit_number")
    op.drop_table("policy_edit")
