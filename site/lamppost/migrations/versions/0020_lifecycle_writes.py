"""Less to write when members are chosen: indexes only of what is there, room beside an account."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
TABLE = "lifecycle_batch_item"
COLUMNS = (("keep_key", True), ("message_id", False))


def upgrade() -> None:
    for column, unique in COLUMNS:
        op.drop_index(f"ix_{TABLE}_{column}", TABLE)
        where = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_{TABLE}_{column}",
            TABLE,
            [column],
            unique=unique,
            sqlite_where=where,
            postgresql_where=where,
        )
    # A change of a column without an index then stays on its page and touches no index.
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE account SET (fillfactor = 80)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE account RESET (fillfactor)")
    for column, unique in COLUMNS:
        op.drop_index(f"ix_{TABLE}_{column}", TABLE)
        op.create_index(f"ix_{TABLE}_{column}", TABLE, [column], unique=unique)
