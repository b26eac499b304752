"""Read how every component stands now: a fixed handful of queries, whatever there is to show."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, RowMapping, select
from sqlalchemy.orm import Session

from lamppost.status.blend import component_state, lift, worst
from lamppost.status.notices import Change, ChangeState, Hssi
from lamppost.status.policies import NUMBERS_IN_FORCE, policy_of
from lamppost.status.policy import ProbePolicy
from lamppost.status.report import DelaySummary, ProbeStatus, State
from lamppost.status.tables import Component, Probe, ProbeStanding
from lamppost.wording import say_moment

MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """A component with all that decides how it stands."""

    slug: str
    name: str
    group: str
    packed_days: str
    probes: tuple[ProbeStatus, ...]
    delays: tuple[DelaySummary, ...]
    hssis: tuple[Hssi, ...]  # open ones naming it
    change: Change | None  # running, with impact
    measured: State  # what the probes say
    state: State  # what is shown: measured, lifted by open HSSIs


@dataclass(frozen=True, slots=True)
class NamedComponent:
    """A line of the status page by its name."""

    slug: str
    name: str


# Made once: building a statement costs more than running it.
_COMPONENTS = (
    select(Component.slug, Component.name, Component.group_name, Component.days)
    .where(Component.is_current)
    .order_by(Component.position, Component.slug)
)
_PROBES = (
    select(
        Probe.name,
        Probe.kind,
        Probe.network,
        Probe.component,
        Probe.interval_s,
        ProbeStanding.state,
        ProbeStanding.since,
        ProbeStanding.reason,
        ProbeStanding.last_at,
        ProbeStanding.delay,
        NUMBERS_IN_FORCE,
    )
    .outerjoin(ProbeStanding, ProbeStanding.probe == Probe.name)
    .where(Probe.is_current, Probe.component.is_not(None))
    .order_by(Probe.component, Probe.name)
)


def list_standings(
    session: Session,
    *,
    now: datetime,
    policy: ProbePolicy | None,
    hssis: Sequence[Hssi],
    changes: Sequence[Change],
    slug: str | None = None,
) -> list[Standing]:
    """Every current component in the order of the page, or the one of that slug."""
    probes, delays = _list_probes(session, now=now, policy=policy)
    statement = _COMPONENTS if slug is None else _COMPONENTS.where(Component.slug == slug)
    running = [c for c in changes if c.state is ChangeState.RUNNING and c.has_impact]
    return [
        _stand(
            row,
            tuple(probes.get(row.slug, ())),
            tuple(delays.get(row.slug, ())),
            tuple(hssi for hssi in hssis if row.slug in hssi.components),
            next((change for change in running if row.slug in change.impacted), None),
        )
        for row in session.execute(statement)
    ]


def list_components(session: Session) -> list[NamedComponent]:
    """What is on the page, in its order."""
    rows = session.execute(_COMPONENTS)
    return [NamedComponent(row.slug, row.name) for row in rows]


def _stand(
    row: Row[str, str, str, str],
    probes: tuple[ProbeStatus, ...],
    delays: tuple[DelaySummary, ...],
    hssis: tuple[Hssi, ...],
    change: Change | None,
) -> Standing:
    states = [probe.state for probe in probes]
    measured = component_state(states, is_maintained=change is not None)
    return Standing(
        slug=row.slug,
        name=row.name,
        group=row.group_name,
        packed_days=row.days,
        probes=probes,
        delays=delays,
        hssis=hssis,
        change=change,
        measured=measured,
        state=worst((measured, *(lift(hssi.severity) for hssi in hssis))),
    )


def _list_probes(
    session: Session, *, now: datetime, policy: ProbePolicy | None
) -> tuple[dict[str, list[ProbeStatus]], dict[str, list[DelaySummary]]]:
    probes: dict[str, list[ProbeStatus]] = defaultdict(list)
    delays: dict[str, list[DelaySummary]] = defaultdict(list)
    for row in session.execute(_PROBES).mappings():
        judged_by = policy or policy_of(row["policy"])
        probes[row["component"]].append(_probe(row, now, judged_by))
        if row["delay"] is not None:
            delays[row["component"]].append(_delay(row["delay"]))
    return probes, delays


def _probe(row: RowMapping, now: datetime, policy: ProbePolicy) -> ProbeStatus:
    last_at: datetime | None = row["last_at"]
    state, since, reason = row["state"], row["since"], row["reason"]
    # A reading speaks up to and with the moment, so it is stale just after.
    stale_at = last_at and last_at + policy.stale_after(row["interval_s"]) + MICROSECOND
    if last_at is None:
        state, since, reason = State.UNKNOWN, None, "not measured yet"
    elif last_at - now > policy.stale_after(row["interval_s"]):
        # The clock stepped back: a reading speaks no further ahead than it speaks afterwards.
        state, since = State.UNKNOWN, now
        reason = f"the last check is dated {say_moment(last_at)}, which is still to come"
    elif now - last_at > policy.stale_after(row["interval_s"]):
        state, since = State.UNKNOWN, last_at
        reason = f"no check since {say_moment(last_at)}"
    return ProbeStatus(
        name=row["name"],
        kind=row["kind"],
        network=row["network"],
        state=State(state),
        since=since,
        as_at=last_at,
        interval_s=row["interval_s"],
        reason=reason,
        stale_at=stale_at,
    )


def _delay(packed: dict[str, Any]) -> DelaySummary:
    return DelaySummary(**packed)


def stale_moments(standings: Sequence[Standing]) -> list[datetime]:
    """When each probe's last reading stops speaking for the present."""
    return [
        probe.stale_at
        for standing in standings
        for probe in standing.probes
        if probe.stale_at is not None
    ]
