"""The writes of a load, inside the caller's unit of work; nothing here commits."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import date, datetime
from itertools import islice
from pathlib import PurePosixPath

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from lamppost.bulletins.building import Built
from lamppost.bulletins.loading import Prepared
from lamppost.bulletins.problems import Problem
from lamppost.bulletins.rules import read_name
from lamppost.bulletins.scanning import Stamp
from lamppost.bulletins.tables import (
    Bulletin,
    BulletinAlias,
    BulletinFile,
    BulletinProblem,
    BulletinTopic,
)


def forget_files(session: Session, *, sources: Collection[str]) -> set[str]:
    """Take away everything of files that are gone; gives the feed paths they stood in."""
    touched = take_down(session, sources=sources)
    for table in (BulletinFile, BulletinProblem):
        session.execute(delete(table).where(table.source.in_(sources)))
    return touched


def take_down(session: Session, *, sources: Collection[str]) -> set[str]:
    """Take away the bulletins of these files; gives the feed paths they stood in."""
    rows = session.execute(
        select(Bulletin.topics, Bulletin.audience)
        .where(Bulletin.source.in_(sources))
        .order_by(Bulletin.slug)
    )
    touched = {path for topics, audience in rows for path in feed_paths(topics, audience)}
    session.execute(delete(Bulletin).where(Bulletin.source.in_(sources)))
    return touched


def feed_paths(topics: Iterable[str], audience: str) -> set[str]:
    """The feeds a bulletin stands in."""
    return {"", f"audiences/{audience}", *(f"topics/{topic}" for topic in topics)}


def store_prepared(
    session: Session, *, prepared: Collection[Prepared], is_reviewed: bool = False, now: datetime
) -> set[str]:
    """Store stamps, problems and the good bulletins; gives the feed paths touched."""
    built = [one.built for one in prepared if one.built]
    touched = take_down(session, sources=[one.source for one in built])
    if built:
        session.execute(insert(Bulletin), [_row(one) for one in built])
    topics = [{"topic": topic, "slug": one.slug} for one in built for topic in one.topics]
    aliases = [{"alias": alias, "slug": one.slug} for one in built for alias in _aliases(one)]
    if topics:
        session.execute(insert(BulletinTopic), topics)
    if aliases:
        session.execute(insert(BulletinAlias), aliases)
    _store_stamps(session, prepared, is_reviewed=is_reviewed)
    store_problems(session, problems={one.stamp.source: one.problems for one in prepared}, now=now)
    for new in built:
        touched |= feed_paths(new.topics, new.audience)
    return touched


def _aliases(built: Built) -> list[str]:
    return [alias for alias in built.aliases if alias != built.slug]


def _row(built: Built) -> dict[str, object]:
    return {
        "slug": built.slug,
        "source": built.source,
        "entry_id": built.entry_id,
        "dated_on": built.dated_on,
        "year": built.dated_on.year,
        "number": built.number,
        "title": built.title,
        "audience": built.audience.value,
        "summary": built.summary,
        "status": built.status.value,
        "publish_at": built.publish_at,
        "published_at": built.published_at,
        "updated_at": built.updated_at,
        "topics": list(built.topics),
        "corrections": [[one.at.isoformat(), one.note] for one in built.corrections],
        "contents": [[one.level, one.id, one.text] for one in built.contents],
        "html": built.html,
        "markdown": built.markdown,
        "text": built.text,
    }


def _store_stamps(session: Session, prepared: Collection[Prepared], *, is_reviewed: bool) -> None:
    """Remember files as they were seen."""
    for sources in _handfuls(one.stamp.source for one in prepared):
        session.execute(delete(BulletinFile).where(BulletinFile.source.in_(sources)))
    rows = [
        {
            **asdict(one.stamp),
            "due_at": one.due_at,
            "listed_on": _day_of(one.stamp.source),
            "status": one.status.value if one.status else None,
            "waits": one.waits,
            "is_reviewed": is_reviewed,
        }
        for one in prepared
    ]
    if rows:
        session.execute(insert(BulletinFile), rows)


def _day_of(source: str) -> date:
    """The day in a file's name; a name without one stands at the end of every list."""
    name = read_name(PurePosixPath(source).stem)
    return name.on if name else date.min


def store_problems(
    session: Session, *, problems: Mapping[str, Collection[Problem]], now: datetime
) -> None:
    """Put files' problems in place of those they had, by file."""
    for sources in _handfuls(problems):
        session.execute(delete(BulletinProblem).where(BulletinProblem.source.in_(sources)))
    rows = [
        {
            "source": source,
            "line": problem.line,
            "message": problem.message,
            "blocks": problem.blocks,
            "seen_at": now,
        }
        for source, found in problems.items()
        for problem in found
    ]
    if rows:
        session.execute(insert(BulletinProblem), rows)


def _handfuls(sources: Iterable[str]) -> Iterator[list[str]]:
    """Files by the five hundred: a statement takes only so many values."""
    rest = iter(sources)
    while handful := list(islice(rest, 500)):
        yield handful


def touch_stamp(session: Session, *, stamp: Stamp) -> None:
    """Remember the new time of a file whose content is the same; nobody needs to notice."""
    row = session.get(BulletinFile, stamp.source)
    if row:
        row.mtime_ns, row.size, row.seen_at = stamp.mtime_ns, stamp.size, stamp.seen_at
