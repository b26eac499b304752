"""Derive states again from the stored readings under another policy, and say what would differ."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from lamppost.status.folding import fold
from lamppost.status.policy import ProbePolicy
from lamppost.status.report import State
from lamppost.status.rules import ProbeState
from lamppost.status.tables import Probe
from lamppost.status.tables import Reading as StoredReading
from lamppost.status.timeline import Span
from probes.reading import Outcome, Reading

_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Replayed:
    """What one policy makes of one probe's readings."""

    state: State
    outages: tuple[tuple[datetime, datetime], ...]
    seconds: dict[State, int]


@dataclass(frozen=True, slots=True)
class Difference:
    """One probe under two policies, from the same readings."""

    probe: str
    readings: int
    before: Replayed
    after: Replayed

    @property
    def is_same(self) -> bool:
        """Whether the new policy would have shown exactly the same."""
        return self.before == self.after


def replay(
    session: Session, *, before: ProbePolicy, after: ProbePolicy, since: datetime
) -> list[Difference]:
    """Every current probe's readings since a moment under both policies, by name."""
    probes = session.scalars(select(Probe).where(Probe.is_current).order_by(Probe.name))
    differences = []
    for probe in probes.all():
        readings = list(list_stored_readings(session, probe=probe.name, since=since))
        differences.append(
            Difference(
                probe.name,
                len(readings),
                _derive(probe, readings, before),
                _derive(probe, readings, after),
            )
        )
    return differences


def list_stored_readings(session: Session, *, probe: str, since: datetime) -> Iterator[Reading]:
    """A probe's raw readings in the order in which they were stored, and so folded."""
    rows = session.execute(
        select(
            StoredReading.probe,
            StoredReading.taken_at,
            StoredReading.outcome,
            StoredReading.value,
            StoredReading.unit,
            StoredReading.detail,
        )
        .where(StoredReading.probe == probe, StoredReading.taken_at >= since)
        .order_by(StoredReading.reading_id)
        .execution_options(yield_per=_BATCH)
    )
    for name, taken_at, outcome, value, unit, detail in rows:
        yield Reading(name, taken_at, Outcome(outcome), value, unit, detail)


def _derive(probe: Probe, readings: list[Reading], policy: ProbePolicy) -> Replayed:
    spans: list[Span] = []
    state = fold(ProbeState(), readings, spans=spans, probe=probe, policy=policy)
    seconds: dict[State, float] = {}
    outages = []
    for name, run in groupby(spans, key=lambda span: span.state):
        pieces = list(run)
        length = sum((piece.ended_at - piece.started_at).total_seconds() for piece in pieces)
        seconds[name] = seconds.get(name, 0.0) + length
        if name is State.OUTAGE:
            outages.append((pieces[0].started_at, pieces[-1].ended_at))
    whole = {name: round(length) for name, length in seconds.items()}
    return Replayed(state.state, tuple(outages), whole)
