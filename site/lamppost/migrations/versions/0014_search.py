"""What readers may find, and the index of its words."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
SQLITE = (
    """CREATE VIRTUAL TABLE search_text USING fts5(
        title, body, content='search_document', content_rowid='document_id',
        tokenize='porter unicode61 remove_diacritics 2', prefix='2 3')""",
    """CREATE TRIGGER search_text_new AFTER INSERT ON search_document BEGIN
        INSERT INTO search_text(rowid, title, body)
        VALUES (new.document_id, new.title, new.body); END""",
    """CREATE TRIGGER search_text_gone AFTER DELETE ON search_document BEGIN
        INSERT INTO search_text(search_text, rowid, title, body)
        VALUES ('delete', old.document_id, old.title, old.body); END""",
    """CREATE TRIGGER search_text_changed AFTER UPDATE ON search_document BEGIN
        INSERT INTO search_text(search_text, rowid, title, body)
        VALUES ('delete', old.document_id, old.title, old.body);
        INSERT INTO search_text(rowid, title, body)
        VALUES (new.document_id, new.title, new.body); END""",
)
POSTGRESQL = """CREATE INDEX search_text ON search_document USING gin (
    (setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', body), 'B'))
)"""


def upgrade() -> None:
    op.create_table(
        "search_document",
        sa.Column(
            "document_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("collection", sa.String(32), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("address", sa.String(500), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("dated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("document_id", name="pk_search_document"),
    )
    op.create_index(
        "ix_search_document_collection_key", "search_document", ["collection", "key"], unique=True
    )
    op.create_table(
        "search_collection",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("indexed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_search_collection"),
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE if is_sqlite else (POSTGRESQL,):
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_text")
    op.drop_table("search_collection")
    op.drop_table("search_document")
