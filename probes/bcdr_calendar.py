"""An iCalendar file (RFC 5545) read as BCDR windows: whole London days, both ends inclusive.

A DTEND is the first moment no longer in the window, so its day counts only when the window runs
into it. An end equal to the start, which the RFC forbids and many calendars write, is one day.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import chain, repeat
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component
from icalendar.error import BrokenCalendarProperty

from probes.faults import TargetFailedError
from probes.hssi_rows import storable
from probes.reading import BcdrWindow, QuarantinedRow

LONDON = ZoneInfo("Europe/London")
LONGEST_UID = 255
LONGEST_TITLE = 300
LONGEST_TEXT = 20_000
REPEATING = ("RRULE", "RDATE", "RECURRENCE-ID")

_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)


class BadEntryError(Exception):
    """An entry is no window; the message says why."""


def read_calendar(body: bytes, source: str) -> tuple[list[BcdrWindow], list[QuarantinedRow]]:
    """The windows of a calendar, for each UID the newest; wrong entries put aside.

    Raises:
        TargetFailedError: the file is not a calendar; nothing of it is taken in.
    """
    windows: dict[str, BcdrWindow] = {}
    quarantined: list[QuarantinedRow] = []
    for line, event, is_withdrawn in _events(body):
        try:
            window = _read_event(event, is_withdrawn=is_withdrawn)
            known = windows.get(window.uid)
            if known is not None and known.sequence == window.sequence:
                _refuse(f"UID {window.uid} with SEQUENCE {window.sequence} stands here twice.")
        except (BadEntryError, BrokenCalendarProperty) as error:
            raw = event.to_ical().decode("utf-8", "replace")
            quarantined.append(QuarantinedRow(source, line, storable(str(error)), storable(raw)))
        else:
            if known is None or known.sequence < window.sequence:
                windows[window.uid] = window
    return list(windows.values()), quarantined


def _events(body: bytes) -> Iterator[tuple[int, Component, bool]]:
    """Each entry with the line it begins on, and whether its calendar withdraws it."""
    calendars = _parse(body)
    lines = chain(_lines_of_events(body), repeat(0))
    for calendar in calendars:
        is_withdrawn = str(calendar.get("METHOD", "")).upper() == "CANCEL"
        for event in calendar.walk("VEVENT"):
            yield next(lines), event, is_withdrawn


def _parse(body: bytes) -> list[Component]:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise TargetFailedError(
            "encoding", f"The calendar is not UTF-8 on line {line}; save it as UTF-8."
        ) from None
    if not text.lstrip().upper().startswith("BEGIN:VCALENDAR"):
        raise TargetFailedError(
            "not-a-calendar", "This is not a calendar: it does not begin with BEGIN:VCALENDAR."
        )
    try:
        calendars = Calendar.from_ical(text, multiple=True)
    except (ValueError, RecursionError, IndexError) as error:
        raise TargetFailedError(
            "not-a-calendar", f"The calendar cannot be read: {error}."
        ) from error
    if not calendars:
        raise TargetFailedError("cut-off", "The calendar is cut off: its END:VCALENDAR is missing.")
    return list(calendars)


def _lines_of_events(body: bytes) -> Iterator[int]:
    for number, line in enumerate(body.splitlines(), start=1):
        if line.strip().upper() == b"BEGIN:VEVENT":
            yield number


def _read_event(event: Component, *, is_withdrawn: bool) -> BcdrWindow:
    uid = _text(event, "UID", LONGEST_UID)
    if not uid:
        _refuse("The entry has no UID, so a change to it could not be told from a new one.")
    repeating = next((name for name in REPEATING if name in event), None)
    if repeating:
        _refuse(f"The entry repeats ({repeating}); write each window as an entry of its own.")
    starts_on, ends_on = _days(event)
    summary = _text(event, "SUMMARY", LONGEST_TITLE)
    return BcdrWindow(
        uid=uid,
        sequence=_sequence(event),
        title=summary or "BCDR window",
        starts_on=starts_on,
        ends_on=ends_on,
        cancelled=is_withdrawn or _text(event, "STATUS", 32).upper() == "CANCELLED",
        summary=_text(event, "DESCRIPTION", LONGEST_TEXT),
        location=_text(event, "LOCATION", LONGEST_TITLE),
        url=_text(event, "URL", 2_000),
        updated_at=_updated_at(event),
    )


def _days(event: Component) -> tuple[date, date]:
    start = _when(event, "DTSTART")
    if start is None:
        raise BadEntryError("The entry has no DTSTART.")
    end = _end(event, start)
    if isinstance(start, datetime) != isinstance(end, datetime):
        _refuse("DTSTART and DTEND must both be days, or both be times.")
    if isinstance(start, datetime) and isinstance(end, datetime):
        begins, ends = _in_london(start), _in_london(end)
        last = ends if ends.astimezone(UTC) == begins.astimezone(UTC) else ends - _INSTANT
        is_reversed = ends.astimezone(UTC) < begins.astimezone(UTC)
        first_day, last_day = begins.date(), last.date()
    else:
        first_day, last_day = start, (end if end == start else end - _DAY)
        is_reversed = end < start
    if is_reversed:
        _refuse(f"The window ends ({end}) before it starts ({start}).")
    return first_day, last_day


def _end(event: Component, start: date) -> date:
    end = _when(event, "DTEND")
    if end is not None:
        return end
    length = event.get("DURATION")
    try:
        return start + length.dt if length is not None else start
    except OverflowError:
        raise BadEntryError("The DURATION runs beyond the calendar.") from None


def _when(event: Component, name: str) -> date | None:
    held = event.get(name)
    if held is None:
        return None
    if isinstance(held, list):
        raise BadEntryError(f"The entry has {name} more than once.")
    when = held.dt
    if not isinstance(when, date):
        raise BadEntryError(f"{name} is neither a day nor a time.")
    zone = held.params.get("TZID")
    if isinstance(when, datetime) and when.tzinfo is None and zone:
        raise BadEntryError(f"{name} stands in the time zone {zone}, which is not known.")
    return when


def _in_london(moment: datetime) -> datetime:
    """A time without a zone is London's own."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=LONDON)
    return moment.astimezone(LONDON)


def _sequence(event: Component) -> int:
    try:
        return max(0, int(event.get("SEQUENCE", 0)))
    except (TypeError, ValueError):
        raise BadEntryError("SEQUENCE is not a whole number.") from None


def _updated_at(event: Component) -> datetime | None:
    for name in ("LAST-MODIFIED", "DTSTAMP"):
        moment = _when(event, name)
        if isinstance(moment, datetime):
            return _in_london(moment).astimezone(UTC)
    return None


def _text(event: Component, name: str, longest: int) -> str:
    held = event.get(name, "")
    first = held[0] if isinstance(held, list) else held
    return storable(str(first).strip(), longest)


def _refuse(text: str) -> None:
    raise BadEntryError(text)
