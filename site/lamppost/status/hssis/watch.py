"""Where probes and log disagree: one proposal for red probes, a word for green ones. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lamppost.status.report import State
from lamppost.wording import say_duration, say_moment

RED = frozenset({State.OUTAGE, State.PARTIAL})


@dataclass(frozen=True, slots=True)
class Seen:
    """What the probes say of a component, HSSIs left out."""

    slug: str
    name: str
    measured: State
    since: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What an HSSI raised now would rest on."""

    components: tuple[str, ...]
    red_since: datetime
    evidence: str


def suggest(
    seen: Sequence[Seen], *, covered: Collection[str], after: timedelta, now: datetime
) -> Suggestion | None:
    """One suggestion for all that is red, once any of it has been red for so long.

    `covered` are components an open HSSI names, or whose redness somebody has dismissed.
    """
    red = [one for one in seen if one.measured in RED and one.slug not in covered]
    begun = [one.since for one in red if one.since is not None]
    if not begun or min(begun) > now - after:
        return None
    lines = [
        f"{one.name}: {one.measured} since {say_moment(one.since)}"
        f"{f' ({one.reason})' if one.reason else ''}."
        for one in red
        if one.since is not None
    ]
    return Suggestion(tuple(sorted(one.slug for one in red)), min(begun), "\n".join(lines))


def find_green(
    seen: Sequence[Seen], components: Collection[str], *, after: timedelta, now: datetime
) -> str | None:
    """What to tell the operators of an open HSSI all of whose probes are green; None otherwise."""
    named = [one for one in seen if one.slug in components]
    begun = [one.since for one in named if one.since is not None]
    if not named or len(begun) < len(named):
        return None
    if any(one.measured is not State.OPERATIONAL for one in named):
        return None
    if max(begun) > now - after:
        return None
    return f"Its probes have all been good for {say_duration(now - max(begun))}. Is it over?"
