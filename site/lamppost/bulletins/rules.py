"""What a bulletin is called, when it counts as changed, and who sees it."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from lamppost.bulletins.front_matter import Audience, FrontMatter, Status
from lamppost.clock import london_midnight
from lamppost.wording import say_date

SHOWN = (Status.PUBLISHED, Status.WITHDRAWN)
AUDIENCE_NAMES = {
    Audience.LA: "Local Administrators",
    Audience.ALL_USERS: "All users",
    Audience.NAS: "National Administration Service",
}
AUDIENCE_PHRASES = {
    Audience.LA: "Local Administrators",
    Audience.ALL_USERS: "all users",
    Audience.NAS: "the National Administration Service",
}
# Spelt out at first use, then the abbreviation everybody says.
_ABBREVIATIONS = {
    Audience.LA: ("Local Administrator", "LA"),
    Audience.NAS: ("National Administration Service", "NAS"),
}
# Topics whose words are not simply their slug with a capital.
_TOPIC_NAMES = {
    "anti-spoofing": "Anti-spoofing",
    "bcdr": "BCDR",
    "gdpr": "GDPR",
    "hssi": "HSSI",
    "self-migration": "Self-migration",
    "skype-for-business": "Skype for Business",
}
_FILE_NAME = re.compile(r"(\d{4}-\d\d-\d\d)(?:-(\d{1,3}))?")


@dataclass(frozen=True, slots=True)
class Name:
    """What a file's name says: the day, and which bulletin of that day."""

    on: date
    number: int

    @property
    def slug(self) -> str:
        """The date, with `-2` for a second the same day."""
        return self.on.isoformat() + (f"-{self.number}" if self.number > 1 else "")


def read_name(stem: str) -> Name | None:
    """The name in `2018-04-09` or `2018-04-09-2`, or None when it is neither."""
    found = _FILE_NAME.fullmatch(stem)
    if found is None:
        return None
    try:
        return Name(date.fromisoformat(found[1]), int(found[2] or 1) or 1)
    except ValueError:
        return None


def say_title(title: str, audience: Audience, on: date) -> str:
    """The title with its audience's abbreviation and its date, each once, however it was typed."""
    phrase, short = _ABBREVIATIONS.get(audience, ("", ""))
    if phrase and f"({short})" not in title:
        title = re.sub(rf"\b{phrase}\b", f"{phrase} ({short})", title, count=1)
    day = say_date(on)
    return title if day in title else f"{title} \N{EN DASH} {day}"


def say_topic(topic: str) -> str:
    """`Anti-spoofing`, `BCDR`, `Service status`: the topic's slug as words."""
    words = topic.replace("-", " ")
    return _TOPIC_NAMES.get(topic, words[:1].upper() + words[1:])


def decide_published_at(front: FrontMatter) -> datetime | None:
    """When it was published: what publishing wrote; else the start of its day, for old archives."""
    if front.status not in SHOWN:
        return None
    return front.published_at or front.publish_at or london_midnight(front.date)


def decide_updated_at(front: FrontMatter) -> datetime | None:
    """When it last changed in a way worth telling: its last correction, else its publishing."""
    published_at = decide_published_at(front)
    if published_at is None:
        return None
    return max([published_at, *(correction.at for correction in front.corrections)])
