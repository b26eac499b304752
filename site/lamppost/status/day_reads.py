"""One London day of one component: every change of its state, and what lay over it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lamppost.clock import london_date, london_midnight
from lamppost.status.blend import worst
from lamppost.status.component_days import clip, list_tracks
from lamppost.status.overlays import list_overlays
from lamppost.status.parts import load_hours
from lamppost.status.policies import get_policy
from lamppost.status.policy import SHOWN_DAYS
from lamppost.status.report import HourDelay, State, Uptime
from lamppost.status.slices import Overlay, Slice, fill, join_slices, slice_component
from lamppost.status.tables import Component
from lamppost.status.timeline import Span
from lamppost.status.uptime.rules import tally_of, uptime_of


@dataclass(frozen=True, slots=True)
class DayDetail:
    """A component's day, from its midnight to the next or to now; slices are in order."""

    slug: str
    name: str
    group: str
    day: date
    starts_at: datetime
    ends_at: datetime
    is_over: bool
    is_first: bool  # of the days that are shown
    state: State
    slices: tuple[Slice, ...]
    overlays: tuple[Overlay, ...]
    hours: tuple[HourDelay, ...]
    uptime: Uptime


def get_day(session: Session, slug: str, day: date, *, now: datetime) -> DayDetail | None:
    """A day a page shows; None when there is no such component or the day is not among them."""
    back = (london_date(now) - day).days
    row = session.execute(
        select(Component.name, Component.group_name).where(
            Component.slug == slug, Component.is_current
        )
    ).one_or_none()
    if row is None or not 0 <= back < SHOWN_DAYS:
        return None
    starts_at, shuts_at = london_midnight(day), london_midnight(day + timedelta(days=1))
    ends_at = min(shuts_at, now)
    overlays = list_overlays(session, first=starts_at, last=ends_at).get(slug, ())
    tracks = _list_tracks(session, slug, starts_at, ends_at)
    slices = fill(
        slice_component(list(tracks.values()), overlays, first=starts_at, last=ends_at),
        first=starts_at,
        last=ends_at,
    )
    hours = load_hours(session, list(tracks), first=starts_at, last=shuts_at)
    return DayDetail(
        slug=slug,
        name=row.name,
        group=row.group_name,
        day=day,
        starts_at=starts_at,
        ends_at=ends_at,
        is_over=ends_at == shuts_at,
        is_first=back == SHOWN_DAYS - 1,
        state=worst(piece.state for piece in slices),
        slices=tuple(join_slices(slices)),
        overlays=overlays,
        hours=tuple(hour.shown(moment) for moment, hour in hours.items()),
        uptime=uptime_of(tally_of(slices, period=ends_at - starts_at)),
    )


def _list_tracks(
    session: Session, slug: str, starts_at: datetime, ends_at: datetime
) -> dict[str, list[Span]]:
    policy = get_policy(session)
    found = list_tracks(session, [slug], begin=starts_at, last=ends_at, policy=policy)
    return {name: clip(track, starts_at, ends_at) for name, track in found.get(slug, {}).items()}
