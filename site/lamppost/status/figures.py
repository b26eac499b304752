"""Figures of every probe for those who watch the service itself: state, age, delays, counts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lamppost.status.policy import DEFAULT_POLICY, ProbePolicy
from lamppost.status.report import State
from lamppost.status.tables import HourRollup, Probe, ProbeStanding

# Counts are those of the hour in progress and the one before it: two rows a probe, never a scan.
COUNTED = timedelta(hours=1)


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
    first = now.replace(minute=0, second=0, microsecond=0) - COUNTED
    counts = {
        row.probe: row
        for row in session.execute(
            select(
                HourRollup.probe,
                func.sum(HourRollup.ok).label("ok"),
                func.sum(HourRollup.failed).label("failed"),
                func.sum(HourRollup.unknown).label("unknown"),
            )
            .where(HourRollup.hour >= first)
            .group_by(HourRollup.probe)
        )
    }
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
    figures = []
    for row in rows:
        is_fresh = row.last_at is not None and now - row.last_at <= policy.stale_after(
            row.interval_s
        )
        delay, count = row.delay or {}, counts.get(row.name)
        figures.append(
            ProbeFigures(
                name=row.name,
                kind=row.kind,
                network=row.network,
                component=row.component,
                state=State(row.state) if is_fresh else State.UNKNOWN,
                last_at=row.last_at,
                p50=delay.get("p50"),
                p95=delay.get("p95"),
                pending=delay.get("pending", 0),
                ok=count.ok if count else 0,
                failed=count.failed if count else 0,
                unknown=count.unknown if count else 0,
            )
        )
    return figures
