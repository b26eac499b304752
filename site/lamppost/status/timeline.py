"""A probe's states as spans of time, and what a day of a component adds up to. Pure.

A span says what was known: it reaches from one reading to the last that upheld it. Where readings
stopped for longer than they speak for, there is a gap. When a run of readings decides a change, the
change is dated back to the first reading of the run; gaps and unknown spans stay what they were.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from lamppost.clock import london_date
from lamppost.status.probe_state import ProbeState
from lamppost.status.report import State


class Span(NamedTuple):
    """A state from one moment to another."""

    state: State
    started_at: datetime
    ended_at: datetime


def extend(
    spans: list[Span], before: ProbeState, after: ProbeState, *, stale_after: timedelta
) -> None:
    """Bring the spans on from one folded reading to the next, in place."""
    at = after.last_at
    if at is None or (before.last_at is not None and at < before.last_at):
        return
    if spans and before.last_at is not None:
        spans[-1] = spans[-1]._replace(ended_at=min(at, before.last_at + stale_after))
    is_contiguous = bool(spans) and spans[-1].ended_at == at
    if after.verdict is not before.verdict and after.since is not None:
        _date_back(spans, after.verdict, after.since)
    if not is_contiguous or spans[-1].state is not after.state:
        spans.append(Span(after.state, at, at))


def _date_back(spans: list[Span], state: State, since: datetime) -> None:
    """Rewrite what was known from `since` on; what was not known stays unknown."""
    kept = []
    for span in spans:
        if span.ended_at <= since or span.state is State.UNKNOWN:
            kept.append(span)
            continue
        if span.started_at < since:
            kept.append(span._replace(ended_at=since))
        begins = max(span.started_at, since)
        if kept and kept[-1].state is state and kept[-1].ended_at == begins:
            kept[-1] = kept[-1]._replace(ended_at=span.ended_at)
        else:
            kept.append(Span(state, begins, span.ended_at))
    spans[:] = kept


def days_between(first: datetime, last: datetime) -> list[date]:
    """Every London day the two moments touch, in order."""
    begin, end = london_date(first), london_date(last)
    return [begin + timedelta(days=number) for number in range((end - begin).days + 1)]


def boundaries(tracks: Sequence[Sequence[Span]]) -> list[datetime]:
    """Every moment at which any of the tracks changes, in order."""
    return sorted(
        {m for track in tracks for span in track for m in (span.started_at, span.ended_at)}
    )
