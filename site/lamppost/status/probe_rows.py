"""The probes a run belongs to, with what their readings amounted to so far: two statements."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import RowMapping, bindparam, select
from sqlalchemy.orm import Session

from lamppost.status.packing import unpack_state
from lamppost.status.policies import NUMBERS_IN_FORCE, policy_of
from lamppost.status.policy import ProbePolicy
from lamppost.status.probe_state import ProbeState
from lamppost.status.tables import Component, Probe, ProbeStanding
from probes.reading import Levels

RELAY_KINDS = frozenset({"relay_delay"})


@dataclass(frozen=True, slots=True)
class ProbeRow:
    """A probe as the definitions say, as far as judging its readings needs it."""

    name: str
    kind: str
    component: str | None
    interval_s: int
    levels: Levels

    def stale_after(self, policy: ProbePolicy) -> timedelta:
        """How long one of its readings speaks for the present."""
        return policy.stale_after(self.interval_s)

    @property
    def is_relay(self) -> bool:
        """Whether its readings are messages, whose delays make a sentence."""
        return self.kind in RELAY_KINDS


@dataclass(frozen=True, slots=True)
class LockedComponent:
    """A component held for writing, with what is stored of its days."""

    slug: str
    days: str
    overlays: str


PROBE_COLUMNS = (
    Probe.name,
    Probe.kind,
    Probe.component,
    Probe.interval_s,
    Probe.slow_above,
    Probe.slow_below,
    Probe.lost_after,
)
# Made once: building a statement costs more than running it.
_LOCK = (
    select(Component.slug, Component.days, Component.overlays)
    .where(
        Component.slug.in_(
            select(Probe.component).where(Probe.name.in_(bindparam("names", expanding=True)))
        )
    )
    .order_by(Component.slug)
    .with_for_update()
)
_PROBES = (
    select(*PROBE_COLUMNS, ProbeStanding.fold, NUMBERS_IN_FORCE)
    .outerjoin(ProbeStanding, ProbeStanding.probe == Probe.name)
    .where(Probe.name.in_(bindparam("names", expanding=True)))
)


def lock_components(session: Session, names: Collection[str]) -> dict[str, LockedComponent]:
    """The components of these probes: whoever stores for one of them waits, so no day is lost."""
    rows = session.connection().execute(_LOCK, {"names": list(names)})
    return {row.slug: LockedComponent(row.slug, row.days, row.overlays) for row in rows}


def load_probes(
    session: Session, names: Collection[str]
) -> tuple[dict[str, tuple[ProbeRow, ProbeState]], ProbePolicy]:
    """Each probe with its fold, and the policy in force; asked after the lock, so the newest."""
    rows = session.connection().execute(_PROBES, {"names": list(names)}).mappings().all()
    policy = policy_of(rows[0]["policy"] if rows else None)
    return {row["name"]: (probe_row(row), _state(row)) for row in rows}, policy


def probe_row(row: RowMapping) -> ProbeRow:
    """A probe from the columns of PROBE_COLUMNS."""
    levels = Levels(row["slow_above"], row["slow_below"], row["lost_after"])
    return ProbeRow(row["name"], row["kind"], row["component"], row["interval_s"], levels)


def _state(row: RowMapping) -> ProbeState:
    return ProbeState() if row["fold"] is None else unpack_state(row["fold"])
