"""JSON Feed 1.1 (jsonfeed.org)."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime

from lamppost.syndication.entry import Channel, Entry, printable

MEDIA_TYPE = "application/feed+json"
VERSION = "https://jsonfeed.org/version/1.1"


def json_feed(channel: Channel, entries: Iterable[Entry]) -> bytes:
    """The feed as JSON Feed, entries in the order given; the same input gives the same bytes."""
    document = {
        "version": VERSION,
        "title": printable(channel.title),
        "home_page_url": channel.alternate_link,
        "feed_url": channel.self_link,
        "description": printable(channel.description),
        "language": channel.language,
        "authors": [{"name": printable(channel.author)}],
        # Archives go backwards in time, as a reader's "next page" does.
        "next_url": channel.prev_archive,
        "icon": channel.icon,
        "items": [_item(entry) for entry in entries],
    }
    given = {name: value for name, value in document.items() if value is not None}
    return json.dumps(given, ensure_ascii=False, indent=1).encode()


def _item(entry: Entry) -> dict[str, object]:
    return {
        "id": entry.id,
        "url": entry.link,
        "title": printable(entry.title),
        "summary": printable(entry.summary),
        "content_html": printable(entry.content_html),
        "date_published": _moment(entry.published_at),
        "date_modified": _moment(entry.updated_at),
        "tags": [category.label for category in entry.categories],
    }


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
