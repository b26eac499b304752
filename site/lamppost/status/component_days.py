"""Sum components' days up again from their probes' spans, where something has changed them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from lamppost.clock import london_date, london_midnight
from lamppost.status.blend import worst
from lamppost.status.days import DayTotals, pack_day, replace_days, sum_slices, whole
from lamppost.status.policy import ProbePolicy
from lamppost.status.report import State
from lamppost.status.slices import Overlay, slice_component, split_days
from lamppost.status.tables import Component, DayRollup, Probe, ProbeSpan, ProbeStanding
from lamppost.status.timeline import Span
from postmaster.store import UtcDateTime
from postmaster.upserts import upsert_into

Tracks = dict[str, list[Span]]  # by probe
# Made once: building a statement costs more than running it.
_SPANS = (
    select(
        Probe.component,
        Probe.name,
        Probe.interval_s,
        ProbeSpan.state,
        ProbeSpan.started_at,
        ProbeSpan.ended_at,
        ProbeStanding.last_at,
    )
    .outerjoin(ProbeStanding, ProbeStanding.probe == Probe.name)
    .outerjoin(
        ProbeSpan,
        (ProbeSpan.probe == Probe.name)
        & (ProbeSpan.ended_at >= bindparam("begin", type_=UtcDateTime))
        & (ProbeSpan.started_at <= bindparam("end", type_=UtcDateTime)),
    )
    .where(Probe.component.in_(bindparam("slugs", expanding=True)), Probe.is_current)
    .order_by(Probe.component, Probe.name, ProbeSpan.started_at, ProbeSpan.span_id)
)
_PACKED = update(Component).where(Component.slug == bindparam("the_slug"))
_PACKED = _PACKED.values(days=bindparam("the_days"), overlays=bindparam("the_overlays"))


@dataclass(frozen=True, slots=True)
class Stretch:
    """A component's time to be summed up again, with what is stored of its days."""

    slug: str
    first: datetime
    last: datetime
    days: str
    overlays: Sequence[Overlay]
    packed_overlays: str


def sum_days(session: Session, stretches: Collection[Stretch], *, policy: ProbePolicy) -> None:
    """Store the London days of each stretch afresh."""
    if not stretches:
        return
    begin = min(london_midnight(london_date(one.first)) for one in stretches)
    end = max(one.last for one in stretches)
    tracks = list_tracks(
        session, [one.slug for one in stretches], begin=begin, last=end, policy=policy
    )
    rows: list[dict[str, object]] = []
    packed: list[dict[str, Any]] = []
    for stretch in stretches:
        days = _days_of(stretch, tracks.get(stretch.slug, {}))
        rows += [_row(stretch.slug, day, totals) for day, totals in days.items()]
        changed = {day: pack_day(day, totals) for day, totals in days.items()}
        packed.append(
            {
                "the_slug": stretch.slug,
                "the_days": replace_days(stretch.days, changed),
                "the_overlays": stretch.packed_overlays,
            }
        )
    if rows:
        session.connection().execute(upsert_into(session, DayRollup), rows)
    session.connection().execute(_PACKED, packed)


def _days_of(stretch: Stretch, tracks: Tracks) -> dict[date, DayTotals]:
    begin = london_midnight(london_date(stretch.first))
    slices = slice_component(
        [clip(track, begin, stretch.last) for track in tracks.values()],
        stretch.overlays,
        first=begin,
        last=stretch.last,
    )
    days = split_days(slices, first=begin, last=stretch.last)
    return {day: sum_slices(pieces) for day, pieces in days.items()}


def clip(track: Sequence[Span], begin: datetime, end: datetime) -> list[Span]:
    """The part of a track that lies in a period."""
    return [
        span._replace(started_at=max(span.started_at, begin), ended_at=min(span.ended_at, end))
        for span in track
        if span.ended_at >= begin and span.started_at <= end
    ]


def list_tracks(
    session: Session,
    slugs: Collection[str],
    *,
    begin: datetime,
    last: datetime,
    policy: ProbePolicy,
) -> Mapping[str, Tracks]:
    """By component, the spans of each current probe that touch a period.

    The newest of each speaks for the present until it goes stale.
    """
    rows = session.connection().execute(_SPANS, {"slugs": list(slugs), "begin": begin, "end": last})
    found: dict[str, Tracks] = {}
    for slug, name, interval_s, state, started_at, ended_at, last_at in rows:
        track = found.setdefault(str(slug), {}).setdefault(name, [])
        if state is None:
            continue
        span = Span(State(state), started_at, ended_at)
        is_newest = last_at is not None and ended_at >= last_at
        track.append(
            speaking(span, last=last, stale_after=policy.stale_after(interval_s))
            if is_newest
            else span
        )
    return found


def speaking(span: Span, *, last: datetime, stale_after: timedelta) -> Span:
    """The newest span, reaching as far as its last reading speaks, and no further than `last`."""
    until = min(max(last, span.ended_at), span.ended_at + stale_after)
    return span._replace(ended_at=until)


def _row(component: str, day: date, totals: DayTotals) -> dict[str, object]:
    return {
        "component": component,
        "day": day,
        "state": worst(totals.shown).value,
        **{f"{state.value}_s": round(totals.shown.get(state, 0.0)) for state in State},
        "unmeasured": {state.value: length for state, length in whole(totals.spoken_for).items()},
        "excused": {state.value: length for state, length in whole(totals.excused).items()},
    }
