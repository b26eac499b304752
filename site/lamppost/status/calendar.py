"""What is planned as entries of a calendar: BCDR tests, planned changes, Portal releases.

An entry's sequence goes up with every edit, and what is cancelled stays: a calendar that once took
an entry must be told what became of it.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from lamppost.clock import london_date
from lamppost.status.notices import Change, Release, ReleaseState, Window, WindowState
from lamppost.status.reads import list_changes, list_releases, list_windows
from lamppost.status.statuspage.identity import make_id
from lamppost.syndication.calendar import CalendarEntry, Standing
from lamppost.wording import say_date

# A calendar keeps what it was given; what ended longer ago has nothing more to be told.
DAYS_BACK = 365


class CalendarKind(StrEnum):
    """What a calendar may be narrowed to."""

    BCDR = "bcdr"
    CHANGES = "changes"
    RELEASES = "releases"


CATEGORY = {
    CalendarKind.BCDR: "BCDR test",
    CalendarKind.CHANGES: "Planned change",
    CalendarKind.RELEASES: "Portal release",
}


@dataclass(frozen=True, slots=True)
class CalendarOf:
    """Where entries lead, and the authority their lasting ids end in."""

    base_url: str
    authority: str


def list_calendar_entries(
    session: Session,
    *,
    now: datetime,
    site: CalendarOf,
    kind: CalendarKind | None = None,
    component: str | None = None,
) -> list[CalendarEntry]:
    """Entries in the order of their beginning.

    `component` keeps the changes that name it, and every test: a test concerns the whole service.
    """
    entries: list[CalendarEntry] = []
    if kind in (None, CalendarKind.BCDR):
        entries += (_of_window(one, site) for one in list_windows(session, now=now))
    if kind in (None, CalendarKind.CHANGES):
        changes = list_changes(session, now=now, days_back=DAYS_BACK)
        entries += (_of_change(one, site) for one in _naming(changes, component))
    if kind in (None, CalendarKind.RELEASES) and component is None:
        entries += (_of_release(one, site) for one in list_releases(session))
    return sorted(entries, key=lambda one: (f"{one.first:%Y%m%d}", one.uid))


def _naming(changes: Iterable[Change], component: str | None) -> Iterable[Change]:
    return (one for one in changes if component is None or component in one.components)


def sequence_of(*, announced_at: datetime, updated_at: datetime, source: int = 0) -> int:
    """A number that goes up with every edit: the source's own, and the seconds since announced.

    An edit always moves `updated_at` on, so no count of edits has to be kept beside it.
    """
    return source + max(0, round((updated_at - announced_at).total_seconds()))


def _uid(kind: CalendarKind, key: str, site: CalendarOf) -> str:
    return f"{kind}-{make_id('calendar', kind, key)}@{site.authority}"


def _of_window(window: Window, site: CalendarOf) -> CalendarEntry:
    is_cancelled = window.state is WindowState.CANCELLED
    return CalendarEntry(
        uid=_uid(CalendarKind.BCDR, window.uid, site),
        sequence=sequence_of(
            announced_at=window.announced_at, updated_at=window.updated_at, source=window.sequence
        ),
        title=window.title,
        first=window.starts_on,
        last=window.ends_on,
        standing=Standing.CANCELLED if is_cancelled else Standing.CONFIRMED,
        text=window.summary,
        link=f"{site.base_url}/status/bcdr/",
        created_at=window.announced_at,
        updated_at=window.updated_at,
        location=window.location,
        categories=(CATEGORY[CalendarKind.BCDR],),
    )


def _of_change(change: Change, site: CalendarOf) -> CalendarEntry:
    return CalendarEntry(
        uid=_uid(CalendarKind.CHANGES, change.ref, site),
        sequence=sequence_of(announced_at=change.announced_at, updated_at=change.updated_at),
        title=change.title,
        first=change.starts_at,
        last=change.ends_at,
        standing=Standing.CONFIRMED,
        text="\n".join(part for part in (change.impact, change.summary) if part),
        link=f"{site.base_url}/status/changes/#{change.ref}",
        created_at=change.announced_at,
        updated_at=change.updated_at,
        categories=(CATEGORY[CalendarKind.CHANGES],),
    )


def _of_release(release: Release, site: CalendarOf) -> CalendarEntry:
    """A release known by its month only spans the month, and is tentative."""
    first, last = _days(release)
    is_open = release.is_month_only and release.live_at is None
    said = {
        ReleaseState.PLANNED: f"Planned for {release.planned_words}.",
        ReleaseState.LIVE: f"Live since {say_date(last)}.",
        ReleaseState.ROLLED_BACK: "Rolled back.",
    }[release.state]
    lines = (said, release.summary, *(f"- {item.text}" for item in release.items))
    is_back = release.state is ReleaseState.ROLLED_BACK
    return CalendarEntry(
        uid=_uid(CalendarKind.RELEASES, release.ref, site),
        sequence=sequence_of(announced_at=release.announced_at, updated_at=release.updated_at),
        title=f"Rolled back: {release.name}" if is_back else release.name,
        first=first,
        last=last,
        standing=Standing.TENTATIVE if is_open else Standing.CONFIRMED,
        text="\n".join(line for line in lines if line),
        link=f"{site.base_url}/status/releases/",
        created_at=release.announced_at,
        updated_at=release.updated_at,
        categories=(CATEGORY[CalendarKind.RELEASES],),
    )


def _days(release: Release) -> tuple[date, date]:
    if release.live_at is not None:
        day = london_date(release.live_at)
        return day, day
    first = release.planned_on
    if not release.is_month_only:
        return first, first
    return first, first.replace(day=monthrange(first.year, first.month)[1])
