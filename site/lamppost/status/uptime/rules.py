"""The arithmetic of uptime, in whole numbers throughout. Pure.

Lengths are whole units, all of one kind: microseconds where a month is closed, seconds in the
roll-up of a day. A percentage is thousandths of a per cent, rounded down, so that nothing that
lost a moment is ever printed as 100%.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from lamppost.status.report import DayState, State, Uptime
from lamppost.status.slices import Slice
from lamppost.status.uptime.formula import FORMULA, WHOLE, Formula

PER_CENT = 1000  # a percentage is kept in thousandths
_FULL = 100 * PER_CENT
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Tally:
    """What a period adds up to: measured lengths by state, and those in excused windows.

    `excused` is part of `measured`. Tallies of neighbouring periods are added, never averaged.
    """

    period: int
    measured: Mapping[State, int] = field(default_factory=dict)
    excused: Mapping[State, int] = field(default_factory=dict)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.period + other.period,
            _added(self.measured, other.measured),
            _added(self.excused, other.excused),
        )

    @property
    def covered(self) -> int:
        """The length that was measured."""
        return sum(self.measured.values())

    @property
    def without_excused(self) -> "Tally":
        """The same period with the excused time taken out of both sides."""
        rest = {state: self.measured[state] - self.excused.get(state, 0) for state in self.measured}
        return Tally(self.period - sum(self.excused.values()), rest)

    def lost(self, formula: Formula = FORMULA) -> int:
        """The length lost, in thousandths of a unit."""
        return sum(formula.weight(state) * length for state, length in self.measured.items())


def uptime_of(tally: Tally, formula: Formula = FORMULA) -> Uptime:
    """The figures of a tally."""
    return Uptime(
        all_time=percentage(tally, formula),
        agreed=percentage(tally.without_excused, formula),
        coverage=coverage_of(tally),
        formula=formula.version,
    )


def percentage(tally: Tally, formula: Formula = FORMULA) -> int | None:
    """Uptime in thousandths of a per cent, rounded down; None below the least coverage."""
    covered = tally.covered
    if covered <= 0 or covered * WHOLE < tally.period * formula.least_coverage:
        return None
    return (covered * WHOLE - tally.lost(formula)) * _FULL // (covered * WHOLE)


def coverage_of(tally: Tally) -> int:
    """The share of the period that was measured, in thousandths of a per cent, rounded down."""
    return tally.covered * _FULL // tally.period if tally.period > 0 else 0


def say_percentage(value: int | None) -> str:
    """`99.982%`, `100%`, or that there is no figure."""
    if value is None:
        return "no figure"
    whole, part = divmod(value, PER_CENT)
    return f"{whole}.{part:03d}%" if part else f"{whole}%"


def tally_of(slices: Iterable[Slice], *, period: timedelta) -> Tally:
    """Add slices up, in microseconds; they must not overlap."""
    measured: dict[State, int] = {}
    excused: dict[State, int] = {}
    for piece in slices:
        if not piece.is_measured:
            continue
        length = (piece.ended_at - piece.started_at) // MICROSECOND
        if length:
            measured[piece.state] = measured.get(piece.state, 0) + length
            if piece.is_excused:
                excused[piece.state] = excused.get(piece.state, 0) + length
    return Tally(period // MICROSECOND, measured, excused)


def sum_tallies(tallies: Iterable[Tally]) -> Tally:
    """Numerators and denominators added up."""
    total = Tally(0)
    for tally in tallies:
        total += tally
    return total


def tally_of_days(days: Iterable[DayState], *, period: timedelta) -> Tally:
    """Add up days as the status page has them, in seconds."""
    measured: dict[State, int] = {}
    excused: dict[State, int] = {}
    for day in days:
        for state, seconds in day.seconds.items():
            if state is not State.UNKNOWN:
                length = seconds - day.unmeasured.get(state, 0)
                measured[state] = measured.get(state, 0) + length
        for state, seconds in day.excused.items():
            excused[state] = excused.get(state, 0) + seconds
    whole = int(period.total_seconds())
    return Tally(max(whole, sum(measured.values())), measured, excused)


def _added(one: Mapping[State, int], other: Mapping[State, int]) -> dict[State, int]:
    return {state: one.get(state, 0) + other.get(state, 0) for state in {**one, **other}}
