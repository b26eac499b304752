"""Derive states again from the stored readings under another policy, and say what would differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from lamppost.status.component_days import clip
from lamppost.status.deriving import Derivation, list_probe_rows, list_stored_readings
from lamppost.status.overlays import list_overlays
from lamppost.status.policy import ProbePolicy
from lamppost.status.report import State, Uptime
from lamppost.status.slices import Overlay, slice_component
from lamppost.status.tables import Component
from lamppost.status.timeline import Span
from lamppost.status.uptime.rules import MICROSECOND, tally_of, uptime_of

_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Replayed:
    """What one policy makes of one probe's readings."""

    state: State
    outages: tuple[tuple[datetime, datetime], ...]
    seconds: dict[State, int]


@dataclass(frozen=True, slots=True)
class Difference:
    """One probe under two policies, from the same readings."""

    probe: str
    readings: int
    before: Replayed
    after: Replayed

    @property
    def is_same(self) -> bool:
        """Whether the new policy would have shown exactly the same."""
        return self.before == self.after


@dataclass(frozen=True, slots=True)
class Shown:
    """What the pages would say of a component: whole minutes in each state, and its uptime."""

    minutes: Mapping[State, int]
    uptime: Uptime


@dataclass(frozen=True, slots=True)
class ComponentDifference:
    """One component under two policies, HSSIs and changes laid over both."""

    slug: str
    name: str
    before: Shown
    after: Shown

    @property
    def is_same(self) -> bool:
        """Whether its pages would show the same minutes and the same uptime."""
        return self.before == self.after


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two policies over the same readings."""

    probes: tuple[Difference, ...]
    components: tuple[ComponentDifference, ...]


def replay(
    session: Session, *, before: ProbePolicy, after: ProbePolicy, since: datetime, now: datetime
) -> Comparison:
    """Every current probe and component since a moment under both policies."""
    probes = list_probe_rows(session)
    tracks: list[dict[str | None, list[Sequence[Span]]]] = [{}, {}]
    differences = []
    for probe in probes:
        sides = (Derivation(probe, before), Derivation(probe, after))
        count = 0
        for some in list_stored_readings(session, probe=probe.name, since=since):
            count += len(some)
            for side in sides:
                side.take(some)
        differences.append(Difference(probe.name, count, *(_replayed(side) for side in sides)))
        for side, found in zip(sides, tracks, strict=True):
            found.setdefault(probe.component, []).append(side.track(now=now))
    overlays = list_overlays(session, first=since, last=now)
    return Comparison(
        tuple(differences),
        tuple(
            ComponentDifference(
                slug,
                name,
                *(
                    _shown(side.get(slug, []), overlays.get(slug, ()), since, now)
                    for side in tracks
                ),
            )
            for slug, name in _list_components(session)
        ),
    )


def _list_components(session: Session) -> list[tuple[str, str]]:
    rows = session.execute(
        select(Component.slug, Component.name)
        .where(Component.is_current)
        .order_by(Component.position, Component.slug)
    )
    return [(slug, name) for slug, name in rows]


def _replayed(side: Derivation) -> Replayed:
    seconds: dict[State, float] = {}
    outages = []
    for name, run in groupby(side.spans, key=lambda span: span.state):
        pieces = list(run)
        length = sum((piece.ended_at - piece.started_at).total_seconds() for piece in pieces)
        seconds[name] = seconds.get(name, 0.0) + length
        if name is State.OUTAGE:
            outages.append((pieces[0].started_at, pieces[-1].ended_at))
    whole = {name: round(length) for name, length in seconds.items()}
    return Replayed(side.state.state, tuple(outages), whole)


def _shown(
    tracks: Sequence[Sequence[Span]],
    overlays: Sequence[Overlay],
    since: datetime,
    now: datetime,
) -> Shown:
    clipped = [clip(track, since, now) for track in tracks]
    slices = list(slice_component(clipped, overlays, first=since, last=now))
    lengths: dict[State, int] = {}
    for piece in slices:
        length = (piece.ended_at - piece.started_at) // MICROSECOND
        lengths[piece.state] = lengths.get(piece.state, 0) + length
    minutes = {
        state: round(length / 1_000_000 / _MINUTE) for state, length in lengths.items() if length
    }
    return Shown(minutes, uptime_of(tally_of(slices, period=now - since)))
