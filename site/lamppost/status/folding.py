"""Fold newly stored readings into what their probe amounts to: its state, spans and hours."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy import RowMapping, delete, insert, select
from sqlalchemy.orm import Session

from lamppost.status.delays import summarise
from lamppost.status.hours import Hour
from lamppost.status.packing import pack_state, unpack_state
from lamppost.status.policy import ProbePolicy
from lamppost.status.report import State
from lamppost.status.rules import ProbeState, advance
from lamppost.status.tables import HourRollup, Probe, ProbeSpan, ProbeStanding
from lamppost.status.timeline import Span, extend
from lamppost.upserts import upsert_into
from probes.reading import Levels, Reading

RELAY_KINDS = frozenset({"relay_delay"})


def levels_of(probe: Probe | RowMapping) -> Levels:
    """The levels the definitions set for a probe."""
    if isinstance(probe, Probe):
        return Levels(probe.slow_above, probe.slow_below, probe.lost_after)
    return Levels(probe["slow_above"], probe["slow_below"], probe["lost_after"])


def fold_readings(
    session: Session, *, probe: Probe, readings: Sequence[Reading], policy: ProbePolicy
) -> tuple[datetime, datetime] | None:
    """Fold readings, in order, and store what they amount to.

    Gives the first and last moment whose state may have changed, or None when nothing folded.
    """
    _count_hours(session, probe, readings)
    state = _load_state(session, probe.name)
    first = min(
        (m for m in (_earliest(state), readings[0].taken_at) if m is not None),
        default=readings[0].taken_at,
    )
    rows = _load_spans(session, probe.name, first)
    spans = [span for _, span in rows]
    after = fold(state, readings, spans=spans, probe=probe, policy=policy)
    if after is state or after.last_at is None:
        return None
    _store_spans(session, probe.name, rows, spans)
    _store_state(session, probe, after, policy)
    return first, after.last_at


def fold(
    state: ProbeState,
    readings: Sequence[Reading],
    *,
    spans: list[Span],
    probe: Probe,
    policy: ProbePolicy,
) -> ProbeState:
    """The state after the readings; the spans are brought on in place."""
    levels, stale_after = levels_of(probe), policy.stale_after(probe.interval_s)
    for reading in readings:
        before, state = state, advance(state, reading, levels=levels, policy=policy)
        if state is not before:
            extend(spans, before, state, stale_after=stale_after)
    return state


def _earliest(state: ProbeState) -> datetime | None:
    """The earliest moment a next reading could date a change back to."""
    moments = [mark.at for mark in state.marks[:1]] + [delay.at for delay in state.delays[:1]]
    return min([*moments, state.last_at]) if state.last_at is not None else None


def _load_state(session: Session, probe: str) -> ProbeState:
    packed = session.scalar(
        select(ProbeStanding.fold).where(ProbeStanding.probe == probe).with_for_update()
    )
    return ProbeState() if packed is None else unpack_state(packed)


def _store_state(session: Session, probe: Probe, state: ProbeState, policy: ProbePolicy) -> None:
    delay = asdict(summarise(state, policy)) if probe.kind in RELAY_KINDS else None
    session.execute(
        upsert_into(session, ProbeStanding),
        {
            "probe": probe.name,
            "policy_version": policy.version,
            "state": state.state.value,
            "since": state.state_since,
            "reason": state.state_reason,
            "last_at": state.last_at,
            "delay": delay,
            "fold": pack_state(state),
        },
    )


def _load_spans(session: Session, probe: str, first: datetime) -> list[tuple[int, Span]]:
    rows = session.execute(
        select(ProbeSpan.span_id, ProbeSpan.state, ProbeSpan.started_at, ProbeSpan.ended_at)
        .where(ProbeSpan.probe == probe, ProbeSpan.ended_at >= first)
        .order_by(ProbeSpan.started_at, ProbeSpan.span_id)
    )
    return [(number, Span(State(state), begin, end)) for number, state, begin, end in rows]


def _store_spans(
    session: Session, probe: str, rows: list[tuple[int, Span]], spans: list[Span]
) -> None:
    same = 0
    while same < min(len(rows), len(spans)) and rows[same][1] == spans[same]:
        same += 1
    old = [number for number, _ in rows[same:]]
    if old:
        session.execute(delete(ProbeSpan).where(ProbeSpan.span_id.in_(old)))
    if spans[same:]:
        session.execute(
            insert(ProbeSpan),
            [
                {"probe": probe, "state": s.state.value, "started_at": b, "ended_at": e}
                for s in spans[same:]
                for b, e in ((s.started_at, s.ended_at),)
            ],
        )


def _count_hours(session: Session, probe: Probe, readings: Sequence[Reading]) -> None:
    """Add the readings to their hours; late arrivals were counted when they were given up."""
    levels = levels_of(probe)
    hours: dict[datetime, Hour] = {}
    for reading in readings:
        if reading.detail.get("late") is not True:
            hours.setdefault(_hour(reading.taken_at), Hour()).add(reading, levels)
    if not hours:
        return
    stored = session.execute(
        select(*HourRollup.__table__.columns).where(
            HourRollup.probe == probe.name, HourRollup.hour.between(min(hours), max(hours))
        )
    )
    for row in stored.mappings():
        if row["hour"] in hours:
            hours[row["hour"]].merge(unpack_hour(row))
    session.execute(
        upsert_into(session, HourRollup),
        [{"probe": probe.name, "hour": hour, **asdict(counts)} for hour, counts in hours.items()],
    )


def unpack_hour(row: RowMapping) -> Hour:
    """An hour as it was stored; JSON made its bucket numbers text."""
    return Hour(
        ok=row["ok"],
        failed=row["failed"],
        unknown=row["unknown"],
        slow=row["slow"],
        longest=row["longest"],
        histogram={int(bucket): count for bucket, count in row["histogram"].items()},
    )


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
