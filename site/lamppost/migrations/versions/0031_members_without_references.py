"""Members are written without two look-ups for each: their accounts and batches never go."""

from alembic import op

revision = "0031"
down_revision = "0030"
TABLE = "lifecycle_batch_item"
REFERENCES = (
    ("fk_lifecycle_batch_item_account_id_account", "account", "account_id"),
    ("fk_lifecycle_batch_item_batch_id_lifecycle_batch", "lifecycle_batch", "batch_id"),
)
NAMING = {"fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s"}


def upgrade() -> None:
    with op.batch_alter_table(TABLE, naming_convention=NAMING) as table:
        for name, _, _ in REFERENCES:
            table.drop_constraint(name, type_="foreignkey")


def downgrade() -> None:
    with op.batch_alter_table(TABLE, naming_convention=NAMING) as table:
        for name, referred, column in REFERENCES:
            table.create_foreign_key(name, referred, [column], [column])
