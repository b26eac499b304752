"""Sum a component's days up again from its probes' spans, where readings have changed them."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lamppost.clock import london_date, london_midnight
from lamppost.status.blend import worst
from lamppost.status.days import component_slices, pack_day, replace_days
from lamppost.status.plans.reads import list_impacts
from lamppost.status.policy import ProbePolicy
from lamppost.status.report import State
from lamppost.status.tables import Component, DayRollup, Probe, ProbeSpan
from lamppost.status.timeline import Span, sweep
from lamppost.upserts import upsert_into


def sum_days(
    session: Session, *, component: str, first: datetime, last: datetime, policy: ProbePolicy
) -> None:
    """Store the component's London days from `first` to `last` afresh."""
    packed = session.scalar(
        select(Component.days).where(Component.slug == component).with_for_update()
    )
    begin = london_midnight(london_date(first))
    tracks = _tracks(session, component, begin, last, policy)
    maintained = list_impacts(session, component=component, first=begin, last=last)
    days = sweep(component_slices(tracks, maintained), first=begin, last=last)
    if not days:
        return
    session.execute(
        upsert_into(session, DayRollup),
        [_row(component, day, totals) for day, totals in days.items()],
    )
    changed = {day: pack_day(day, totals) for day, totals in days.items()}
    session.execute(
        update(Component)
        .where(Component.slug == component)
        .values(days=replace_days(packed or "", changed))
    )


def _tracks(
    session: Session, component: str, begin: datetime, last: datetime, policy: ProbePolicy
) -> list[list[Span]]:
    """The spans of each current probe; the newest speaks for the present until it goes stale."""
    rows = session.execute(
        select(
            Probe.name,
            Probe.interval_s,
            ProbeSpan.state,
            ProbeSpan.started_at,
            ProbeSpan.ended_at,
        )
        .outerjoin(ProbeSpan, (ProbeSpan.probe == Probe.name) & (ProbeSpan.ended_at >= begin))
        .where(Probe.component == component, Probe.is_current)
        .order_by(Probe.name, ProbeSpan.started_at, ProbeSpan.span_id)
    )
    tracks: dict[str, list[Span]] = {}
    stale_after: dict[str, timedelta] = {}
    for name, interval_s, state, started_at, ended_at in rows:
        stale_after[name] = policy.stale_after(interval_s)
        track = tracks.setdefault(name, [])
        if state is not None:
            track.append(Span(State(state), started_at, ended_at))
    for name, track in tracks.items():
        if track:
            speaks_until = min(
                max(last, track[-1].ended_at), track[-1].ended_at + stale_after[name]
            )
            track[-1] = track[-1]._replace(ended_at=speaks_until)
    return list(tracks.values())


def _row(component: str, day: date, totals: Mapping[State, float]) -> dict[str, object]:
    seconds = {f"{state.value}_s": round(totals.get(state, 0.0)) for state in State}
    return {"component": component, "day": day, "state": worst(totals).value, **seconds}
