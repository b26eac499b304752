"""Windows, changes and releases with their life; series, known issues, participation, history."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
MOMENT = sa.DateTime(timezone=True)
NEW_COLUMNS = (
    ("bcdr_window", "dates_announced_at", MOMENT, None),
    ("bcdr_window", "source", sa.String(200), "panel"),
    ("bcdr_window", "missing_since", MOMENT, None),
    ("bcdr_window", "expects_impact", sa.Boolean(), sa.true()),
    ("bcdr_window", "outcome", sa.Text(), ""),
    ("bcdr_window", "despite", sa.Text(), ""),
    ("bcdr_window", "version", sa.Integer(), "1"),
    ("change_window", "dates_announced_at", MOMENT, None),
    ("change_window", "kind", sa.String(16), "change"),
    ("change_window", "effects", sa.JSON(), None),
    ("change_window", "is_cancelled", sa.Boolean(), sa.false()),
    ("change_window", "series", sa.String(64), None),
    ("change_window", "outcome", sa.Text(), ""),
    ("change_window", "despite", sa.Text(), ""),
    ("change_window", "version", sa.Integer(), "1"),
    ("release", "rolled_back_at", MOMENT, None),
    ("release", "features", sa.JSON(), None),
    ("release", "version", sa.Integer(), "1"),
)
# Columns that may be empty although no default is given.
EMPTY = {"dates_announced_at", "missing_since", "effects", "series", "rolled_back_at", "features"}


def upgrade() -> None:
    for table, name, kind, default in NEW_COLUMNS:
        column = sa.Column(name, kind, nullable=name in EMPTY, server_default=default)
        op.add_column(table, column)
    op.create_index("ix_change_window_series", "change_window", ["series"])
    _make_participation()
    _make_series()
    _make_known_issue()
    op.create_table(
        "plan_history",
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("ref", sa.String(255), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("said_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("kind", "ref", "number", name="pk_plan_history"),
    )


def downgrade() -> None:
    for table in ("plan_history", "known_issue", "change_series", "bcdr_participation"):
        op.drop_table(table)
    op.drop_index("ix_change_window_series", "change_window")
    for table, name, _, _ in reversed(NEW_COLUMNS):
        op.drop_column(table, name)


def _make_participation() -> None:
    op.create_table(
        "bcdr_participation",
        sa.Column("uid", sa.String(255), nullable=False),
        sa.Column("organisation", sa.String(32), nullable=False),
        sa.Column("joins", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("said_by", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(
            ["uid"], ["bcdr_window.uid"], name="fk_bcdr_participation_uid_bcdr_window"
        ),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisation.ods_code"],
            name="fk_bcdr_participation_organisation_organisation",
        ),
        sa.PrimaryKeyConstraint("uid", "organisation", name="pk_bcdr_participation"),
    )
    op.create_index("ix_bcdr_participation_organisation", "bcdr_participation", ["organisation"])


def _make_series() -> None:
    op.create_table(
        "change_series",
        sa.Column("ref", sa.String(40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("starts", sa.String(5), nullable=False),
        sa.Column("ends", sa.String(5), nullable=False),
        sa.Column("rule", sa.String(200), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("effects", sa.JSON(), nullable=False),
        sa.Column("impact", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("scheduled_to", sa.Date(), nullable=True),
        sa.Column("is_ended", sa.Boolean(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("ref", name="pk_change_series"),
    )


def _make_known_issue() -> None:
    op.create_table(
        "known_issue",
        sa.Column("ref", sa.String(64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("product", sa.String(120), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("workaround", sa.Text(), nullable=False),
        sa.Column("affected", sa.Text(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("fixed_in", sa.String(64), nullable=True),
        sa.Column("announced_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("ref", name="pk_known_issue"),
    )
    op.create_index("ix_known_issue_closed_on_product", "known_issue", ["closed_on", "product"])
    op.create_index("ix_known_issue_updated_at", "known_issue", ["updated_at"])
