"""What may be proposed as a new era, and what it would make of the register. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from postmaster.policy.numbers import DatedNumber, Key
from postmaster.policy.rules import Policy, policy_on
from postmaster.policy.words import wording_of

LONGEST_ERA = 40
LONGEST_SOURCE = 500
LONGEST_REASON = 2000


class EditStatus(StrEnum):
    """Where a proposed era stands."""

    PROPOSED = "proposed"
    SIGNED = "signed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class EraError(ValueError):
    """It cannot be done; the message says why. `key` is the number it is about, if it is one."""

    def __init__(self, message: str, key: Key | None = None) -> None:
        super().__init__(message)
        self.key = key


@dataclass(frozen=True, slots=True)
class NewNumber:
    """A number a new era gives, and where it stands."""

    key: Key
    value: int
    source: str


@dataclass(frozen=True, slots=True)
class NewEra:
    """What is proposed: its name, its first day, why, and the numbers it changes."""

    era: str
    holds_from: date
    reason: str
    numbers: Sequence[NewNumber]


def list_dated(new: NewEra) -> Sequence[DatedNumber]:
    """The numbers of an era as the register holds them."""
    return [
        DatedNumber(one.key, one.value, new.holds_from, new.era, one.source, is_assumed=False)
        for one in new.numbers
    ]


def apply_era(held: Iterable[DatedNumber], new: NewEra) -> Policy:
    """The policy of the first day of an era, were it in the register."""
    return policy_on([*held, *list_dated(new)], new.holds_from)


def check_era(held: Sequence[DatedNumber], new: NewEra, *, today: date) -> None:
    """Refuse an era that cannot be.

    Its first day is to come: what held on a day that has begun is never changed afterwards.

    Raises:
        EraError: with what is wrong and how to mend it.
    """
    _check_words(new, today)
    before = policy_on(held, new.holds_from)
    taken = {one.key for one in held if one.holds_from == new.holds_from}
    for one in new.numbers:
        _check_number(one, is_taken=one.key in taken)
    if all(before[one.key] == one.value for one in new.numbers):
        raise EraError("Nothing would change: each number is what holds on that day already.")
    after = apply_era(held, new)
    if after[Key.UNDO_WINDOW_DAYS] > after[Key.RESTORE_WINDOW_DAYS]:
        raise EraError(
            "A batch cannot be taken back for longer than a deleted account can be restored.",
            Key.UNDO_WINDOW_DAYS,
        )
    if after[Key.LIST_NAMED_SENDERS_OVER] > after[Key.LIST_TENANT_APPROVAL_OVER]:
        raise EraError(
            "A list needs named senders before it needs national approval, not after.",
            Key.LIST_NAMED_SENDERS_OVER,
        )


def _check_words(new: NewEra, today: date) -> None:
    if not 0 < len(new.era) <= LONGEST_ERA or not new.era.isprintable():
        raise EraError(f"Give the era a name of one line, {LONGEST_ERA} characters at most.")
    if not 0 < len(new.reason) <= LONGEST_REASON:
        raise EraError("Say why the numbers change, for those who come after you.")
    if new.holds_from <= today:
        raise EraError("The first day must be to come: what held on a day is not changed later.")
    if not new.numbers:
        raise EraError("Give at least one number a new value.")
    if len({one.key for one in new.numbers}) < len(new.numbers):
        raise EraError("A number is given twice.")


def _check_number(one: NewNumber, *, is_taken: bool) -> None:
    known = wording_of(one.key)
    if not known.low <= one.value <= known.high:
        raise EraError(
            f"{known.words}: {one.value:,} is outside {known.low:,} to {known.high:,} "
            f"({known.unit}).",
            one.key,
        )
    if not 0 < len(one.source) <= LONGEST_SOURCE:
        raise EraError(f"{known.words}: say where the number stands.", one.key)
    if is_taken:
        raise EraError(f"{known.words}: another era gives it from the same day.", one.key)
