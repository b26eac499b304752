"""Components, probes, readings, roll-ups, journal."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
MOMENT = sa.DateTime(timezone=True)
COUNTER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _definitions()
    _readings()
    _rollups()
    _journal()


def _definitions() -> None:
    op.create_table(
        "component",
        sa.Column("slug", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("group_name", sa.String(200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("days", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name="pk_component"),
    )
    op.create_table(
        "probe",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("component", sa.String(64), nullable=True),
        sa.Column("network", sa.String(16), nullable=False),
        sa.Column("interval_s", sa.Integer(), nullable=False),
        sa.Column("slow_above", sa.Float(), nullable=True),
        sa.Column("slow_below", sa.Float(), nullable=True),
        sa.Column("lost_after", sa.Float(), nullable=True),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["component"], ["component.slug"], name="fk_probe_component_component"
        ),
        sa.PrimaryKeyConstraint("name", name="pk_probe"),
    )
    op.create_index("ix_probe_component", "probe", ["component"])


def _readings() -> None:
    op.create_table(
        "reading",
        sa.Column("reading_id", COUNTER, nullable=False),
        sa.Column("probe", sa.String(64), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("unit", sa.String(16), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["probe"], ["probe.name"], name="fk_reading_probe_probe"),
        sa.PrimaryKeyConstraint("reading_id", name="pk_reading"),
        sa.UniqueConstraint("probe", "key", name="uq_reading_probe_key"),
    )
    op.create_index("ix_reading_probe_taken_at", "reading", ["probe", "taken_at"])
    op.create_index("ix_reading_taken_at", "reading", ["taken_at"])
    op.create_table(
        "probe_state",
        sa.Column("probe", sa.String(64), nullable=False),
        sa.Column("policy_version", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("since", MOMENT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("last_at", MOMENT, nullable=True),
        sa.Column("delay", sa.JSON(), nullable=True),
        sa.Column("fold", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["probe"], ["probe.name"], name="fk_probe_state_probe_probe"),
        sa.PrimaryKeyConstraint("probe", name="pk_probe_state"),
    )
    op.create_table(
        "probe_span",
        sa.Column("span_id", COUNTER, nullable=False),
        sa.Column("probe", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["probe"], ["probe.name"], name="fk_probe_span_probe_probe"),
        sa.PrimaryKeyConstraint("span_id", name="pk_probe_span"),
    )
    op.create_index("ix_probe_span_probe_ended_at", "probe_span", ["probe", "ended_at"])


def _rollups() -> None:
    op.create_table(
        "hour_rollup",
        sa.Column("probe", sa.String(64), nullable=False),
        sa.Column("hour", MOMENT, nullable=False),
        sa.Column("ok", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.Column("slow", sa.Integer(), nullable=False),
        sa.Column("longest", sa.Float(), nullable=True),
        sa.Column("histogram", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["probe"], ["probe.name"], name="fk_hour_rollup_probe_probe"),
        sa.PrimaryKeyConstraint("probe", "hour", name="pk_hour_rollup"),
    )
    op.create_table(
        "day_rollup",
        sa.Column("component", sa.String(64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("operational_s", sa.Integer(), nullable=False),
        sa.Column("degraded_s", sa.Integer(), nullable=False),
        sa.Column("partial_s", sa.Integer(), nullable=False),
        sa.Column("outage_s", sa.Integer(), nullable=False),
        sa.Column("maintenance_s", sa.Integer(), nullable=False),
        sa.Column("unknown_s", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["component"], ["component.slug"], name="fk_day_rollup_component_component"
        ),
        sa.PrimaryKeyConstraint("component", "day", name="pk_day_rollup"),
    )


def _journal() -> None:
    op.create_table(
        "expected_mail",
        sa.Column("token", sa.String(128), nullable=False),
        sa.Column("probe", sa.String(64), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_expected_mail"),
    )
    op.create_index("ix_expected_mail_probe_state", "expected_mail", ["probe", "state", "sent_at"])
    op.create_table(
        "journal_state",
        sa.Column("probe", sa.String(64), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("probe", "key", name="pk_journal_state"),
    )


def downgrade() -> None:
    op.drop_table("journal_state")
    op.drop_table("expected_mail")
    op.drop_table("day_rollup")
    op.drop_table("hour_rollup")
    op.drop_table("probe_span")
    op.drop_table("probe_state")
    op.drop_table("reading")
    op.drop_table("probe")
    op.drop_table("component")
