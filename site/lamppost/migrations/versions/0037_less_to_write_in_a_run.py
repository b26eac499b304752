"""A member of a batch changes its state in place; owners and administrators have their indexes."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
ITEM = "lifecycle_batch_item"
BY_STATE = f"ix_{ITEM}_batch_id_state_account_id"
BY_WHY = f"ix_{ITEM}_batch_id_why"
BY_NAME = "ix_account_organisation_name_key_account_id"
OWNER = "ix_mailbox_member_mailbox_id_account_id"
KEY = "ALTER TABLE role_grant ALTER COLUMN address_key TYPE varchar(254)"


def upgrade() -> None:
    gone = sa.text("why IS NOT NULL")
    op.drop_index(BY_STATE, ITEM)
    op.create_index(BY_WHY, ITEM, ["batch_id", "why"], sqlite_where=gone, postgresql_where=gone)
    op.drop_index(BY_NAME, "account")
    owns = sa.text("ended_at IS NULL AND role = 'owner'")
    op.create_index(
        OWNER, "mailbox_member", ["mailbox_id", "account_id"],
        sqlite_where=owns, postgresql_where=owns,
    )  # fmt: skip
    if op.get_bind().dialect.name == "postgresql":
        # Half of a page is left for the next state of what is on it: then no index is touched.
        op.execute(f"ALTER TABLE {ITEM} SET (fillfactor = 50)")
        # As the address of an account is compared, so that the one finds the other by index.
        op.execute(f'{KEY} COLLATE "C"')


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f'{KEY} COLLATE "default"')
        op.execute(f"ALTER TABLE {ITEM} RESET (fillfactor)")
    op.drop_index(OWNER, "mailbox_member")
    op.create_index(BY_NAME, "account", ["organisation", "name_key", "account_id"])
    op.drop_index(BY_WHY, ITEM)
    op.create_index(BY_STATE, ITEM, ["batch_id", "state", "account_id"])
