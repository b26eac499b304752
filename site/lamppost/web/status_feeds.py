"""The status feeds: one entry per change of an incident and per announcement.

Each is built once per generation, when the page cache asks, and sent from memory until then.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from html import escape

from flask import Blueprint, Response, abort

from lamppost.generation.actions import Area
from lamppost.settings import Settings
from lamppost.status.notices import EventKind, StatusEvent
from lamppost.status.reads import list_status_events
from lamppost.syndication import atom, json_feed, rss
from lamppost.syndication.entry import Category, Channel, Entry
from lamppost.web.context import session, settings
from lamppost.web.public import public_page

blueprint = Blueprint("status_feeds", __name__)
Writer = Callable[[Channel, Iterable[Entry]], bytes]
FORMATS: dict[str, tuple[Writer, str]] = {
    "atom": (atom.atom, atom.MEDIA_TYPE),
    "rss": (rss.rss, rss.MEDIA_TYPE),
    "json": (json_feed.json_feed, json_feed.MEDIA_TYPE),
}
KINDS = {
    EventKind.HSSI: "High Severity Service Incidents",
    EventKind.WINDOW: "BCDR tests",
    EventKind.CHANGE: "Planned changes",
    EventKind.RELEASE: "Portal releases",
}
# The year the feeds' own id was minted in, and their date while nothing has been said.
MINTED = 2018
NOTHING_YET = datetime(MINTED, 1, 1, tzinfo=UTC)


@blueprint.get("/status/feed.<kind>")
@public_page(areas=(Area.STATUS,), max_age_s=60)
def feed(kind: str) -> Response:
    """The newest events in one format."""
    if kind not in FORMATS:
        abort(404)
    write, media_type = FORMATS[kind]
    entries = [make_entry(event, settings()) for event in list_status_events(session())]
    channel = make_channel(kind, settings())
    response = Response(write(channel, entries), content_type=f"{media_type}; charset=utf-8")
    response.last_modified = max((one.updated_at for one in entries), default=NOTHING_YET)
    return response


def make_channel(kind: str, site: Settings) -> Channel:
    """The feed itself, in one format."""
    return Channel(
        id=f"tag:{site.tag_authority},{MINTED}:status",
        title=f"{site.service_name} service status",
        description="High Severity Service Incidents, BCDR tests, planned changes and releases",
        self_link=f"{site.base_url}/status/feed.{kind}",
        alternate_link=f"{site.base_url}/status/",
        author=site.service_name,
        updated_at=NOTHING_YET,
    )


def make_entry(event: StatusEvent, site: Settings) -> Entry:
    """One event; its id holds the authority of the settings, so it survives a change of host."""
    link = site.base_url + event.path
    words = escape(event.text or event.title)
    return Entry(
        id=f"tag:{site.tag_authority},{event.tag_year}:{event.tag_name}",
        title=event.title,
        link=link,
        published_at=event.published_at,
        updated_at=event.updated_at,
        summary=event.text or event.title,
        content_html=f'<p>{words}</p>\n<p><a href="{escape(link)}">See it on the site</a></p>',
        categories=(Category(event.kind.value, f"{site.base_url}/status/", KINDS[event.kind]),),
    )
