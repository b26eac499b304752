"""What is planned as entries of a calendar: BCDR tests, planned changes, Portal releases.

An entry's sequence goes up with every edit, and what is cancelled stays: a calendar that once took
an entry must be told what became of it.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from lamppost.clock import london_date
from lamppost.status.notices import (
    FREEZE,
    Change,
    ChangeState,
    Release,
    ReleaseState,
    Window,
    WindowState,
)
from lamppost.status.plans.tables import ChangeRecord, ReleaseRecord, WindowRecord
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


# By kind and key, how often it was edited since it was announced.
Edits = Mapping[tuple[CalendarKind, str], int]


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
    edits = _count_edits(session)
    if kind in (None, CalendarKind.BCDR):
        entries += (_of_window(one, site, edits) for one in list_windows(session, now=now))
    if kind in (None, CalendarKind.CHANGES):
        changes = list_changes(session, now=now, days_back=DAYS_BACK)
        entries += (_of_change(one, site, edits) for one in _naming(changes, component))
    if kind in (None, CalendarKind.RELEASES) and component is None:
        entries += (_of_release(one, site, edits) for one in list_releases(session))
    return sorted(entries, key=lambda one: (f"{one.first:%Y%m%d}", one.uid))


def _naming(changes: Iterable[Change], component: str | None) -> Iterable[Change]:
    return (one for one in changes if component is None or component in one.components)


def sequence_of(*, announced_at: datetime, updated_at: datetime, edits: int = 0) -> int:
    """A number that goes up with every edit: those counted, and the seconds since announced.

    An edit in a panel is counted, one by a calendar or a file that is read again moves
    `updated_at` on; each alone makes the sum larger.
    """
    return edits + max(0, round((updated_at - announced_at).total_seconds()))


def _count_edits(session: Session) -> Edits:
    """How often each window, change and release was edited, by kind and key."""
    columns = (
        (CalendarKind.BCDR, WindowRecord.uid, WindowRecord.version),
        (CalendarKind.CHANGES, ChangeRecord.ref, ChangeRecord.version),
        (CalendarKind.RELEASES, ReleaseRecord.ref, ReleaseRecord.version),
    )
    return {
        (kind, key): version - 1
        for kind, of, counted in columns
        for key, version in session.execute(select(of, counted).order_by(of))
    }


def _uid(kind: CalendarKind, key: str, site: CalendarOf) -> str:
    return f"{kind}-{make_id('calendar', kind, key)}@{site.authority}"


def _of_window(window: Window, site: CalendarOf, edits: Edits) -> CalendarEntry:
    is_cancelled = window.state is WindowState.CANCELLED
    return CalendarEntry(
        uid=_uid(CalendarKind.BCDR, window.uid, site),
        sequence=sequence_of(
            announced_at=window.announced_at,
            updated_at=window.updated_at,
            edits=window.sequence + edits[CalendarKind.BCDR, window.uid],
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


def _of_change(change: Change, site: CalendarOf, edits: Edits) -> CalendarEntry:
    is_cancelled, is_freeze = change.state is ChangeState.CANCELLED, change.kind == FREEZE
    return CalendarEntry(
        uid=_uid(CalendarKind.CHANGES, change.ref, site),
        sequence=sequence_of(
            announced_at=change.announced_at,
            updated_at=change.updated_at,
            edits=edits[CalendarKind.CHANGES, change.ref],
        ),
        title=change.title,
        first=change.starts_at,
        last=change.ends_at,
        standing=Standing.CANCELLED if is_cancelled else Standing.CONFIRMED,
        text="\n".join(part for part in (change.impact, change.summary, change.outcome) if part),
        link=f"{site.base_url}/status/changes/#{change.ref}",
        created_at=change.announced_at,
        updated_at=change.updated_at,
        categories=("Change freeze" if is_freeze else CATEGORY[CalendarKind.CHANGES],),
    )


def _of_release(release: Release, site: CalendarOf, edits: Edits) -> CalendarEntry:
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
        sequence=sequence_of(
            announced_at=release.announced_at,
            updated_at=release.updated_at,
            edits=edits[CalendarKind.RELEASES, release.ref],
        ),
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
