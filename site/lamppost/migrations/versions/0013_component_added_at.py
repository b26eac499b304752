"""When each component came onto the page."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("component", sa.Column("added_at", MOMENT, nullable=True))
    # Those that were there before are as old as their first measured day.
    op.execute(
        "UPDATE component SET added_at = "
        "(SELECT MIN(day) FROM day_rollup WHERE day_rollup.component = component.slug)"
        if op.get_bind().dialect.name == "postgresql"
        else "UPDATE component SET added_at = (SELECT MIN(day) || ' 00:00:00.000000' "
        "FROM day_rollup WHERE day_rollup.component = component.slug)"
    )


def downgrade() -> None:
    with op.batch_alter_table("component") as batch:
        batch.drop_column("added_at")
