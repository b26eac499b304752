"""The finished feeds, built in the transaction that publishes and stored as bytes."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from lamppost.bulletins.front_matter import Audience, Status
from lamppost.bulletins.render import absolutise
from lamppost.bulletins.rules import AUDIENCE_PHRASES, SHOWN, say_title, say_topic
from lamppost.bulletins.tables import Bulletin, BulletinTopic, FeedDocument
from lamppost.settings import Settings
from lamppost.syndication.atom import atom
from lamppost.syndication.entry import Category, Channel, Entry, last_updated
from lamppost.syndication.json_feed import json_feed
from lamppost.syndication.rss import rss
from lamppost.wording import say_moment

NEWEST = 30
WRITERS = {"atom": atom, "rss": rss, "json": json_feed}
# These feeds exist before their first bulletin, so that anybody can subscribe from the first day.
ALWAYS = ("", *(f"audiences/{audience}" for audience in Audience))
# The date of the feeds' own ids: when the first bulletin of the archive's era was due.
_AUTHORITY_DATE = "2018"
_EPOCH = datetime(2018, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Site:
    """What feeds say of the site they come from."""

    base_url: str
    name: str
    # Never the host's: an id must outlive a move to another address.
    authority: str = "lamppost.example"

    @classmethod
    def of(cls, settings: Settings) -> "Site":
        """The site these settings describe."""
        return cls(settings.base_url, settings.service_name, settings.tag_authority)

    @property
    def made_for(self) -> str:
        """What a stored feed was made for; a feed made for another address is built afresh."""
        return f"{self.base_url} {self.authority} {self.name}"


def list_stale_feeds(session: Session, site: Site) -> set[str]:
    """The feeds to be built whatever changed: missing ones, and those made for another address."""
    rows = session.execute(
        select(FeedDocument.path, FeedDocument.made_for).distinct().order_by(FeedDocument.path)
    ).all()
    missing = set(ALWAYS) - {path for path, _ in rows}
    return missing | {path for path, made_for in rows if made_for != site.made_for}


def rebuild_feeds(session: Session, *, paths: Collection[str], site: Site) -> None:
    """Build these feeds in every format from the rows as they stand."""
    for path in sorted(paths):
        session.execute(delete(FeedDocument).where(FeedDocument.path == path))
        bulletins = _list_newest(session, path)
        if bulletins or path in ALWAYS:
            entries = tuple(_entry(bulletin, site) for bulletin in bulletins)
            session.execute(insert(FeedDocument), [*_documents(path, entries, site)])


def _list_newest(session: Session, path: str) -> list[Bulletin]:
    query = select(Bulletin).where(Bulletin.status.in_(SHOWN))
    kind, _, value = path.partition("/")
    if kind == "topics":
        query = query.join(BulletinTopic, BulletinTopic.slug == Bulletin.slug)
        query = query.where(BulletinTopic.topic == value)
    elif kind == "audiences":
        query = query.where(Bulletin.audience == value)
    query = query.order_by(Bulletin.dated_on.desc(), Bulletin.number.desc())
    return list(session.scalars(query.limit(NEWEST)))


def _documents(path: str, entries: tuple[Entry, ...], site: Site) -> list[dict[str, object]]:
    documents: list[dict[str, object]] = []
    for name, write in WRITERS.items():
        channel = _channel(path, name, site)
        body = write(channel, entries)
        documents.append(
            {
                "path": path,
                "format": name,
                "body": body,
                "etag": hashlib.blake2b(body, digest_size=16).hexdigest(),
                "updated_at": last_updated(channel, entries),
                "made_for": site.made_for,
            }
        )
    return documents


def _channel(path: str, name: str, site: Site) -> Channel:
    page = f"{site.base_url}/bulletins/{path}/" if path else f"{site.base_url}/bulletins/"
    title = say_feed_title(path)
    return Channel(
        id=f"tag:{site.authority},{_AUTHORITY_DATE}:bulletins" + (f"/{path}" if path else ""),
        title=f"{title} \N{EN DASH} {site.name}",
        description=f"{title} of {site.name}, newest first",
        self_link=f"{page}feed.{name}",
        alternate_link=page,
        author=site.name,
        updated_at=_EPOCH,
    )


def say_feed_title(path: str) -> str:
    """`Bulletins`, `Bulletins about BCDR` or `Bulletins for Local Administrators`."""
    kind, _, value = path.partition("/")
    if kind == "topics":
        return f"Bulletins about {say_topic(value)}"
    if kind == "audiences":
        return f"Bulletins for {AUDIENCE_PHRASES[Audience(value)]}"
    return "Bulletins"


def _entry(bulletin: Bulletin, site: Site) -> Entry:
    title = say_title(bulletin.title, Audience(bulletin.audience), bulletin.dated_on)
    is_withdrawn = bulletin.status == Status.WITHDRAWN
    link = f"{site.base_url}/bulletins/{bulletin.slug}/"
    content = absolutise(bulletin.html, link)
    published_at = bulletin.published_at or _EPOCH
    return Entry(
        id=bulletin.entry_id,
        title=f"Withdrawn: {title}" if is_withdrawn else title,
        link=link,
        published_at=published_at,
        updated_at=bulletin.updated_at or published_at,
        summary=bulletin.summary,
        content_html=content if is_withdrawn else _corrections(bulletin) + content,
        categories=tuple(
            Category(topic, f"{site.base_url}/bulletins/topics/", say_topic(topic))
            for topic in bulletin.topics
        ),
    )


def _corrections(bulletin: Bulletin) -> str:
    """The dated notes first, so that a reader who has read it before sees what is new."""
    return "".join(
        f"<p>Corrected on {say_moment(datetime.fromisoformat(at))}: {escape(note)}</p>\n"
        for at, note in bulletin.corrections
    )
