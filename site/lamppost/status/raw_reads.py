"""The last raw readings of a component's probes, for those who see the fuller record."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lamppost.status.tables import Probe
from lamppost.status.tables import Reading as StoredReading
from lamppost.status.words import failure_words
from probes.reading import Outcome, Reading

SHOWN = 50


@dataclass(frozen=True, slots=True)
class RawReading:
    """One look as it was stored; `words` say why it failed or could not be taken."""

    taken_at: datetime
    outcome: str
    value: float | None
    words: str


@dataclass(frozen=True, slots=True)
class ProbeRecord:
    """A probe with its last readings, the newest first."""

    name: str
    kind: str
    network: str
    readings: tuple[RawReading, ...]


def list_probe_records(session: Session, component: str) -> tuple[ProbeRecord, ...]:
    """Each current probe of a component with its last readings."""
    probes = session.execute(
        select(Probe.name, Probe.kind, Probe.network)
        .where(Probe.component == component, Probe.is_current)
        .order_by(Probe.name)
    ).all()
    return tuple(ProbeRecord(*probe, _last_readings(session, probe.name)) for probe in probes)


def _last_readings(session: Session, probe: str) -> tuple[RawReading, ...]:
    rows = session.execute(
        select(
            StoredReading.taken_at, StoredReading.outcome, StoredReading.value, StoredReading.detail
        )
        .where(StoredReading.probe == probe)
        .order_by(StoredReading.taken_at.desc())
        .limit(SHOWN)
    )
    return tuple(
        RawReading(
            taken_at,
            outcome,
            value,
            failure_words(Reading(probe, taken_at, Outcome(outcome), value, None, detail)),
        )
        for taken_at, outcome, value, detail in rows
    )
