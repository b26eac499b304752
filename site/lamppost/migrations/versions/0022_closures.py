"""Closures: outcomes for many accounts, moves into a container, when a closing is planned."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
MOMENT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
CODE = sa.String(32)
BY = sa.String(80)


def upgrade() -> None:
    op.add_column("organisation", sa.Column("closes_on", sa.Date(), nullable=True))
    op.add_column("organisation", sa.Column("planned_successors", sa.Text(), nullable=True))
    op.add_column("account_change", sa.Column("plan_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_account_change_plan_id_account_id", "account_change", ["plan_id", "account_id"]
    )
    _make_closure_plan()
    _make_closure_item()
    _make_container_move()


def downgrade() -> None:
    for table in ("container_move", "closure_item", "closure_plan"):
        op.drop_table(table)
    op.drop_index("ix_account_change_plan_id_account_id", "account_change")
    op.drop_column("account_change", "plan_id")
    op.drop_column("organisation", "planned_successors")
    op.drop_column("organisation", "closes_on")


def _make_closure_plan() -> None:
    op.create_table(
        "closure_plan",
        sa.Column("plan_id", ID, nullable=False),
        sa.Column("organisation", CODE, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("target", CODE, nullable=True),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("is_national", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("state_note", sa.Text(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", BY, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("undo_until", sa.Date(), nullable=True),
        sa.Column("policy_version", BY, nullable=False),
        sa.Column("checkpoint", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("plan_id", name="pk_closure_plan"),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisation.ods_code"],
            name="fk_closure_plan_organisation_organisation",
        ),
    )
    op.create_index(
        "ix_closure_plan_organisation_plan_id", "closure_plan", ["organisation", "plan_id"]
    )
    op.create_index("ix_closure_plan_state", "closure_plan", ["state"])


def _make_closure_item() -> None:
    op.create_table(
        "closure_item",
        sa.Column("plan_id", ID, autoincrement=False, nullable=False),
        sa.Column("account_id", ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("why", sa.String(16), nullable=True),
        sa.Column("target", CODE, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("plan_id", "account_id", name="pk_closure_item"),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["closure_plan.plan_id"], name="fk_closure_item_plan_id_closure_plan"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name="fk_closure_item_account_id_account"
        ),
    )
    op.create_index(
        "ix_closure_item_plan_id_state_account_id",
        "closure_item",
        ["plan_id", "state", "account_id"],
    )
    op.create_index("ix_closure_item_account_id", "closure_item", ["account_id"])


def _make_container_move() -> None:
    op.create_table(
        "container_move",
        sa.Column("move_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("from_organisation", CODE, nullable=False),
        sa.Column("target", CODE, nullable=False),
        sa.Column("new_address", sa.String(254), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asked_by", BY, nullable=False),
        sa.Column("marked_at", MOMENT, nullable=True),
        sa.Column("marked_by", BY, nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("joined_at", MOMENT, nullable=True),
        sa.Column("joined_by", BY, nullable=True),
        sa.Column("alias_until", sa.Date(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", BY, nullable=True),
        sa.Column("ended_why", sa.Text(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("move_id", name="pk_container_move"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name="fk_container_move_account_id_account"
        ),
    )
    op.create_index("ix_container_move_account_id", "container_move", ["account_id"])
    op.create_index(
        "ix_container_move_from_organisation_state",
        "container_move",
        ["from_organisation", "state"],
    )
    op.create_index("ix_container_move_target_state", "container_move", ["target", "state"])
