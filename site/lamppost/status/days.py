"""Days of a component: swept from its probes' spans, packed into one short text. Pure.

The page shows 90 days of every component; one text each is read ten times faster than 90 rows.
A packed day is `2018-04-09 degraded 82800 3600 0 0 0 0`: the worst state, then whole seconds in the
order of `State`. Past days never change, so unpacking one is remembered.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

from lamppost.status.blend import component_state, worst
from lamppost.status.policy import SHOWN_DAYS
from lamppost.status.report import DayState, State
from lamppost.status.timeline import Span, boundaries
from lamppost.wording import say_date, say_duration

_STATES = tuple(State)
_NAMES = {
    State.OUTAGE: "outage",
    State.PARTIAL: "partial outage",
    State.DEGRADED: "degraded",
    State.MAINTENANCE: "maintenance",
    State.UNKNOWN: "not measured",
}


def component_slices(
    tracks: Sequence[Sequence[Span]], maintained: Sequence[tuple[datetime, datetime]] = ()
) -> Iterable[Span]:
    """The component's states in slices without overlap, from the spans of its probes."""
    edges = boundaries(tracks)
    edges = sorted({*edges, *(m for m in _flat(maintained) if edges and edges[0] < m < edges[-1])})
    places = [0] * len(tracks)
    for begin, end in zip(edges, [*edges[1:], edges[-1]] if edges else [], strict=True):
        states = []
        for number, track in enumerate(tracks):
            while places[number] + 1 < len(track) and track[places[number] + 1].started_at <= begin:
                places[number] += 1
            states.append(_state_at(track, places[number], begin, end))
        under = any(first <= begin < last for first, last in maintained)
        yield Span(component_state(states, is_maintained=under), begin, end)


def _flat(pairs: Sequence[tuple[datetime, datetime]]) -> Iterable[datetime]:
    return (moment for pair in pairs for moment in pair)


def _state_at(track: Sequence[Span], place: int, begin: datetime, end: datetime) -> State:
    if not track or track[place].started_at > begin:
        return State.UNKNOWN
    ended_at = track[place].ended_at
    is_covered = ended_at > begin or (begin == end and ended_at == begin)
    return track[place].state if is_covered else State.UNKNOWN


def pack_day(day: date, totals: Mapping[State, float]) -> str:
    """One day as a short text."""
    seconds = " ".join(str(round(totals.get(state, 0.0))) for state in _STATES)
    return f"{day.isoformat()} {worst(totals).value} {seconds}"


def replace_days(packed: str, changed: Mapping[date, str]) -> str:
    """The packed days with some of them replaced, cut to those a page may show."""
    days = {piece[:10]: piece for piece in packed.split(";") if piece}
    days.update({day.isoformat(): piece for day, piece in changed.items()})
    newest = max(days, default="")
    if not newest:
        return ""
    first = (date.fromisoformat(newest) - timedelta(days=SHOWN_DAYS - 1)).isoformat()
    return ";".join(days[day] for day in sorted(days) if day >= first)


# A component without a new reading since the last rendering costs nothing.
@lru_cache(maxsize=512)
def unpack_days(packed: str, *, today: date) -> tuple[DayState, ...]:
    """The last 90 days, oldest first; days nobody measured are there and unknown."""
    known = {piece[:10]: piece for piece in packed.split(";") if piece}
    return tuple(_unpack(known.get(text, text)) for text in _shown(today))


@lru_cache(maxsize=4)
def _shown(today: date) -> tuple[str, ...]:
    return tuple(
        (today - timedelta(days=back)).isoformat() for back in range(SHOWN_DAYS - 1, -1, -1)
    )


@lru_cache(maxsize=16_384)
def _unpack(piece: str) -> DayState:
    name, *rest = piece.split(" ")
    day = date.fromisoformat(name)
    if not rest:
        return DayState(day, State.UNKNOWN, {}, f"{say_date(day)}: not measured")
    numbers = (int(number) for number in rest[1:])
    seconds = {state: number for state, number in zip(_STATES, numbers, strict=True) if number}
    return DayState(day, State(rest[0]), seconds, f"{say_date(day)}: {_words(seconds)}")


def _words(seconds: Mapping[State, int]) -> str:
    said = [
        f"{name} for {say_duration(timedelta(seconds=seconds[state]))}"
        for state, name in _NAMES.items()
        if state in seconds
    ]
    if set(seconds) == {State.UNKNOWN}:
        return "not measured"
    return ", ".join(said) or "working"
