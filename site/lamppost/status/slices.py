"""A component's states in slices of time, from its probes' spans and what was laid over them. Pure.

Ordered, and the first two are all there is to it: the probes make the state, a change with impact
replaces only what is well; then an open HSSI makes it at least as bad as its severity says. Where
things overlap the worst wins, and each moment belongs to one slice.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from lamppost.clock import london_midnight
from lamppost.status.blend import component_state, worst
from lamppost.status.report import State
from lamppost.status.timeline import Span, boundaries, days_between


class OverlayKind(StrEnum):
    """What may be laid over the readings."""

    MAINTENANCE = "maintenance"  # a planned change with impact
    INCIDENT = "incident"  # a published HSSI while it names the component


class Overlay(NamedTuple):
    """Something announced that touches a component's states; `ends_at` is None while it is open.

    `state` is the least a component is shown as. Maintenance `is_excused` when it was announced
    as long before as was promised.
    """

    kind: OverlayKind
    ref: str
    state: State
    starts_at: datetime
    ends_at: datetime | None
    is_excused: bool = False

    def holds(self, moment: datetime) -> bool:
        """Whether it lies over a moment; its end is no longer part of it."""
        return self.starts_at <= moment and (self.ends_at is None or moment < self.ends_at)


class Slice(NamedTuple):
    """A component's state from one moment to another.

    `is_measured` is false where no probe spoke, even if an HSSI says how things stood.
    """

    state: State
    started_at: datetime
    ended_at: datetime
    is_measured: bool
    is_excused: bool


def slice_component(
    tracks: Sequence[Sequence[Span]],
    overlays: Sequence[Overlay] = (),
    *,
    first: datetime | None = None,
    last: datetime | None = None,
) -> Iterable[Slice]:
    """The component's states without overlap, in order, from the spans of each of its probes.

    They reach over all that a probe or an HSSI says something about, within `first` and `last`.
    """
    edges = _edges(tracks, overlays, first, last)
    places = [0] * len(tracks)
    live = sorted(overlays, key=lambda overlay: overlay.starts_at)
    for begin, end in zip(edges, [*edges[1:], edges[-1]] if edges else [], strict=True):
        states = []
        for number, track in enumerate(tracks):
            while places[number] + 1 < len(track) and track[places[number] + 1].started_at <= begin:
                places[number] += 1
            states.append(_state_at(track, places[number], begin, end))
        yield _laid_over(states, [one for one in live if one.holds(begin)], begin, end)


def _edges(
    tracks: Sequence[Sequence[Span]],
    overlays: Sequence[Overlay],
    first: datetime | None,
    last: datetime | None,
) -> list[datetime]:
    edges = boundaries(tracks)
    begin = first if first is not None else edges[0] if edges else None
    end = last if last is not None else edges[-1] if edges else None
    if begin is None or end is None:
        return []
    moments = {max(begin, min(moment, end)) for moment in edges}
    spoken_for = (min(moments), max(moments)) if moments else None
    for overlay in overlays:
        pair = (max(overlay.starts_at, begin), min(overlay.ends_at or end, end))
        if pair[0] >= pair[1]:
            continue
        if overlay.kind is OverlayKind.INCIDENT:
            moments.update(pair)
        elif spoken_for is not None:
            moments.update(m for m in pair if spoken_for[0] < m < spoken_for[1])
    return sorted(moments)


def _laid_over(
    states: Sequence[State], overlays: Sequence[Overlay], begin: datetime, end: datetime
) -> Slice:
    maintained = [one for one in overlays if one.kind is OverlayKind.MAINTENANCE]
    measured = component_state(states, is_maintained=bool(maintained))
    lifts = [one.state for one in overlays if one.kind is OverlayKind.INCIDENT]
    return Slice(
        state=worst((measured, *lifts)),
        started_at=begin,
        ended_at=end,
        is_measured=measured is not State.UNKNOWN,
        is_excused=any(one.is_excused for one in maintained),
    )


def _state_at(track: Sequence[Span], place: int, begin: datetime, end: datetime) -> State:
    if not track or track[place].started_at > begin:
        return State.UNKNOWN
    ended_at = track[place].ended_at
    is_covered = ended_at > begin or (begin == end and ended_at == begin)
    return track[place].state if is_covered else State.UNKNOWN


def join_slices(slices: Iterable[Slice]) -> list[Slice]:
    """Neighbours of the same kind made one, those of no length left out."""
    joined: list[Slice] = []
    for piece in slices:
        if piece.started_at == piece.ended_at:
            continue
        last = joined[-1] if joined else None
        if last is not None and last.ended_at == piece.started_at and _is_alike(last, piece):
            joined[-1] = last._replace(ended_at=piece.ended_at)
        else:
            joined.append(piece)
    return joined


def _is_alike(one: Slice, other: Slice) -> bool:
    return (one.state, one.is_measured, one.is_excused) == (
        other.state,
        other.is_measured,
        other.is_excused,
    )


def split_days(
    slices: Iterable[Slice], *, first: datetime, last: datetime
) -> dict[date, list[Slice]]:
    """The slices of each London day from `first` to `last`, cut at its midnights."""
    days: dict[date, list[Slice]] = {}
    for piece in slices:
        begin, end = max(piece.started_at, first), min(piece.ended_at, last)
        if begin > end:
            continue
        for day in days_between(begin, end):
            opens, shuts = london_midnight(day), london_midnight(day + timedelta(days=1))
            cut = piece._replace(started_at=max(begin, opens), ended_at=min(end, shuts))
            days.setdefault(day, []).append(cut)
    return days


def fill(slices: Iterable[Slice], *, first: datetime, last: datetime) -> list[Slice]:
    """The slices with everything around and between them that nobody measured."""
    filled: list[Slice] = []
    reached = first
    for piece in slices:
        if piece.started_at == piece.ended_at:
            continue
        if piece.started_at > reached:
            filled.append(_unmeasured(reached, piece.started_at))
        filled.append(piece)
        reached = piece.ended_at
    if reached < last:
        filled.append(_unmeasured(reached, last))
    return filled


def _unmeasured(begin: datetime, end: datetime) -> Slice:
    return Slice(State.UNKNOWN, begin, end, is_measured=False, is_excused=False)
