"""What held on a day, and what changed between two days. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from postmaster.policy.numbers import DatedNumber, Key


class UnknownDayError(LookupError):
    """The day is before the first era the register knows."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Every number as it held on one day.

    `version` names the era of its newest number and the day it began, and is what a decision keeps.
    """

    on: date
    version: str
    numbers: Mapping[Key, DatedNumber]

    def __getitem__(self, key: Key) -> int:
        """The value of a number."""
        return self.numbers[key].value


@dataclass(frozen=True, slots=True)
class NumberChange:
    """A number that differs between two policies."""

    key: Key
    before: DatedNumber
    after: DatedNumber


def policy_on(numbers: Iterable[DatedNumber], day: date) -> Policy:
    """The newest number of each key that had begun by a day (a civil date in London).

    Raises:
        UnknownDayError: some number had not begun yet.
    """
    held: dict[Key, DatedNumber] = {}
    for number in sorted(numbers, key=lambda number: number.holds_from):
        if number.holds_from <= day:
            held[number.key] = number
    if len(held) < len(Key):
        raise UnknownDayError(f"The register begins after {day.isoformat()}.")
    newest = max(held.values(), key=lambda number: number.holds_from)
    version = f"{newest.era} ({newest.holds_from.isoformat()})"
    return Policy(day, version, {key: held[key] for key in Key})


def list_changes(before: Policy, after: Policy) -> Sequence[NumberChange]:
    """The numbers whose value differs, in the order of the register."""
    return [
        NumberChange(key, before.numbers[key], after.numbers[key])
        for key in Key
        if before[key] != after[key]
    ]
