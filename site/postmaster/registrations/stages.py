"""Where a sector stands in a region on a day, from dated rows. Pure.

The row of the region itself goes before the row of what the region lies in: a planned one holds its
region back while the rest of the country goes on.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from postmaster.days import say_day
from postmaster.registrations.regions import REGION_WORDS, Region, list_up, say_places
from postmaster.registrations.sectors import Sector

LONGEST_WORDS = 80


class Stage(StrEnum):
    """How far a sector is in a region."""

    PLANNED = "planned"
    PILOT = "pilot"
    ROLLOUT = "rollout"
    LIVE = "live"


STAGE_WORDS = {
    Stage.PLANNED: "Planned",
    Stage.PILOT: "Pilot",
    Stage.ROLLOUT: "Roll-out",
    Stage.LIVE: "Live",
}


@dataclass(frozen=True, slots=True)
class Span:
    """A stage of a sector in a region, both ends inclusive.

    `from_words` is what was announced where there is no day, such as "summer 2018"; it is no date
    and nothing opens by it.
    """

    rollout_id: int
    sector: Sector
    region: Region
    stage: Stage
    from_on: date | None
    from_words: str | None
    to_on: date | None

    def says_when(self) -> str:
        """From when, as announced: `1 May 2018`, `summer or autumn 2018`."""
        return self.from_words or (say_day(self.from_on) if self.from_on else "to be confirmed")

    def has_ended(self, on: date) -> bool:
        """Whether it was over before a day."""
        return self.to_on is not None and self.to_on < on

    def is_running(self, on: date) -> bool:
        """Whether sites may register by it on a day: a plan is no start, whatever its date."""
        has_begun = self.from_on is not None and self.from_on <= on
        return self.stage is not Stage.PLANNED and has_begun and not self.has_ended(on)


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a region is open: the row that opens it, or the one that says when it will."""

    region: Region
    running: Span | None = None
    coming: Span | None = None

    @property
    def is_open(self) -> bool:
        """Whether sites of the region may register."""
        return self.running is not None

    @property
    def sentence(self) -> str:
        """What a page says of it."""
        if self.running is not None:
            words = STAGE_WORDS[self.running.stage].lower()
            return f"Open ({words} since {self.running.says_when()})"
        if self.coming is None:
            return "Not open, and no date is known"
        if self.coming.stage is Stage.PLANNED:
            return f"Not open yet: planned for {self.coming.says_when()}"
        return f"Not open yet: opens from {self.coming.says_when()}"


def find_standing(spans: Collection[Span], region: Region, on: date) -> Standing:
    """Where one sector stands in a region on a day, from the sector's rows."""
    waiting: list[Span] = []
    for place in list_up(region):
        here = [span for span in spans if span.region is place and not span.has_ended(on)]
        running = next((span for span in here if span.is_running(on)), None)
        if running is not None:
            return Standing(region, running=running)
        planned = next((span for span in here if span.stage is Stage.PLANNED), None)
        if planned is not None:
            return Standing(region, coming=planned)
        waiting += [span for span in here if span.from_on is not None and span.from_on > on]
    first = min(waiting, key=lambda span: span.from_on or date.max, default=None)
    return Standing(region, coming=first)


def group_standings(standings: Mapping[Region, Standing]) -> list[tuple[str, Standing]]:
    """Places of which a page says the same, as one name; what is open comes first."""
    groups: dict[str, list[Region]] = {}
    for region, standing in standings.items():
        groups.setdefault(standing.sentence, []).append(region)
    found = [(say_places(regions), standings[regions[0]]) for regions in groups.values()]
    return sorted(found, key=lambda pair: not pair[1].is_open)


def find_span_fault(span: Span) -> tuple[str, str] | None:
    """What is wrong with a row by itself: the field and the words."""
    if span.from_on is None and span.stage is not Stage.PLANNED:
        return "from_on", "Enter the day it begins. Only what is planned may have no day yet."
    if span.from_on is None and not span.from_words:
        return "from_words", "Enter a day, or what was announced, such as summer 2018."
    if span.from_on and span.to_on and span.to_on < span.from_on:
        return "to_on", "It cannot end before it begins. Check both days."
    if span.from_on is None and span.to_on is not None:
        return "to_on", "What has no first day has no last day either."
    return None


def find_overlap(spans: Iterable[Span], new: Span) -> Span | None:
    """The row of the same sector and region that is true on a day on which the new one is."""
    return next(
        (
            span
            for span in spans
            if span.rollout_id != new.rollout_id
            and (span.sector, span.region) == (new.sector, new.region)
            and _meet(span, new)
        ),
        None,
    )


def say_overlap(span: Span) -> str:
    """Which row is in the way, and what to do."""
    last = f" to {say_day(span.to_on)}" if span.to_on else ", with no last day"
    return (
        f"{REGION_WORDS[span.region]} has a row for this time: {STAGE_WORDS[span.stage].lower()} "
        f"from {span.says_when()}{last}. End that one first, or move it on."
    )


def _meet(one: Span, other: Span) -> bool:
    """Whether two rows share a day; one without a day comes after whatever has an end."""
    if one.from_on is None or other.from_on is None:
        dated = other if one.from_on is None else one
        return dated.to_on is None
    first, last = max(one.from_on, other.from_on), min(_end(one), _end(other))
    return first <= last


def _end(span: Span) -> date:
    return span.to_on or date.max
