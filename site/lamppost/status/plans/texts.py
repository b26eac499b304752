"""What is said of a window, change, release or known issue, and why it cannot be said. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from lamppost.status.notices import ReleaseItem

LONGEST_TITLE = 300
LONGEST_TEXT = 20_000
LONGEST_REF = 40
# References stand in addresses, anchors and file names.
REF_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


class Effect(StrEnum):
    """What a change does to a component while it runs."""

    NONE = "none"
    SLOW = "slow"
    DOWN = "down"


EFFECT_WORDS: Mapping[Effect, str] = {
    Effect.NONE: "nothing is noticed",
    Effect.SLOW: "slower, or interrupted for moments",
    Effect.DOWN: "not available",
}


class PlanError(ValueError):
    """Something planned cannot be changed so; `field` names the part of the form."""

    def __init__(self, reason: str, field: str | None = None) -> None:
        super().__init__(reason)
        self.field = field


class PlanChangedError(PlanError):
    """Somebody else has written since; nothing is stored and both texts are shown."""


class ConflictsError(PlanError):
    """It runs into something planned; a person may say why it stands all the same."""

    def __init__(self, conflicts: Sequence[str]) -> None:
        super().__init__(" ".join(conflicts), "despite")
        self.conflicts = tuple(conflicts)


@dataclass(frozen=True, slots=True)
class WindowText:
    """A BCDR test: London days, both included."""

    title: str
    starts_on: date
    ends_on: date
    summary: str = ""
    location: str = ""
    expects_impact: bool = True


@dataclass(frozen=True, slots=True)
class ChangeText:
    """A change, or a freeze in which nothing is changed."""

    title: str
    starts_at: datetime
    ends_at: datetime
    kind: str = "change"
    effects: Mapping[str, str] = field(default_factory=dict)
    impact: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True)
class ReleaseText:
    """A Portal release: a day, or only a month, what it brings, what its go-live switches."""

    name: str
    planned_on: date
    is_month_only: bool = False
    summary: str = ""
    items: tuple[ReleaseItem, ...] = ()
    switches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IssueText:
    """Something that does not work and is no incident."""

    title: str
    product: str
    summary: str
    workaround: str = ""
    affected: str = ""
    opened_on: date | None = None


def check_ref(ref: str) -> str:
    """A reference without blanks around it.

    Raises:
        PlanError: it is empty, too long, or cannot stand in an address.
    """
    ref = ref.strip()
    if not ref or len(ref) > LONGEST_REF or not set(ref) <= REF_LETTERS or ref[0] in "._-":
        raise PlanError("A reference has letters, digits, dots and dashes, 40 at most.", "ref")
    return ref


def check_words(**words: str) -> None:
    """Go on only with a title and texts of a length that can be shown.

    Raises:
        PlanError: one is missing or too long.
    """
    for name, text in words.items():
        is_title = name in {"title", "name", "product"}
        longest = LONGEST_TITLE if is_title else LONGEST_TEXT
        if is_title and not text.strip():
            raise PlanError(f"Enter the {name}.", name)
        if len(text) > longest:
            raise PlanError(f"The {name} is longer than {longest:,} characters.", name)


def check_version(version: int, seen: int) -> None:
    """Go on only if nobody has written since.

    Raises:
        PlanChangedError: somebody has.
    """
    if version != seen:
        raise PlanChangedError(
            "Somebody else has changed it since you opened this. Theirs is shown; yours is kept "
            "in the form. Save again if yours still holds."
        )
