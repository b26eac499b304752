"""History is written without a look-up of its account, and without an entry for no closing."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
TABLE = "account_change"
REFERENCE = "fk_account_change_account_id_account"
INDEX = "ix_account_change_plan_id_account_id"
COLUMNS = ["plan_id", "account_id"]
NAMING = {"fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s"}


def upgrade() -> None:
    with op.batch_alter_table(TABLE, naming_convention=NAMING) as table:
        table.drop_constraint(REFERENCE, type_="foreignkey")
    op.drop_index(INDEX, TABLE)
    some = sa.text("plan_id IS NOT NULL")
    op.create_index(INDEX, TABLE, COLUMNS, sqlite_where=some, postgresql_where=some)


def downgrade() -> None:
    op.drop_index(INDEX, TABLE)
    op.create_index(INDEX, TABLE, COLUMNS)
    with op.batch_alter_table(TABLE, naming_convention=NAMING) as table:
        table.create_foreign_key(REFERENCE, "account", ["account_id"], ["account_id"])
