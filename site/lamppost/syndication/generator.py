"""feedgen with its gaps closed: what Atom and RSS share.

feedgen 1.0.0 loses the attributes of an entry's links in Atom, takes the link added last as the
channel's link in RSS, dates a feed by the clock, and calls setlocale for every RSS date, which
changes the whole process. The lock keeps two builds apart; callers build when something is
published, never in a request.
"""

from threading import Lock
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension
from feedgen.feed import FeedGenerator

from lamppost.syndication.entry import Channel, Entry, last_updated, printable

BUILDING = Lock()


class LinkAttributes(BaseEntryExtension):  # type: ignore[misc] # feedgen ships no types
    """Puts rel and type back on an Atom entry's link."""

    def extend_atom(self, entry: Any) -> Any:
        """Amend the built element; lxml elements are untyped here."""
        for link in entry.findall("link"):
            link.set("rel", "alternate")
            link.set("type", "text/html")
        return entry


def make_generator(channel: Channel, entries: tuple[Entry, ...], media_type: str) -> FeedGenerator:
    """A generator ready to be written in one format, whose media type its self link carries."""
    feed = FeedGenerator()
    feed.id(channel.id)
    feed.title(printable(channel.title))
    feed.subtitle(printable(channel.description))
    feed.language(channel.language)
    feed.author(name=printable(channel.author))
    feed.generator("Lamppost")
    feed.updated(last_updated(channel, entries))
    if channel.icon:
        feed.icon(channel.icon)
    for rel, address in channel.archives:
        feed.link(href=address, rel=rel, type=media_type)
    feed.link(href=channel.self_link, rel="self", type=media_type)
    # RSS takes the link added last as the channel's own: it must be the page, not the feed.
    feed.link(href=channel.alternate_link, rel="alternate", type="text/html")
    for entry in entries:
        feed.add_entry(_make_entry(entry), order="append")
    return feed


def _make_entry(entry: Entry) -> FeedEntry:
    made = FeedEntry()
    made.register_extension("link_attributes", LinkAttributes, rss=False)
    made.id(entry.id)
    made.title(printable(entry.title))
    made.link(href=entry.link, rel="alternate", type="text/html")
    made.published(entry.published_at)
    made.updated(entry.updated_at)
    made.content(printable(entry.content_html), type="html")
    made.summary(printable(entry.summary))
    made.category(
        [
            {"term": category.term, "scheme": category.scheme, "label": category.label}
            for category in entry.categories
        ]
    )
    return made
