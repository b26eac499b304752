"""A closed month as one document: spans and overlays, the formula, and the figures they make.

Its figures are computed from what is in it and from nothing else, so whoever has the document can
do it again: `docs/recompute_month.py` does, with nothing but the standard library. Pure.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeAlias

from lamppost.status.report import State, Uptime
from lamppost.status.slices import Overlay, OverlayKind, Slice, fill, slice_component
from lamppost.status.timeline import Span
from lamppost.status.uptime.formula import FORMULAS, Formula
from lamppost.status.uptime.rules import Tally, tally_of, uptime_of

FORMAT = "lamppost-month/1"
Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Correction:
    """What was in truth from one moment to another, as an addendum says."""

    component: str
    starts_at: datetime
    ends_at: datetime
    state: State


def write_document(document: Mapping[str, Any]) -> str:
    """The one way a document is written, so that its digest is always the same."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(text: str) -> str:
    """The SHA-256 of a written document."""
    return sha256(text.encode("utf-8")).hexdigest()


def write_formula(formula: Formula) -> Json:
    """The formula with all its numbers, and in words."""
    return {
        "version": formula.version,
        "weights": {state.value: weight for state, weight in formula.weights.items()},
        "least_coverage": formula.least_coverage,
        "words": formula.words,
    }


def read_formula(document: Mapping[str, Any]) -> Formula:
    """The formula a month was closed with."""
    return FORMULAS[document["formula"]["version"]]


def write_overlay(overlay: Overlay, *, notice: Mapping[str, Any] | None = None) -> Json:
    """An overlay; of maintenance with the days its excuse stands on."""
    return {
        "kind": overlay.kind.value,
        "ref": overlay.ref,
        "state": overlay.state.value,
        "starts_at": overlay.starts_at.isoformat(),
        "ends_at": overlay.ends_at.isoformat() if overlay.ends_at else None,
        "is_excused": overlay.is_excused,
        **(notice or {}),
    }


def write_spans(track: Iterable[Span]) -> list[list[str]]:
    """Spans as triples of state, beginning and end."""
    return [
        [span.state.value, span.started_at.isoformat(), span.ended_at.isoformat()]
        for span in track
        if span.started_at < span.ended_at
    ]


def month_slices(
    component: Mapping[str, Any],
    *,
    starts_at: datetime,
    ends_at: datetime,
    corrections: Sequence[Correction] = (),
) -> list[Slice]:
    """A component's whole month in slices, from the document's words about it."""
    tracks = [[_span(triple) for triple in probe["spans"]] for probe in component["probes"]]
    overlays = [_overlay(given) for given in component["overlays"]]
    slices = fill(
        slice_component(tracks, overlays, first=starts_at, last=ends_at),
        first=starts_at,
        last=ends_at,
    )
    for correction in corrections:
        slices = _corrected(slices, correction)
    return slices


def month_tally(slices: Iterable[Slice], *, starts_at: datetime, ends_at: datetime) -> Tally:
    """The month added up."""
    return tally_of(slices, period=ends_at - starts_at)


def longest_gap(slices: Iterable[Slice]) -> tuple[datetime, datetime] | None:
    """The longest time on end that nobody measured."""
    gaps: list[tuple[datetime, datetime]] = []
    for piece in slices:
        if piece.is_measured or piece.started_at == piece.ended_at:
            continue
        if gaps and gaps[-1][1] == piece.started_at:
            gaps[-1] = (gaps[-1][0], piece.ended_at)
        else:
            gaps.append((piece.started_at, piece.ended_at))
    return max(gaps, key=lambda gap: gap[1] - gap[0], default=None)


def write_figures(tally: Tally, formula: Formula) -> Json:
    """What a component's month adds up to; lengths in microseconds, per cent in thousandths."""
    uptime: Uptime = uptime_of(tally, formula)
    return {
        "period": tally.period,
        "measured": write_lengths(tally.measured),
        "excused": write_lengths(tally.excused),
        "all_time": uptime.all_time,
        "agreed": uptime.agreed,
        "coverage": uptime.coverage,
    }


def write_lengths(lengths: Mapping[State, int]) -> dict[str, int]:
    """Lengths under the states' names."""
    return {state.value: lengths[state] for state in State if lengths.get(state)}


def read_lengths(written: Mapping[str, int]) -> dict[State, int]:
    """And back."""
    return {State(name): length for name, length in written.items()}


def _span(triple: Sequence[str]) -> Span:
    state, begin, end = triple
    return Span(State(state), datetime.fromisoformat(begin), datetime.fromisoformat(end))


def _overlay(given: Mapping[str, Any]) -> Overlay:
    ends_at = given["ends_at"]
    return Overlay(
        OverlayKind(given["kind"]),
        given["ref"],
        State(given["state"]),
        datetime.fromisoformat(given["starts_at"]),
        None if ends_at is None else datetime.fromisoformat(ends_at),
        given["is_excused"],
    )


def _corrected(slices: Iterable[Slice], correction: Correction) -> list[Slice]:
    corrected = []
    for piece in slices:
        begin = max(piece.started_at, correction.starts_at)
        end = min(piece.ended_at, correction.ends_at)
        if begin >= end:
            corrected.append(piece)
            continue
        within = Slice(
            correction.state,
            begin,
            end,
            is_measured=correction.state is not State.UNKNOWN,
            is_excused=piece.is_excused,
        )
        parts = [piece._replace(ended_at=begin), within, piece._replace(started_at=end)]
        corrected += [part for part in parts if part.started_at < part.ended_at]
    return corrected
