"""Store what runs of probes gave, many at once: a dozen statements for one run or a thousand.

Readings are folded into states, spans, hours and days in the transaction that stores them; records
go into the log and the calendar.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from lamppost.generation.actions import Area, bump_generation
from lamppost.status.component_days import Stretch, sum_days
from lamppost.status.folding import after_clock_step, earliest, fold, honest
from lamppost.status.hour_counts import add_hours, count_hours
from lamppost.status.hssis.actions import Imported
from lamppost.status.journal import MailState
from lamppost.status.overlays import unpack_overlays
from lamppost.status.policy import ProbePolicy
from lamppost.status.probe_rows import LockedComponent, ProbeRow, load_probes, lock_components
from lamppost.status.probe_state import ProbeState
from lamppost.status.records import store_records
from lamppost.status.spans import SpanWrites, load_spans
from lamppost.status.standing_rows import standing_row
from lamppost.status.tables import ExpectedMail, ProbeStanding
from lamppost.status.tables import Reading as StoredReading
from postmaster.upserts import insert_new_into, upsert_into
from probes.reading import Outcome, Reading, Result


class UnknownProbeError(LookupError):
    """No probe of that name is in the definitions that were last taken on."""


class Remembered(Protocol):
    """A journal whose waiting notes go into the transaction that stores the run."""

    def apply(self, session: Session) -> None:
        """Write them."""
        ...


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of one probe gave."""

    probe: str
    result: Result
    journal: Remembered | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing a run changed."""

    readings: int  # stored for the first time
    hssis: Imported
    windows: int  # new or changed


@dataclass(frozen=True, slots=True)
class Folded:
    """A probe after its new readings, and the time whose states they may have changed."""

    probe: ProbeRow
    state: ProbeState
    first: datetime
    last: datetime


def store_results(
    session: Session, *, runs: Sequence[Run], now: datetime, policy: ProbePolicy | None = None
) -> list[Stored]:
    """Store all that several runs gave, in one transaction; what was stored before is not again.

    Judged by the policy in force unless another is given.

    Raises:
        UnknownProbeError: the definitions do not have one of the probes.
    """
    names = sorted({run.probe for run in runs})
    components = lock_components(session, names)
    probes, in_force = load_probes(session, names)
    for name in names:
        if name not in probes:
            raise UnknownProbeError(f"no probe is called {name!r}")
    fresh = _insert_readings(session, _marked(session, runs, now))
    readings = {name: some for name, some in _by_probe(fresh).items() if some}
    if readings:
        _fold_all(session, readings, probes, components, now=now, policy=policy or in_force)
        bump_generation(session, Area.STATUS)
    stored = []
    for run in runs:
        hssis, windows = store_records(session, probes[run.probe][0], run.result, now)
        if run.journal is not None:
            run.journal.apply(session)
        count = sum(reading.probe == run.probe for reading in fresh)
        stored.append(Stored(count, hssis, windows))
    return stored


def _marked(session: Session, runs: Sequence[Run], now: datetime) -> list[Reading]:
    """The readings in order of time; those of a message already given up say that they are late."""
    readings = [
        honest(
            reading if reading.probe == run.probe else replace(reading, probe=run.probe), now=now
        )
        for run in runs
        for reading in run.result.readings
    ]
    readings.sort(key=lambda reading: reading.taken_at)
    lost: set[tuple[str, str]] = set()
    if any("token" in reading.detail for reading in readings):
        rows = session.connection().execute(
            select(ExpectedMail.probe, ExpectedMail.token).where(
                ExpectedMail.probe.in_({run.probe for run in runs}),
                ExpectedMail.state == MailState.LOST,
            )
        )
        lost = {(probe, token) for probe, token in rows}
    return [
        replace(reading, detail={**reading.detail, "late": True})
        if reading.outcome is Outcome.OK and (reading.probe, reading.detail.get("token")) in lost
        else reading
        for reading in readings
    ]


def _insert_readings(session: Session, readings: Sequence[Reading]) -> list[Reading]:
    """Those that were not there before, in their order."""
    by_key: dict[tuple[str, str], Reading] = {}
    for reading in readings:
        by_key.setdefault((reading.probe, reading.key), reading)
    if not by_key:
        return []
    rows = [
        {
            "probe": probe,
            "key": key,
            "taken_at": reading.taken_at,
            "outcome": reading.outcome.value,
            "value": reading.value,
            "unit": reading.unit,
            "detail": dict(reading.detail),
        }
        for (probe, key), reading in by_key.items()
    ]
    statement = insert_new_into(session, StoredReading, StoredReading.probe, StoredReading.key)
    returned = session.connection().execute(statement, rows)
    inserted = {(probe, key) for probe, key in returned}
    return [reading for pair, reading in by_key.items() if pair in inserted]


def _by_probe(readings: Sequence[Reading]) -> dict[str, list[Reading]]:
    found: dict[str, list[Reading]] = {}
    for reading in readings:
        found.setdefault(reading.probe, []).append(reading)
    return found


def _fold_all(
    session: Session,
    readings: Mapping[str, Sequence[Reading]],
    probes: Mapping[str, tuple[ProbeRow, ProbeState]],
    components: Mapping[str, LockedComponent],
    *,
    now: datetime,
    policy: ProbePolicy,
) -> None:
    counted = {name: count_hours(some, probes[name][0].levels) for name, some in readings.items()}
    add_hours(session, counted)
    firsts = {
        name: min(m for m in (earliest(probes[name][1]), some[0].taken_at, now) if m is not None)
        for name, some in readings.items()
    }
    stored, writes = load_spans(session, firsts), SpanWrites()
    folded = []
    for name, some in readings.items():
        probe, state = probes[name]
        begun = min(now, some[0].taken_at)
        before, spans = after_clock_step(
            state, [span for _, span in stored[name]], now=now, begun=begun
        )
        after = fold(before, some, spans=spans, probe=probe, policy=policy)
        if after is not state and after.last_at is not None:
            writes.add(name, stored[name], spans)
            folded.append(Folded(probe, after, firsts[name], after.last_at))
    writes.store(session)
    if folded:
        rows = [standing_row(one.probe, one.state, policy) for one in folded]
        session.connection().execute(upsert_into(session, ProbeStanding), rows)
        sum_days(session, _stretches(folded, components), policy=policy)


def _stretches(
    folded: Sequence[Folded], components: Mapping[str, LockedComponent]
) -> list[Stretch]:
    """One stretch per component, over all that any of its probes has changed."""
    spans: dict[str, tuple[datetime, datetime]] = {}
    for one in folded:
        if one.probe.component is not None:
            first, last = spans.get(one.probe.component, (one.first, one.last))
            spans[one.probe.component] = min(first, one.first), max(last, one.last)
    return [
        Stretch(
            slug,
            first,
            last,
            components[slug].days,
            unpack_overlays(components[slug].overlays),
            components[slug].overlays,
        )
        for slug, (first, last) in spans.items()
    ]
