"""iCalendar (RFC 5545, with the refreshing of RFC 7986): one calendar from plain entries.

Local times carry Europe/London and its rules with them, so that a reader's own table of zones does
not matter. Days are dates, and their end is the day after the last, as the RFC has it. The same
entries give the same bytes: DTSTAMP is when an entry last changed, never when it was asked for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from icalendar import Calendar, Component, Event
from icalendar.prop import vDDDTypes, vDuration, vText

from lamppost.clock import LONDON
from lamppost.syndication.entry import printable

MEDIA_TYPE = "text/calendar"
REFRESH = timedelta(hours=1)
# What holds since 1996; earlier years are nobody's plans.
_LONDON_ZONE = b"""\
BEGIN:VTIMEZONE\r
TZID:Europe/London\r
X-LIC-LOCATION:Europe/London\r
BEGIN:DAYLIGHT\r
DTSTART:19960331T010000\r
TZNAME:BST\r
TZOFFSETFROM:+0000\r
TZOFFSETTO:+0100\r
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r
END:DAYLIGHT\r
BEGIN:STANDARD\r
DTSTART:19961027T020000\r
TZNAME:GMT\r
TZOFFSETFROM:+0100\r
TZOFFSETTO:+0000\r
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r
END:STANDARD\r
END:VTIMEZONE\r
"""


class Standing(StrEnum):
    """Whether something takes place; what is cancelled stays in the calendar and says so."""

    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One thing that takes place. Either moments, or civil days whose last one is included.

    `uid` never changes for a thing, `sequence` goes up with each edit of it. What comes again is an
    entry for each of its times: any one of them may be moved or cancelled by itself.
    """

    uid: str
    sequence: int
    title: str
    first: date | datetime
    last: date | datetime
    standing: Standing
    text: str
    link: str
    created_at: datetime
    updated_at: datetime
    location: str = ""
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CalendarChannel:
    """The calendar itself."""

    name: str
    description: str
    link: str
    self_link: str


def calendar(channel: CalendarChannel, entries: Iterable[CalendarEntry]) -> bytes:
    """The calendar's bytes, entries in the order given."""
    made = Calendar()
    made.add("prodid", "-//Lamppost//Service calendar//EN")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    for name, value in (("name", channel.name), ("x-wr-calname", channel.name)):
        made.add(name, vText(printable(value)))
    for name in ("description", "x-wr-caldesc"):
        made.add(name, vText(printable(channel.description)))
    made.add("url", channel.link)
    made.add("source", channel.self_link, parameters={"VALUE": "URI"})
    made.add("x-wr-timezone", "Europe/London")
    made.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", vDuration(REFRESH))
    made.add_component(Component.from_ical(_LONDON_ZONE))
    for entry in entries:
        made.add_component(_event(entry))
    written: bytes = made.to_ical()
    return written


def _event(entry: CalendarEntry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.updated_at.astimezone(UTC))
    event.add("created", entry.created_at.astimezone(UTC))
    event.add("last-modified", entry.updated_at.astimezone(UTC))
    event.add("dtstart", _begin(entry.first))
    event.add("dtend", _end(entry.last))
    event.add("summary", vText(printable(entry.title)))
    event.add("description", vText(printable(entry.text)))
    event.add("status", entry.standing.value)
    event.add("url", entry.link)
    # Nobody is busy because mail is being worked on.
    event.add("transp", "TRANSPARENT")
    if entry.location:
        event.add("location", vText(printable(entry.location)))
    if entry.categories:
        event.add("categories", list(entry.categories))
    return event


def _begin(moment: date | datetime) -> vDDDTypes:
    if not isinstance(moment, datetime):
        return vDDDTypes(moment)
    local = moment.astimezone(LONDON)
    # In the hour that comes twice a local time means its first coming; the second is told in UTC.
    return vDDDTypes(moment.astimezone(UTC) if local.fold else local)


def _end(moment: date | datetime) -> vDDDTypes:
    if isinstance(moment, datetime):
        return _begin(moment)
    return vDDDTypes(moment + timedelta(days=1))
