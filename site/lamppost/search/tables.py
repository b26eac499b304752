"""What can be found.

The words themselves lie in an index beside the table, made by the migration: `search_text`, a
virtual FTS5 table kept by triggers on SQLite, a GIN index on PostgreSQL.
"""

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import ROW_ID, Base, UtcDateTime


class SearchDocument(Base):
    """One document of one collection."""

    __tablename__ = "search_document"
    __table_args__ = (Index("ix_search_document_collection_key", "collection", "key", unique=True),)

    document_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    collection: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(16))
    address: Mapped[str] = mapped_column(String(500))
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    dated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    digest: Mapped[str] = mapped_column(String(64))


class SearchCollection(Base):
    """How a collection stood when it was last taken in."""

    __tablename__ = "search_collection"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    indexed_at: Mapped[datetime] = mapped_column(UtcDateTime)
