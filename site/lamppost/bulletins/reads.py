"""Questions about bulletins; only what may be shown, drafts and scheduled ones never."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from lamppost.bulletins.front_matter import Audience, Status
from lamppost.bulletins.problems import Problem
from lamppost.bulletins.records import (
    BulletinDetail,
    BulletinLine,
    Count,
    Neighbours,
    Note,
    Page,
    StoredFeed,
)
from lamppost.bulletins.render import Heading
from lamppost.bulletins.rules import AUDIENCE_NAMES, SHOWN, say_topic
from lamppost.bulletins.tables import (
    Bulletin,
    BulletinAlias,
    BulletinProblem,
    BulletinTopic,
    FeedDocument,
)

PER_PAGE = 10
_LINE = (
    Bulletin.slug,
    Bulletin.title,
    Bulletin.audience,
    Bulletin.dated_on,
    Bulletin.summary,
    Bulletin.status,
    Bulletin.topics,
    Bulletin.published_at,
    Bulletin.updated_at,
)
_NEWEST_FIRST = (Bulletin.dated_on.desc(), Bulletin.number.desc())
_IS_SHOWN = Bulletin.status.in_(SHOWN)


def get_bulletin(session: Session, slug: str) -> BulletinDetail | None:
    """A bulletin that may be shown, or None."""
    query = select(
        *_LINE,
        Bulletin.entry_id,
        Bulletin.html,
        Bulletin.contents,
        Bulletin.markdown,
        Bulletin.text,
        Bulletin.corrections,
    ).where(Bulletin.slug == slug, _IS_SHOWN)
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    return BulletinDetail(
        line=_line(row),
        entry_id=row.entry_id,
        html=row.html,
        contents=tuple(Heading(level, at, words) for level, at, words in row.contents),
        markdown=row.markdown,
        text=row.text,
        corrections=tuple(Note(datetime.fromisoformat(at), words) for at, words in row.corrections),
    )


def list_bulletins(
    session: Session,
    *,
    year: int | None = None,
    topic: str | None = None,
    audience: Audience | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page:
    """One page of the archive, newest first; a page that is not there has no items."""
    wanted = _narrow(year, topic, audience)
    total = session.execute(select(func.count()).select_from(Bulletin).where(*wanted)).scalar_one()
    query = select(*_LINE).where(*wanted).order_by(*_NEWEST_FIRST)
    rows = session.execute(query.limit(per_page).offset((page - 1) * per_page))
    pages = max(1, -(-total // per_page))
    return Page(tuple(_line(row) for row in rows), page, pages, total)


def list_after(
    session: Session,
    *,
    year: int | None = None,
    topic: str | None = None,
    audience: Audience | None = None,
    after: tuple[date, int] | None = None,
    limit: int = PER_PAGE,
) -> tuple[BulletinLine, ...]:
    """The archive by key, newest first: what comes after a date and the number of that day."""
    query = select(*_LINE).where(*_narrow(year, topic, audience))
    if after is not None:
        query = query.where(tuple_(Bulletin.dated_on, Bulletin.number) < tuple_(*after))
    return tuple(map(_line, session.execute(query.order_by(*_NEWEST_FIRST).limit(limit))))


def number_of(line: BulletinLine) -> int:
    """Which bulletin of its day it is: slugs end in it from the second on."""
    return int(line.slug[11:] or 1)


def list_newest(session: Session, limit: int) -> tuple[BulletinLine, ...]:
    """The newest bulletins that are not withdrawn."""
    query = select(*_LINE).where(Bulletin.status == Status.PUBLISHED)
    return tuple(map(_line, session.execute(query.order_by(*_NEWEST_FIRST).limit(limit))))


def list_addresses(session: Session) -> tuple[tuple[str, datetime], ...]:
    """The slug of every bulletin shown and when it last changed, newest first."""
    query = select(Bulletin.slug, Bulletin.updated_at).where(_IS_SHOWN).order_by(*_NEWEST_FIRST)
    return tuple((row.slug, row.updated_at) for row in session.execute(query))


def get_neighbours(session: Session, line: BulletinLine) -> Neighbours:
    """The bulletins before and after one, two of the same day by their number."""
    number = number_of(line)
    at_once = Bulletin.dated_on == line.dated_on
    older = or_(Bulletin.dated_on < line.dated_on, and_(at_once, Bulletin.number < number))
    newer = or_(Bulletin.dated_on > line.dated_on, and_(at_once, Bulletin.number > number))
    back = select(*_LINE).where(_IS_SHOWN, older).order_by(*_NEWEST_FIRST)
    on = select(*_LINE).where(_IS_SHOWN, newer).order_by(Bulletin.dated_on, Bulletin.number)
    return Neighbours(_first(session, back), _first(session, on))


def list_years(session: Session) -> tuple[Count, ...]:
    """Each year with its bulletins counted, newest first."""
    query = select(Bulletin.year, func.count()).where(_IS_SHOWN).group_by(Bulletin.year)
    rows = session.execute(query.order_by(Bulletin.year.desc()))
    return tuple(Count(str(year), str(year), count) for year, count in rows)


def list_topics(session: Session) -> tuple[Count, ...]:
    """Each topic with its bulletins counted, by its words."""
    query = (
        select(BulletinTopic.topic, func.count())
        .join(Bulletin, Bulletin.slug == BulletinTopic.slug)
        .where(_IS_SHOWN)
        .group_by(BulletinTopic.topic)
        .order_by(BulletinTopic.topic)
    )
    counts = [Count(topic, say_topic(topic), count) for topic, count in session.execute(query)]
    return tuple(sorted(counts, key=lambda count: count.words.casefold()))


def list_audiences(session: Session) -> tuple[Count, ...]:
    """Every audience there is with its bulletins counted, none included."""
    query = select(Bulletin.audience, func.count()).where(_IS_SHOWN).group_by(Bulletin.audience)
    found = {row[0]: row[1] for row in session.execute(query.order_by(Bulletin.audience))}
    return tuple(Count(one, words, found.get(one, 0)) for one, words in AUDIENCE_NAMES.items())


def resolve_alias(session: Session, alias: str) -> str | None:
    """The slug an old address leads to, or None; never that of a draft."""
    query = (
        select(BulletinAlias.slug)
        .join(Bulletin, Bulletin.slug == BulletinAlias.slug)
        .where(BulletinAlias.alias == alias, _IS_SHOWN)
    )
    return session.execute(query).scalar_one_or_none()


def get_feed(session: Session, path: str, feed_format: str) -> StoredFeed | None:
    """A finished feed: path empty, `topics/…` or `audiences/…`; format atom, rss or json."""
    row = session.get(FeedDocument, (path, feed_format))
    return None if row is None else StoredFeed(row.body, row.etag, row.updated_at)


def list_problems(session: Session) -> tuple[Problem, ...]:
    """Every mistake in the files as they stand, by file and line."""
    order = (BulletinProblem.source, BulletinProblem.line, BulletinProblem.problem_id)
    rows = session.scalars(select(BulletinProblem).order_by(*order))
    return tuple(Problem(row.source, row.line, row.message, row.blocks) for row in rows)


def _narrow(
    year: int | None, topic: str | None, audience: Audience | None
) -> list[ColumnElement[bool]]:
    """What is shown of a part of the archive."""
    wanted: list[ColumnElement[bool]] = [_IS_SHOWN]
    if year is not None:
        wanted.append(Bulletin.year == year)
    if audience is not None:
        wanted.append(Bulletin.audience == audience)
    if topic is not None:
        with_topic = select(BulletinTopic.slug).where(BulletinTopic.topic == topic)
        wanted.append(Bulletin.slug.in_(with_topic))
    return wanted


def _first(session: Session, query: Select[*tuple[Any, ...]]) -> BulletinLine | None:
    row = session.execute(query.limit(1)).one_or_none()
    return None if row is None else _line(row)


def _line(row: Any) -> BulletinLine:
    return BulletinLine(
        slug=row.slug,
        raw_title=row.title,
        audience=Audience(row.audience),
        dated_on=row.dated_on,
        summary=row.summary,
        status=Status(row.status),
        topics=tuple(row.topics),
        published_at=row.published_at,
        updated_at=row.updated_at,
    )
