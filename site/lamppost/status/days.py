"""Days of a component: summed from its slices, packed into one short text. Pure.

The page shows 90 days of every component; one text each is read ten times faster than 90 rows.
A packed day is `2018-04-09 degraded 82800 3600 0 0 0 0`: the worst state, then whole seconds in the
order of `State`. Where an HSSI spoke for time nobody measured, or maintenance was announced in
time, six numbers each of those follow. Past days seldom change, so unpacking one is remembered.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from lamppost.status.blend import worst
from lamppost.status.policy import SHOWN_DAYS
from lamppost.status.report import DayState, State
from lamppost.status.slices import Slice
from lamppost.wording import say_date, say_duration

_STATES = tuple(State)
_NAMES = {
    State.OUTAGE: "outage",
    State.PARTIAL: "partial outage",
    State.DEGRADED: "degraded",
    State.MAINTENANCE: "maintenance",
    State.UNKNOWN: "not measured",
}
Lengths = dict[State, float]


@dataclass(slots=True)
class DayTotals:
    """The seconds of one day by state: all, what nobody measured of them, and what is excused."""

    shown: Lengths = field(default_factory=dict)
    unmeasured: Lengths = field(default_factory=dict)
    excused: Lengths = field(default_factory=dict)

    @property
    def spoken_for(self) -> Lengths:
        """The unmeasured seconds whose state an HSSI told."""
        return {s: length for s, length in self.unmeasured.items() if s != State.UNKNOWN}


def sum_slices(slices: Iterable[Slice]) -> DayTotals:
    """Add up the slices of one day."""
    totals = DayTotals()
    for piece in slices:
        seconds = (piece.ended_at - piece.started_at).total_seconds()
        _add(totals.shown, piece.state, seconds)
        if not piece.is_measured:
            _add(totals.unmeasured, piece.state, seconds)
        elif piece.is_excused:
            _add(totals.excused, piece.state, seconds)
    return totals


def _add(lengths: Lengths, state: State, seconds: float) -> None:
    lengths[state] = lengths.get(state, 0.0) + seconds


def whole(lengths: Mapping[State, float]) -> dict[State, int]:
    """Rounded to seconds; states of no length are left out."""
    return {state: seconds for state, length in lengths.items() if (seconds := round(length))}


def pack_day(day: date, totals: DayTotals) -> str:
    """One day as a short text."""
    parts = [totals.shown]
    if whole(totals.spoken_for) or whole(totals.excused):
        parts += [totals.spoken_for, totals.excused]
    seconds = " ".join(str(round(part.get(state, 0.0))) for part in parts for state in _STATES)
    return f"{day.isoformat()} {worst(totals.shown).value} {seconds}"


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
    numbers = [int(number) for number in rest[1:]]
    seconds = _by_state(numbers[: len(_STATES)])
    return DayState(
        day=day,
        state=State(rest[0]),
        seconds=seconds,
        words=f"{say_date(day)}: {_words(seconds)}",
        unmeasured=_by_state(numbers[len(_STATES) : 2 * len(_STATES)]),
        excused=_by_state(numbers[2 * len(_STATES) :]),
    )


def _by_state(numbers: list[int]) -> dict[State, int]:
    return {state: number for state, number in zip(_STATES, numbers, strict=False) if number}


def _words(seconds: Mapping[State, int]) -> str:
    said = [
        f"{name} for {say_duration(timedelta(seconds=seconds[state]))}"
        for state, name in _NAMES.items()
        if state in seconds
    ]
    if set(seconds) == {State.UNKNOWN}:
        return "not measured"
    return ", ".join(said) or "working"
