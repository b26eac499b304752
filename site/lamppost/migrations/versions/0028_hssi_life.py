"""The life of HSSIs raised here: texts, approvals, intervals, templates, proposals."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
MOMENT = sa.DateTime(timezone=True)
COUNTER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
NEW_COLUMNS = (
    ("hssi", "kind", sa.String(16), "fault"),
    ("hssi", "origin", sa.String(16), "log"),
    ("hssi", "version", sa.Integer(), "1"),
    ("hssi", "published_at", MOMENT, None),
    ("hssi", "next_update_due_at", MOMENT, None),
    ("hssi", "holding_by", sa.String(80), None),
    ("hssi", "review_due_at", MOMENT, None),
    ("hssi", "reopened", sa.Integer(), "0"),
    ("hssi", "taken_down_at", MOMENT, None),
    ("hssi", "overlay", sa.Text(), ""),
    ("hssi", "review", sa.Text(), ""),
    ("hssi", "reviewed_at", MOMENT, None),
    ("hssi_update", "components", sa.JSON(), None),
    ("hssi_update", "next_update_due_at", MOMENT, None),
    ("component", "mail_path", sa.String(16), None),
)
# What was imported before was there for everybody, and affected its components all along.
BACKFILL = """
INSERT INTO hssi_interval (ref, component, state, started_at, ended_at)
SELECT h.ref, c.component, CASE WHEN h.severity = 1 THEN 'partial' ELSE 'degraded' END,
       h.raised_at, h.resolved_at
FROM hssi h JOIN hssi_component c ON c.ref = h.ref
"""


def upgrade() -> None:
    for table, name, kind, default in NEW_COLUMNS:
        op.add_column(
            table,
            sa.Column(name, kind, nullable=default is None, server_default=default),
        )
    op.create_index("ix_hssi_kind_taken_down_at", "hssi", ["kind", "taken_down_at"])
    op.create_index("ix_hssi_origin", "hssi", ["origin"])
    op.execute("UPDATE hssi SET published_at = imported_at")
    _make_interval()
    _make_draft()
    _make_template()
    _make_proposal()
    op.execute(BACKFILL)


def downgrade() -> None:
    for table in ("hssi_proposal", "hssi_template", "hssi_draft", "hssi_interval"):
        op.drop_table(table)
    op.drop_index("ix_hssi_origin", "hssi")
    op.drop_index("ix_hssi_kind_taken_down_at", "hssi")
    for table, name, _, _ in reversed(NEW_COLUMNS):
        op.drop_column(table, name)


def _make_interval() -> None:
    op.create_table(
        "hssi_interval",
        sa.Column("interval_id", COUNTER, nullable=False),
        sa.Column("ref", sa.String(64), nullable=False),
        sa.Column("component", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["ref"], ["hssi.ref"], name="fk_hssi_interval_ref_hssi"),
        sa.ForeignKeyConstraint(
            ["component"], ["component.slug"], name="fk_hssi_interval_component_component"
        ),
        sa.PrimaryKeyConstraint("interval_id", name="pk_hssi_interval"),
    )
    op.create_index(
        "ix_hssi_interval_component_ended_at", "hssi_interval", ["component", "ended_at"]
    )
    op.create_index("ix_hssi_interval_ref", "hssi_interval", ["ref"])


def _make_draft() -> None:
    op.create_table(
        "hssi_draft",
        sa.Column("draft_id", COUNTER, nullable=False),
        sa.Column("ref", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("seen_version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("impact", sa.Integer(), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("components", sa.JSON(), nullable=False),
        sa.Column("next_update_due_at", MOMENT, nullable=True),
        sa.Column("publish_at", MOMENT, nullable=True),
        sa.Column("template", sa.String(64), nullable=True),
        sa.Column("prepared_by", sa.String(80), nullable=False),
        sa.Column("prepared_at", MOMENT, nullable=False),
        sa.Column("approved_by", sa.String(80), nullable=True),
        sa.Column("decision", sa.String(16), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["ref"], ["hssi.ref"], name="fk_hssi_draft_ref_hssi"),
        sa.PrimaryKeyConstraint("draft_id", name="pk_hssi_draft"),
    )
    op.create_index("ix_hssi_draft_ref_decision", "hssi_draft", ["ref", "decision"])


def _make_template() -> None:
    op.create_table(
        "hssi_template",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("is_holding", sa.Boolean(), nullable=False),
        sa.Column("written_by", sa.String(80), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("approved_by", sa.String(80), nullable=True),
        sa.Column("approved_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_hssi_template"),
    )


def _make_proposal() -> None:
    op.create_table(
        "hssi_proposal",
        sa.Column("proposal_id", COUNTER, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("red_since", MOMENT, nullable=False),
        sa.Column("components", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("decision", sa.String(16), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.String(80), nullable=True),
        sa.Column("ref", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("proposal_id", name="pk_hssi_proposal"),
    )
    op.create_index("ix_hssi_proposal_decision", "hssi_proposal", ["decision", "decided_at"])
