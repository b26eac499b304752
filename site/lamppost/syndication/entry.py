"""What a feed is made of: a channel and its entries, told apart from any format."""

import re
from dataclasses import dataclass, field
from datetime import datetime

# XML 1.0 has no way to write these, escaped or not; one of them makes a whole feed unreadable.
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Category:
    """A term, the URI of the list it comes from, and the words people read."""

    term: str
    scheme: str
    label: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was said. `id` is a `tag:` URI minted once; links in the HTML are absolute."""

    id: str
    title: str
    link: str
    published_at: datetime
    updated_at: datetime
    summary: str
    content_html: str
    categories: tuple[Category, ...] = ()


@dataclass(frozen=True, slots=True)
class Channel:
    """The feed itself. `self_link` is the address of this very document, one per format.

    `updated_at` stands in for the entries' newest moment when there are none.
    """

    id: str
    title: str
    description: str
    self_link: str
    alternate_link: str
    author: str
    updated_at: datetime
    language: str = "en-GB"
    icon: str | None = None
    current: str | None = None
    prev_archive: str | None = None
    next_archive: str | None = None
    archives: tuple[tuple[str, str], ...] = field(init=False)

    def __post_init__(self) -> None:
        """Gather the RFC 5005 links that are set as (rel, address)."""
        pairs = (
            ("current", self.current),
            ("prev-archive", self.prev_archive),
            ("next-archive", self.next_archive),
        )
        object.__setattr__(self, "archives", tuple((rel, at) for rel, at in pairs if at))


def last_updated(channel: Channel, entries: tuple[Entry, ...]) -> datetime:
    """The newest `updated_at`: a feed's own date, so that the same entries give the same bytes."""
    return max((entry.updated_at for entry in entries), default=channel.updated_at)


def printable(text: str) -> str:
    """The text without the characters XML cannot carry."""
    return _NOT_XML.sub("", text)
