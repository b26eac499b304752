"""The fact `rollouts`: where the growth sectors stand, from the dated rows of their roll-outs."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy.orm import Session

from lamppost.bulletins.occasion import FactError, Occasion
from lamppost.wording import say_date
from postmaster.registrations.regions import REGION_WORDS, Region
from postmaster.registrations.rollouts import list_spans
from postmaster.registrations.sectors import SECTORS, Sector
from postmaster.registrations.stages import Span, Stage

# What a stage is called once it has begun, and while it is still to come.
_BEGUN = {
    Stage.PLANNED: "planned in",
    Stage.PILOT: "being piloted in",
    Stage.ROLLOUT: "being rolled out in",
    Stage.LIVE: "open to",
}
_COMING = {
    Stage.PLANNED: "planned in",
    Stage.PILOT: "to be piloted in",
    Stage.ROLLOUT: "to be rolled out in",
    Stage.LIVE: "to be open to",
}
_ORDER = (Stage.LIVE, Stage.ROLLOUT, Stage.PILOT, Stage.PLANNED)


def say_rollouts(session: Session, arguments: Mapping[str, str], occasion: Occasion) -> str:
    """Where one sector stands on the bulletin's day, as a sentence; or all, as a table."""
    asked = arguments.get("sector")
    on = occasion.on
    if asked is not None:
        sector = Sector(asked)
        groups = _group([span for span in list_spans(session, sector=sector)], on)
        if not groups:
            raise FactError(f"no roll-out of {SECTORS[sector].words.lower()} is written down")
        said = "; ".join(f"{_what(spans, on)} {_when(spans[0], on)}" for spans in groups)
        return f"{SECTORS[sector].words}: {said}."
    rows = []
    for sector in Sector:
        spans = list_spans(session, sector=sector)
        for group in _group(spans, on):
            what = _what(group, on)
            cells = (SECTORS[sector].words, what[0].upper() + what[1:], _when(group[0], on))
            rows.append(f"| {' | '.join(cells)} |")
    if not rows:
        raise FactError("no roll-out is written down")
    head = ["Table: Progress in each growth area", "", "| Area | What is happening | When |"]
    return "\n".join([*head, "| --- | --- | --- |", *rows])


def _group(spans: Sequence[Span], on: date) -> list[list[Span]]:
    """The rows not over by a day, those of one stage and time together, what is furthest first."""
    groups: dict[tuple[int, date, str, date], list[Span]] = {}
    for span in spans:
        if not span.has_ended(on):
            key = (
                _ORDER.index(span.stage), span.from_on or date.max, span.from_words or "",
                span.to_on or date.max,
            )  # fmt: skip
            groups.setdefault(key, []).append(span)
    return [groups[key] for key in sorted(groups)]


def _what(spans: Sequence[Span], on: date) -> str:
    is_begun = spans[0].from_on is not None and spans[0].from_on <= on
    words = (_BEGUN if is_begun else _COMING)[spans[0].stage]
    regions = [region for region in Region if region in {span.region for span in spans}]
    return f"{words} {_join([_say_region(region) for region in regions])}"


def _when(span: Span, on: date) -> str:
    if span.stage is Stage.PLANNED:
        return f"for {span.says_when()}" if span.from_on else f"({span.says_when()})"
    is_begun = span.from_on is not None and span.from_on <= on
    first = f"{'since' if is_begun else 'from'} {span.says_when()}"
    return first if span.to_on is None else f"{first} until {say_date(span.to_on)}"


def _say_region(region: Region) -> str:
    return "all of England" if region is Region.ENGLAND else REGION_WORDS[region]


def _join(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
