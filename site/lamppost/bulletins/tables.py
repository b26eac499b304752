"""Bulletins as last loaded from their files, what is wrong with those files, and finished feeds."""

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import ROW_ID, Base, UtcDateTime


class BulletinFile(Base):
    """A file as last seen: unchanged time and size cost one stat, an unchanged hash no rendering.

    `due_at`: from when publishing has something to write into it. `in_conflict`: another file holds
    its slug, id or alias, so it is looked at again whenever any file changes. `status` is what the
    file says, None when it cannot be read. `waits`: it would be shown, and nobody approved it;
    `is_reviewed`: whether that was asked at all.
    """

    __tablename__ = "bulletin_file"
    __table_args__ = (Index("ix_bulletin_file_listed_on_source", "listed_on", "source"),)

    source: Mapped[str] = mapped_column(String(255), primary_key=True)
    mtime_ns: Mapped[int] = mapped_column(BigInteger)
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    renderer: Mapped[str] = mapped_column(String(16))
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    in_conflict: Mapped[bool] = mapped_column(Boolean)
    listed_on: Mapped[date]
    status: Mapped[str | None] = mapped_column(String(16))
    waits: Mapped[bool] = mapped_column(Boolean)
    is_reviewed: Mapped[bool] = mapped_column(Boolean)


class BulletinVersion(Base):
    """A content that somebody wrote into a file here, or approved after it came another way.

    It is kept before the file is replaced, so that no kill leaves a file nobody answers for;
    `landed_at` is when the file was seen to hold it, and its audit entry is written then.
    """

    __tablename__ = "bulletin_version"

    source: Mapped[str] = mapped_column(String(255), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    act: Mapped[str] = mapped_column(String(32))
    changes: Mapped[dict[str, list[str | None]]] = mapped_column(JSON)
    approved_by: Mapped[str] = mapped_column(String(300))
    approved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    landed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BulletinLock(Base):
    """The row that writers of a file queue for; the file's own row comes and goes with loads."""

    __tablename__ = "bulletin_lock"

    source: Mapped[str] = mapped_column(String(255), primary_key=True)


class Bulletin(Base):
    """The last good version of a file."""

    __tablename__ = "bulletin"
    __table_args__ = (
        Index("ix_bulletin_status_dated_on_number", "status", "dated_on", "number"),
        Index("ix_bulletin_source", "source", unique=True),
        Index("ix_bulletin_entry_id", "entry_id", unique=True),
    )

    slug: Mapped[str] = mapped_column(String(32), primary_key=True)
    source: Mapped[str] = mapped_column(String(255))
    entry_id: Mapped[str] = mapped_column(String(300))
    dated_on: Mapped[date]
    year: Mapped[int] = mapped_column(Integer)
    number: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(String(300))
    audience: Mapped[str] = mapped_column(String(16))
    summary: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16))
    publish_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    topics: Mapped[list[str]] = mapped_column(JSON)
    corrections: Mapped[list[list[str]]] = mapped_column(JSON)
    contents: Mapped[list[list[str | int]]] = mapped_column(JSON)
    html: Mapped[str] = mapped_column(Text)
    markdown: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)


class BulletinTopic(Base):
    """A topic of a bulletin, to count and to page by."""

    __tablename__ = "bulletin_topic"

    topic: Mapped[str] = mapped_column(String(64), primary_key=True)
    slug: Mapped[str] = mapped_column(
        ForeignKey("bulletin.slug", ondelete="CASCADE"), primary_key=True, index=True
    )


class BulletinAlias(Base):
    """An old address of a bulletin, redirected for ever."""

    __tablename__ = "bulletin_alias"

    alias: Mapped[str] = mapped_column(String(255), primary_key=True)
    slug: Mapped[str] = mapped_column(ForeignKey("bulletin.slug", ondelete="CASCADE"), index=True)


class BulletinProblem(Base):
    """A mistake in a file as it stands now; the last good version stays up."""

    __tablename__ = "bulletin_problem"

    problem_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    source: Mapped[str] = mapped_column(String(255), index=True)
    line: Mapped[int] = mapped_column(Integer)
    message: Mapped[str] = mapped_column(Text)
    blocks: Mapped[bool] = mapped_column(Boolean)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FeedDocument(Base):
    """A finished feed. `path` is empty, `topics/…` or `audiences/…`; `made_for` names the site."""

    __tablename__ = "feed_document"

    path: Mapped[str] = mapped_column(String(128), primary_key=True)
    format: Mapped[str] = mapped_column(String(8), primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    etag: Mapped[str] = mapped_column(String(64))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_for: Mapped[str] = mapped_column(Text)
