"""Distribution lists with their approvals, protocols by list, features of organisations."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
MOMENT = sa.DateTime(timezone=True)
COUNTER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
KEY = sa.String(254).with_variant(sa.String(254, collation="C"), "postgresql")
NAMING = {"fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s"}
LIVE = sa.text("status <> 'rejected'")


def upgrade() -> None:
    op.create_table(
        "held_address",
        sa.Column("address_key", KEY, nullable=False),
        sa.Column("holder", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("address_key", name="pk_held_address"),
    )
    _create_lists()
    _create_people()
    _create_changes()
    with op.batch_alter_table("protocol_grant", naming_convention=NAMING) as table:
        table.alter_column("account_id", existing_type=COUNTER, nullable=True)
        table.add_column(sa.Column("list_id", COUNTER, nullable=True))
        table.add_column(
            sa.Column("is_everywhere", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        table.add_column(sa.Column("ended_why", sa.Text(), nullable=True))
        table.create_foreign_key(
            "fk_protocol_grant_list_id_distribution_list",
            "distribution_list",
            ["list_id"],
            ["list_id"],
        )
    op.create_index("ix_protocol_grant_list_id_protocol", "protocol_grant", ["list_id", "protocol"])
    _create_features()


def _create_lists() -> None:
    op.create_table(
        "distribution_list",
        sa.Column("list_id", COUNTER, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("organisation", sa.String(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("address_key", KEY, nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("is_hidden", sa.Boolean(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("status_since", MOMENT, nullable=False),
        sa.Column("status_why", sa.Text(), nullable=True),
        sa.Column("is_large", sa.Boolean(), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("counted_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(80), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisation.ods_code"],
            name="fk_distribution_list_organisation_organisation",
        ),
        sa.PrimaryKeyConstraint("list_id", name="pk_distribution_list"),
    )
    op.create_index(
        "ix_distribution_list_address_key_list_id", "distribution_list", ["address_key", "list_id"]
    )
    op.create_index(
        "ix_distribution_list_address_key",
        "distribution_list",
        ["address_key"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
    op.create_index(
        "ix_distribution_list_organisation_address_key",
        "distribution_list",
        ["organisation", "address_key"],
    )
    op.create_table(
        "list_active_period",
        sa.Column("period_id", COUNTER, nullable=False),
        sa.Column("list_id", COUNTER, nullable=False),
        sa.Column("from_at", MOMENT, nullable=False),
        sa.Column("to_at", MOMENT, nullable=True),
        _to_list("list_active_period"),
        sa.PrimaryKeyConstraint("period_id", name="pk_list_active_period"),
    )
    op.create_index("ix_list_active_period_list_id", "list_active_period", ["list_id"])


def _create_people() -> None:
    op.create_table(
        "list_member",
        sa.Column("member_id", COUNTER, nullable=False),
        sa.Column("list_id", COUNTER, nullable=False),
        sa.Column("account_id", COUNTER, nullable=True),
        sa.Column("nested_id", COUNTER, nullable=True),
        sa.Column("external", sa.String(254), nullable=True),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("added_by", sa.String(80), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", sa.String(80), nullable=True),
        _to_list("list_member"),
        _to_list("list_member", "nested_id"),
        _to_account("list_member"),
        sa.PrimaryKeyConstraint("member_id", name="pk_list_member"),
    )
    for column in ("list_id", "account_id", "nested_id"):
        op.create_index(f"ix_list_member_{column}_ended_at", "list_member", [column, "ended_at"])
    op.create_table(
        "list_owner",
        sa.Column("owner_id", COUNTER, nullable=False),
        sa.Column("list_id", COUNTER, nullable=False),
        sa.Column("account_id", COUNTER, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        _to_list("list_owner"),
        _to_account("list_owner"),
        sa.PrimaryKeyConstraint("owner_id", name="pk_list_owner"),
    )
    for column in ("list_id", "account_id"):
        op.create_index(f"ix_list_owner_{column}_ended_at", "list_owner", [column, "ended_at"])
    op.create_table(
        "list_sender",
        sa.Column("sender_id", COUNTER, nullable=False),
        sa.Column("list_id", COUNTER, nullable=False),
        sa.Column("address_key", sa.String(254), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        _to_list("list_sender"),
        sa.PrimaryKeyConstraint("sender_id", name="pk_list_sender"),
    )
    op.create_index("ix_list_sender_list_id_ended_at", "list_sender", ["list_id", "ended_at"])


def _create_changes() -> None:
    op.create_table(
        "list_change",
        sa.Column("change_id", COUNTER, nullable=False),
        sa.Column("list_id", COUNTER, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_why", sa.Text(), nullable=True),
        _to_list("list_change"),
        sa.PrimaryKeyConstraint("change_id", name="pk_list_change"),
    )
    op.create_index("ix_list_change_list_id_state", "list_change", ["list_id", "state"])
    op.create_index("ix_list_change_state", "list_change", ["state"])
    op.create_table(
        "list_approval",
        sa.Column("approval_id", COUNTER, nullable=False),
        sa.Column("change_id", COUNTER, nullable=False),
        sa.Column("seat", sa.String(16), nullable=False),
        sa.Column("organisation", sa.String(32), nullable=True),
        sa.Column("is_given", sa.Boolean(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.String(80), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["change_id"], ["list_change.change_id"], name="fk_list_approval_change_id_list_change"
        ),
        sa.PrimaryKeyConstraint("approval_id", name="pk_list_approval"),
    )
    op.create_index("ix_list_approval_change_id", "list_approval", ["change_id"])
    op.create_index(
        "ix_list_approval_decided_at_organisation",
        "list_approval",
        ["decided_at", "organisation"],
    )


def _create_features() -> None:
    op.create_table(
        "organisation_feature",
        sa.Column("feature_id", COUNTER, nullable=False),
        sa.Column("organisation", sa.String(32), nullable=False),
        sa.Column("feature", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("active_from", MOMENT, nullable=True),
        sa.Column("state_since", MOMENT, nullable=False),
        sa.Column("state_by", sa.String(80), nullable=False),
        sa.Column("state_why", sa.Text(), nullable=True),
        sa.Column("cause", sa.String(16), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisation.ods_code"],
            name="fk_organisation_feature_organisation_organisation",
        ),
        sa.PrimaryKeyConstraint("feature_id", name="pk_organisation_feature"),
    )
    op.create_index(
        "ix_organisation_feature_organisation_feature",
        "organisation_feature",
        ["organisation", "feature"],
    )
    op.create_index(
        "ix_organisation_feature_state_feature_id",
        "organisation_feature",
        ["state", "feature_id"],
    )


def _to_list(table: str, column: str = "list_id") -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_distribution_list"
    return sa.ForeignKeyConstraint([column], ["distribution_list.list_id"], name=name)


def _to_account(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_account_id_account"
    return sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name=name)


def downgrade() -> None:
    op.drop_table("organisation_feature")
    op.execute("DELETE FROM protocol_grant WHERE account_id IS NULL")
    op.drop_index("ix_protocol_grant_list_id_protocol", "protocol_grant")
    with op.batch_alter_table("protocol_grant", naming_convention=NAMING) as table:
        table.drop_constraint("fk_protocol_grant_list_id_distribution_list", type_="foreignkey")
        table.drop_column("ended_why")
        table.drop_column("is_everywhere")
        table.drop_column("list_id")
        table.alter_column("account_id", existing_type=COUNTER, nullable=False)
    for table_name in (
        "list_approval",
        "list_change",
        "list_sender",
        "list_owner",
        "list_member",
        "list_active_period",
        "distribution_list",
        "held_address",
    ):
        op.drop_table(table_name)
