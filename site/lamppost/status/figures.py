"""Figures of every probe for those who watch the service itself: state, age, delays, counts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lamppost.status.policy import DEFAULT_POLICY, ProbePolicy
from lamppost.status.report import State
from lamppost.status.tables import HourRollup, Probe, ProbeStanding

# Counts are those of the hour in progress and the one before it: two rows a probe, never a scan.
COUNTED = timedelta(hours=1)
_NONE = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class ProbeFigures:
    """One current probe; delays are seconds of the last messages, counts those of two hours."""

    name: str
    kind: str
    network: str
    component: str | None
    state: State
    last_at: datetime | None
    p50: float | None
    p95: float | None
    pending: int
    ok: int
    failed: int
    unknown: int


def list_probe_figures(
    session: Session, *, now: datetime, policy: ProbePolicy = DEFAULT_POLICY
) -> list[ProbeFigures]:
    """Every current probe by name; one without a fresh reading is unknown."""
    counts = _count_readings(session, now)
    rows = session.execute(
        select(
            Probe.name,
            Probe.kind,
            Probe.network,
            Probe.component,
            Probe.interval_s,
            ProbeStanding.state,
            ProbeStanding.last_at,
            ProbeStanding.delay,
        )
        .outerjoin(ProbeStanding, ProbeStanding.probe == Probe.name)
        .where(Probe.is_current)
        .order_by(Probe.name)
    )
    return [_figures(row, counts.get(row.name, _NONE), now, policy) for row in rows]


def _count_readings(session: Session, now: datetime) -> dict[str, tuple[int, int, int]]:
    """By probe how many were good, failed and unknown."""
    first = now.replace(minute=0, second=0, microsecond=0) - COUNTED
    rows = session.execute(
        select(
            HourRollup.probe,
            func.sum(HourRollup.ok),
            func.sum(HourRollup.failed),
            func.sum(HourRollup.unknown),
        )
        .where(HourRollup.hour >= first)
        .group_by(HourRollup.probe)
    )
    return {probe: (ok, failed, unknown) for probe, ok, failed, unknown in rows}


def _figures(
    row: Any, counts: tuple[int, int, int], now: datetime, policy: ProbePolicy
) -> ProbeFigures:
    stale_after = policy.stale_after(row.interval_s)
    is_fresh = row.last_at is not None and now - row.last_at <= stale_after
    delay = row.delay or {}
    ok, failed, unknown = counts
    return ProbeFigures(
        name=row.name,
        kind=row.kind,
        network=row.network,
        component=row.component,
        state=State(row.state) if is_fresh else State.UNKNOWN,
        last_at=row.last_at,
        p50=delay.get("p50"),
        p95=delay.get("p95"),
        pending=delay.get("pending", 0),
        ok=ok,
        failed=failed,
        unknown=unknown,
    )
