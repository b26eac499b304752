"""The HSSI log, windows, changes and releases."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
MOMENT = sa.DateTime(timezone=True)
COUNTER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _hssis()
    _plans()


def _hssis() -> None:
    op.create_table(
        "hssi",
        sa.Column("ref", sa.String(64), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("impact", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("resolved_at", MOMENT, nullable=True),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("imported_at", MOMENT, nullable=False),
        sa.Column("updates", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("ref", name="pk_hssi"),
    )
    op.create_index("ix_hssi_raised_at_ref", "hssi", ["raised_at", "ref"])
    op.create_index("ix_hssi_resolved_at_raised_at", "hssi", ["resolved_at", "raised_at"])
    op.create_table(
        "hssi_component",
        sa.Column("ref", sa.String(64), nullable=False),
        sa.Column("component", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["component"], ["component.slug"], name="fk_hssi_component_component_component"
        ),
        sa.ForeignKeyConstraint(["ref"], ["hssi.ref"], name="fk_hssi_component_ref_hssi"),
        sa.PrimaryKeyConstraint("ref", "component", name="pk_hssi_component"),
    )
    op.create_index("ix_hssi_component_component", "hssi_component", ["component"])
    op.create_table(
        "hssi_update",
        sa.Column("ref", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ref"], ["hssi.ref"], name="fk_hssi_update_ref_hssi"),
        sa.PrimaryKeyConstraint("ref", "number", name="pk_hssi_update"),
    )
    op.create_index("ix_hssi_update_at", "hssi_update", ["at"])
    op.create_table(
        "quarantined_row",
        sa.Column("row_id", COUNTER, nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("row_id", name="pk_quarantined_row"),
    )
    op.create_index("ix_quarantined_row_source", "quarantined_row", ["source"])


def _plans() -> None:
    op.create_table(
        "bcdr_window",
        sa.Column("uid", sa.String(255), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("announced_ends_on", sa.Date(), nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("announced_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("uid", name="pk_bcdr_window"),
    )
    op.create_index("ix_bcdr_window_ends_on", "bcdr_window", ["ends_on"])
    op.create_index("ix_bcdr_window_updated_at", "bcdr_window", ["updated_at"])
    op.create_table(
        "change_window",
        sa.Column("ref", sa.String(64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("components", sa.Text(), nullable=False),
        sa.Column("impact", sa.Text(), nullable=False),
        sa.Column("has_impact", sa.Boolean(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("announced_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("ref", name="pk_change_window"),
    )
    op.create_index("ix_change_window_ends_at", "change_window", ["ends_at"])
    op.create_index("ix_change_window_updated_at", "change_window", ["updated_at"])
    op.create_table(
        "release",
        sa.Column("ref", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("is_month_only", sa.Boolean(), nullable=False),
        sa.Column("live_at", MOMENT, nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("announced_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("ref", name="pk_release"),
    )
    op.create_index("ix_release_state_planned_on", "release", ["state", "planned_on"])
    op.create_index("ix_release_updated_at", "release", ["updated_at"])


def downgrade() -> None:
    op.drop_table("release")
    op.drop_table("change_window")
    op.drop_table("bcdr_window")
    op.drop_table("quarantined_row")
    op.drop_table("hssi_update")
    op.drop_table("hssi_component")
    op.drop_table("hssi")
