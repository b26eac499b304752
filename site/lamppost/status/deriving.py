"""Derive a probe's states, spans and hours from its raw readings, one reading at a time."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from lamppost.status.component_days import speaking
from lamppost.status.folding import fold
from lamppost.status.policy import ProbePolicy
from lamppost.status.probe_rows import PROBE_COLUMNS, ProbeRow, probe_row
from lamppost.status.probe_state import ProbeState
from lamppost.status.tables import Probe
from lamppost.status.tables import Reading as StoredReading
from lamppost.status.timeline import Span
from postmaster.store import UtcDateTime
from probes.reading import Outcome, Reading

_BATCH = 5_000
_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_READINGS = (
    select(
        StoredReading.taken_at,
        StoredReading.outcome,
        StoredReading.value,
        StoredReading.unit,
        StoredReading.detail,
        StoredReading.reading_id,
    )
    .where(
        StoredReading.probe == bindparam("probe"),
        StoredReading.taken_at >= bindparam("since", type_=UtcDateTime),
    )
    .order_by(StoredReading.reading_id)
    .execution_options(yield_per=_BATCH)
)
_UP_TO = _READINGS.where(StoredReading.reading_id <= bindparam("up_to"))
_AFTER = _READINGS.where(StoredReading.reading_id > bindparam("after"))


class Derivation:
    """What one policy makes of a probe's readings, as they come."""

    def __init__(self, probe: ProbeRow, policy: ProbePolicy) -> None:
        self.probe = probe
        self.policy = policy
        self.state = ProbeState()
        self.spans: list[Span] = []

    def take(self, readings: Sequence[Reading]) -> None:
        """Fold some more readings."""
        self.state = fold(
            self.state, readings, spans=self.spans, probe=self.probe, policy=self.policy
        )

    def track(self, *, now: datetime) -> list[Span]:
        """The spans so far, the newest reaching as far as its last reading speaks."""
        if not self.spans:
            return []
        newest = speaking(self.spans[-1], last=now, stale_after=self.probe.stale_after(self.policy))
        return [*self.spans[:-1], newest]


def list_probe_rows(session: Session) -> list[ProbeRow]:
    """Every current probe, by name."""
    rows = session.execute(select(*PROBE_COLUMNS).where(Probe.is_current).order_by(Probe.name))
    return [probe_row(row) for row in rows.mappings()]


def newest_number(session: Session, probe: str) -> int:
    """The number of the reading stored last; 0 when there is none."""
    newest = select(func.max(StoredReading.reading_id)).where(StoredReading.probe == probe)
    return session.scalar(newest) or 0


def list_stored_readings(
    session: Session,
    *,
    probe: str,
    since: datetime,
    up_to: int | None = None,
    after: int | None = None,
) -> Iterator[list[Reading]]:
    """A probe's raw readings some thousands at a time, in the order in which they were folded.

    `up_to` and `after` are numbers of readings: one leaves out what was stored later, the other
    what was stored before.
    """
    statement = (
        _READINGS if up_to is None and after is None else _AFTER if up_to is None else _UP_TO
    )
    asked = {"probe": probe, "since": since, "up_to": up_to, "after": after}
    for part in session.execute(statement, asked).partitions(_BATCH):
        yield [
            Reading(probe, taken_at, _OUTCOMES[outcome], value, unit, detail)
            for taken_at, outcome, value, unit, detail, _number in part
        ]
