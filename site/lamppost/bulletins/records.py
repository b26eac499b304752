"""What the reads give: frozen values, ready for a page or JSON."""

from dataclasses import dataclass
from datetime import date, datetime

from lamppost.bulletins.front_matter import Audience, Status
from lamppost.bulletins.render import Heading
from lamppost.bulletins.rules import AUDIENCE_NAMES, AUDIENCE_PHRASES, say_title, say_topic

_SECTION = 2
_ENOUGH_FOR_CONTENTS = 3


@dataclass(frozen=True, slots=True)
class BulletinLine:
    """A bulletin in a list."""

    slug: str
    raw_title: str
    audience: Audience
    dated_on: date
    summary: str
    status: Status
    topics: tuple[str, ...]
    published_at: datetime
    updated_at: datetime

    @property
    def title(self) -> str:
        """The title with audience and date."""
        return say_title(self.raw_title, self.audience, self.dated_on)

    @property
    def is_withdrawn(self) -> bool:
        """Whether only a stub is left."""
        return self.status is Status.WITHDRAWN

    @property
    def audience_name(self) -> str:
        """Whom it is for, in words."""
        return AUDIENCE_NAMES[self.audience]

    @property
    def audience_phrase(self) -> str:
        """Whom it is for, inside a sentence."""
        return AUDIENCE_PHRASES[self.audience]

    @property
    def topic_names(self) -> tuple[tuple[str, str], ...]:
        """Each topic with its words."""
        return tuple((topic, say_topic(topic)) for topic in self.topics)


@dataclass(frozen=True, slots=True)
class Note:
    """A correction: when, and what was put right."""

    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class BulletinDetail:
    """A bulletin in full. `html` is sanitised; `corrections` are oldest first."""

    line: BulletinLine
    entry_id: str
    html: str
    contents: tuple[Heading, ...]
    markdown: str
    text: str
    corrections: tuple[Note, ...]

    @property
    def sections(self) -> tuple[Heading, ...]:
        """The headings of its list of contents; too few make none."""
        found = tuple(heading for heading in self.contents if heading.level == _SECTION)
        return found if len(found) >= _ENOUGH_FOR_CONTENTS else ()


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; `page` counts from 1 and `pages` is at least 1."""

    items: tuple[BulletinLine, ...]
    page: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The bulletins before and after one, by date."""

    older: BulletinLine | None
    newer: BulletinLine | None


@dataclass(frozen=True, slots=True)
class Count:
    """A year, topic or audience, its words, and how many bulletins stand under it."""

    value: str
    words: str
    bulletins: int


@dataclass(frozen=True, slots=True)
class StoredFeed:
    """A finished feed."""

    body: bytes
    etag: str
    updated_at: datetime
