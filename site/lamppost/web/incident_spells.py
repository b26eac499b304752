"""How an incident lay over its components, worded before a template sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lamppost.clock import london_date
from lamppost.status.policy import SHOWN_DAYS
from lamppost.status.report import STATE_WORDS, State
from lamppost.status.slices import Overlay
from lamppost.wording import say_duration, say_moment


@dataclass(frozen=True, slots=True)
class SpellRow:
    """One component from one moment to another; `address` is the page of the day it began.

    It has none when the day is no longer shown.
    """

    name: str
    address: str | None
    state: State
    words: str
    begins: str
    ends: str
    lasted: str


def present_spells(
    spells: Sequence[tuple[str, Overlay]], names: Mapping[str, str], *, now: datetime
) -> tuple[SpellRow, ...]:
    """Each spell in words; components no longer on the page keep their short name."""
    return tuple(
        SpellRow(
            name=names.get(slug, slug),
            address=_address(slug, one.starts_at, now),
            state=one.state,
            words=STATE_WORDS[one.state],
            begins=say_moment(one.starts_at),
            ends="Still open" if one.ends_at is None else say_moment(one.ends_at),
            lasted=say_duration((one.ends_at or now) - one.starts_at),
        )
        for slug, one in spells
    )


def _address(slug: str, moment: datetime, now: datetime) -> str | None:
    day = london_date(moment)
    if (london_date(now) - day).days >= SHOWN_DAYS:
        return None
    return f"/status/components/{slug}/days/{day.isoformat()}/"
