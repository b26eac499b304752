"""RSS 2.0, with the full text in content:encoded."""

from collections.abc import Iterable

from lamppost.syndication.entry import Channel, Entry
from lamppost.syndication.generator import BUILDING, make_generator

MEDIA_TYPE = "application/rss+xml"


def rss(channel: Channel, entries: Iterable[Entry]) -> bytes:
    """The feed as RSS, entries in the order given; the same input gives the same bytes."""
    with BUILDING:
        document: bytes = make_generator(channel, tuple(entries), MEDIA_TYPE).rss_str()
    return document
