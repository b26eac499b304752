"""What a window or change would run into: tests, freezes, and changes to the same parts. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from lamppost.wording import say_moment


@dataclass(frozen=True, slots=True)
class Planned:
    """Anything planned, as far as others can run into it."""

    kind: str  # test, freeze or change
    ref: str
    title: str
    from_at: datetime
    until_at: datetime
    components: frozenset[str] = frozenset()

    def overlaps(self, other: "Planned") -> bool:
        """Whether they share a moment; one ending as the other begins share none."""
        return self.from_at < other.until_at and other.from_at < self.until_at


def list_conflicts(new: Planned, others: Iterable[Planned]) -> list[str]:
    """A sentence for each that is in the way, in the order given; itself never is."""
    return [
        _words(other)
        for other in others
        if (other.kind, other.ref) != (new.kind, new.ref)
        and new.overlaps(other)
        and _matters(new, other)
    ]


def _matters(new: Planned, other: Planned) -> bool:
    """A test or a freeze is in everybody's way; two changes only where they touch the same part."""
    if {new.kind, other.kind} == {"change"}:
        return _touch(new.components, other.components)
    return not new.kind == other.kind == "freeze"


def _touch(one: Collection[str], other: Collection[str]) -> bool:
    return bool(set(one) & set(other))


def _words(other: Planned) -> str:
    kind = {"test": "the BCDR test", "freeze": "the change freeze", "change": "the change"}
    until = f"{say_moment(other.from_at)} to {say_moment(other.until_at)}"
    return f"It overlaps {kind[other.kind]} {other.title} ({other.ref}), {until}."
