"""The stored spans of probes: those a new reading may still change, and what became of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from lamppost.status.report import State
from lamppost.status.tables import ProbeSpan
from lamppost.status.timeline import Span
from postmaster.store import UtcDateTime

Stored = list[tuple[int, Span]]
_OPEN = (
    select(
        ProbeSpan.probe,
        ProbeSpan.span_id,
        ProbeSpan.state,
        ProbeSpan.started_at,
        ProbeSpan.ended_at,
    )
    .where(
        ProbeSpan.probe.in_(bindparam("names", expanding=True)),
        ProbeSpan.ended_at >= bindparam("first", type_=UtcDateTime),
    )
    .order_by(ProbeSpan.probe, ProbeSpan.started_at, ProbeSpan.span_id)
)
_LONGER = (
    update(ProbeSpan)
    .where(ProbeSpan.span_id == bindparam("the_id"))
    .values(ended_at=bindparam("the_end"))
)


@dataclass(slots=True)
class SpanWrites:
    """What storing changed spans takes: mostly one that only became longer."""

    longer: list[dict[str, Any]] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    new: list[dict[str, Any]] = field(default_factory=list)

    def add(self, probe: str, before: Stored, after: Sequence[Span]) -> None:
        """Note how one probe's spans go over from before to after."""
        same = 0
        while same < min(len(before), len(after)) and before[same][1] == after[same]:
            same += 1
        if same < min(len(before), len(after)):
            number, old = before[same]
            if old == after[same]._replace(ended_at=old.ended_at):
                self.longer.append({"the_id": number, "the_end": after[same].ended_at})
                same += 1
        self.gone += [number for number, _ in before[same:]]
        self.new += [span_row(probe, span) for span in after[same:]]

    def store(self, session: Session) -> None:
        """Write them."""
        if self.longer:
            session.connection().execute(_LONGER, self.longer)
        if self.gone:
            session.connection().execute(delete(ProbeSpan).where(ProbeSpan.span_id.in_(self.gone)))
        if self.new:
            session.connection().execute(insert(ProbeSpan), self.new)


def load_spans(session: Session, firsts: Mapping[str, datetime]) -> dict[str, Stored]:
    """By probe, the spans that reach to its moment or past it, in order of time."""
    found: dict[str, Stored] = {name: [] for name in firsts}
    asked = {"names": list(firsts), "first": min(firsts.values())}
    for name, number, state, begin, end in session.connection().execute(_OPEN, asked):
        if end >= firsts[name]:
            found[name].append((number, Span(State(state), begin, end)))
    return found


def span_row(probe: str, span: Span) -> dict[str, Any]:
    """A span as it is stored."""
    return {
        "probe": probe,
        "state": span.state.value,
        "started_at": span.started_at,
        "ended_at": span.ended_at,
    }
