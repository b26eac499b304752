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
from lamppost.web.component_names import name_components
from lamppost.web.context import now, session, settings
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
    EventKind.KNOWN_ISSUE: "Known issues",
}
# The year the feeds' own id was minted in, and their date while nothing has been said.
MINTED = 2018
NOTHING_YET = datetime(MINTED, 1, 1, tzinfo=UTC)


@blueprint.get("/status/feed.<kind>")
@public_page(areas=(Area.STATUS,), max_age_s=60)
def feed(kind: str) -> Response:
    """The newest events in one format."""
    return _answer(kind, make_channel(kind, settings()), list_status_events(session()))


@blueprint.get("/status/components/<slug>/feed.<kind>")
@public_page(areas=(Area.STATUS,), max_age_s=60)
def component_feed(slug: str, kind: str) -> Response:
    """The newest events that concern one component, in one format."""
    names = dict(name_components(session(), [slug], now=now()))
    if slug not in names:
        abort(404)
    events = list_status_events(session(), component=slug)
    return _answer(kind, make_component_channel(kind, slug, names[slug], settings()), events)


def _answer(kind: str, channel: Channel, events: Iterable[StatusEvent]) -> Response:
    if kind not in FORMATS:
        abort(404)
    write, media_type = FORMATS[kind]
    entries = [make_entry(event, settings()) for event in events]
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


def make_component_channel(kind: str, slug: str, name: str, site: Settings) -> Channel:
    """A component's own feed, in one format."""
    page = f"{site.base_url}/status/components/{slug}/"
    return Channel(
        id=f"tag:{site.tag_authority},{MINTED}:status/{slug}",
        title=f"{name} \N{EN DASH} {site.service_name} service status",
        description=f"Incidents, planned changes and BCDR tests that concern {name}",
        self_link=f"{page}feed.{kind}",
        alternate_link=page,
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
