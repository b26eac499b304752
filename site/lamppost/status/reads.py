"""Questions about the service: the whole page, one component, and what people announced.

`get_service_status` costs the same few queries for 7 components as for 50 and reads no raw reading.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from lamppost.clock import london_date, london_midnight
from lamppost.status import sentences
from lamppost.status.blend import lift, page_sentence, page_state
from lamppost.status.days import unpack_days
from lamppost.status.events import list_status_events
from lamppost.status.hssis.reads import (
    count_hssis,
    get_hssi,
    list_hssis,
    list_intervals,
    list_open_hssis,
    list_quarantined,
    list_recent_hssis,
)
from lamppost.status.notices import Change, Hssi
from lamppost.status.overlays import list_overlays
from lamppost.status.parts import PARTS_DAYS, load_hours, parts_of_day
from lamppost.status.plans.issues import list_known_issues
from lamppost.status.plans.reads import (
    get_change,
    get_last_release,
    get_next_release,
    get_next_window,
    get_release,
    get_window,
    list_changes,
    list_releases,
    list_turns,
    list_windows,
)
from lamppost.status.policy import RECENT_HSSI, ProbePolicy
from lamppost.status.report import (
    ComponentDetail,
    ComponentStatus,
    GroupStatus,
    ServiceStatus,
)
from lamppost.status.standing import Standing, list_components, list_standings, stale_moments
from lamppost.status.uptime.rules import tally_of_days, uptime_of

__all__ = [
    "count_hssis",
    "get_change",
    "get_component",
    "get_hssi",
    "get_last_release",
    "get_next_release",
    "get_next_window",
    "get_release",
    "get_service_status",
    "get_window",
    "list_changes",
    "list_components",
    "list_hssis",
    "list_intervals",
    "list_known_issues",
    "list_open_hssis",
    "list_quarantined",
    "list_recent_hssis",
    "list_releases",
    "list_status_events",
    "list_windows",
]
CHART = timedelta(hours=48)
HOUR = timedelta(hours=1)


def get_service_status(
    session: Session, *, now: datetime, policy: ProbePolicy | None = None
) -> ServiceStatus:
    """How everything stands now, with 90 days of each component."""
    hssis = list_recent_hssis(session, now=now)
    still_open = tuple(hssi for hssi in hssis if hssi.is_open)
    changes = list_changes(session, now=now, days_back=0)
    standings = list_standings(session, now=now, policy=policy, hssis=still_open, changes=changes)
    lines = [_line(standing, now) for standing in standings]
    states = [line.state for line in lines]
    lifts = [lift(hssi.severity) for hssi in still_open if not hssi.components]
    return ServiceStatus(
        state=page_state(states, lifts),
        sentence=page_sentence(states, lifts),
        groups=_groups(lines),
        as_at=max((p.as_at for s in standings for p in s.probes if p.as_at), default=None),
        fresh_until=_fresh_until(
            now,
            stale_moments(standings),
            _edges(changes),
            list_turns(session, now=now),
            _ages(hssis),
            _dues(hssis),
        ),
    )


def get_component(
    session: Session, slug: str, *, now: datetime, policy: ProbePolicy | None = None
) -> ComponentDetail | None:
    """One component with its probes, its delays by hour and by part of the day, and its HSSIs."""
    hssis = [hssi for hssi in list_recent_hssis(session, now=now) if slug in hssi.components]
    changes = list_changes(session, now=now, days_back=0)
    standings = list_standings(
        session,
        now=now,
        policy=policy,
        hssis=[hssi for hssi in hssis if hssi.is_open],
        changes=changes,
        slug=slug,
    )
    if not standings:
        return None
    standing = standings[0]
    first = now - timedelta(days=PARTS_DAYS)
    hours = load_hours(session, [one.name for one in standing.probes], first=first, last=now + HOUR)
    overlays = list_overlays(session, first=first, last=now).get(slug, ())
    return ComponentDetail(
        status=_line(standing, now),
        probes=standing.probes,
        hours=tuple(hour.shown(at) for at, hour in hours.items() if at >= now - CHART),
        parts=parts_of_day(hours, overlays),
        hssis=tuple(hssis),
        fresh_until=_fresh_until(
            now, stale_moments(standings), _edges(changes), _ages(hssis), _dues(hssis)
        ),
    )


def _line(standing: Standing, now: datetime) -> ComponentStatus:
    days = unpack_days(standing.packed_days, today=london_date(now))
    period = now - london_midnight(days[0].day)
    return ComponentStatus(
        slug=standing.slug,
        name=standing.name,
        group=standing.group,
        state=standing.state,
        since=sentences.since(standing),
        as_at=sentences.as_at(standing),
        sentence=sentences.sentence(standing),
        detail_sentence=sentences.detail_sentence(standing),
        days=days,
        uptime=uptime_of(tally_of_days(days, period=period)),
        delay=standing.delays[0] if standing.delays else None,
    )


def _groups(lines: Sequence[ComponentStatus]) -> tuple[GroupStatus, ...]:
    groups: dict[str, list[ComponentStatus]] = defaultdict(list)
    for line in lines:
        groups[line.group].append(line)
    return tuple(GroupStatus(name, tuple(members)) for name, members in groups.items())


def _edges(changes: Sequence[Change]) -> list[datetime]:
    return [moment for change in changes for moment in (change.starts_at, change.ends_at)]


def _ages(hssis: Sequence[Hssi]) -> list[datetime]:
    """When those that are resolved leave the list of the last days."""
    past = timedelta(microseconds=1)
    return [hssi.raised_at + RECENT_HSSI + past for hssi in hssis if not hssi.is_open]


def _dues(hssis: Sequence[Hssi]) -> list[datetime]:
    """When the next update of an open one is overdue."""
    return [hssi.next_update_due_at for hssi in hssis if hssi.is_open and hssi.next_update_due_at]


def _fresh_until(now: datetime, *moments: Iterable[datetime]) -> datetime:
    tomorrow = london_midnight(london_date(now) + timedelta(days=1))
    return min([tomorrow, *(m for some in moments for m in some if m > now)])
