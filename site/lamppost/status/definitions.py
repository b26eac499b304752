"""Take on what probes.toml says: components in their order, probes with their levels."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lamppost.generation.actions import Area, bump_generation
from lamppost.status.tables import Component, Probe
from postmaster.upserts import upsert_into


class DefinedLevels(Protocol):
    """The levels of a probe as defined, in seconds."""

    @property
    def slow_above(self) -> float | None: ...  # noqa: D102 - named in probes/reading.py
    @property
    def slow_below(self) -> float | None: ...  # noqa: D102 - the class says it
    @property
    def lost_after(self) -> float | None: ...  # noqa: D102 - the class says it


class DefinedComponent(Protocol):
    """A component as defined."""

    @property
    def slug(self) -> str: ...  # noqa: D102 - the words are those of probes.toml
    @property
    def name(self) -> str: ...  # noqa: D102 - the class says it
    @property
    def group(self) -> str: ...  # noqa: D102 - the class says it
    @property
    def order(self) -> int: ...  # noqa: D102 - the class says it
    @property
    def mail_path(self) -> str | None: ...  # noqa: D102 - the class says it


class DefinedProbe(Protocol):
    """A probe as defined."""

    @property
    def name(self) -> str: ...  # noqa: D102 - the words are those of probes.toml
    @property
    def kind(self) -> str: ...  # noqa: D102 - the class says it
    @property
    def component(self) -> str | None: ...  # noqa: D102 - the class says it
    @property
    def network(self) -> str: ...  # noqa: D102 - the class says it
    @property
    def interval_s(self) -> float: ...  # noqa: D102 - the class says it
    @property
    def levels(self) -> DefinedLevels: ...  # noqa: D102 - the class says it


class Definitions(Protocol):
    """All of probes.toml that matters here."""

    @property
    def components(self) -> Sequence[DefinedComponent]: ...  # noqa: D102 - as above
    @property
    def probes(self) -> Sequence[DefinedProbe]: ...  # noqa: D102 - the class says it


def sync_definitions(session: Session, *, definitions: Definitions, now: datetime) -> bool:
    """Make components and probes what the definitions say; whether anything changed.

    What they no longer mention is kept with its history and no longer shown.
    """
    components = [
        {
            "slug": component.slug,
            "name": component.name,
            "group_name": component.group,
            "position": component.order,
            "is_current": True,
            "added_at": now,
            "mail_path": component.mail_path,
            "days": "",
            "overlays": "",
        }
        for component in definitions.components
    ]
    probes = [_probe_row(probe) for probe in definitions.probes]
    before = _snapshot(session)
    if components:
        kept = ("added_at", "days", "overlays")
        session.execute(upsert_into(session, Component, keep=kept), components)
    if probes:
        session.execute(upsert_into(session, Probe), probes)
    slugs = [row["slug"] for row in components]
    session.execute(update(Component).where(Component.slug.not_in(slugs)).values(is_current=False))
    names = [row["name"] for row in probes]
    session.execute(update(Probe).where(Probe.name.not_in(names)).values(is_current=False))
    changed = _snapshot(session) != before
    if changed:
        bump_generation(session, Area.STATUS)
    return changed


def _probe_row(probe: DefinedProbe) -> dict[str, Any]:
    return {
        "name": probe.name,
        "kind": probe.kind,
        "component": probe.component,
        "network": probe.network,
        "interval_s": round(probe.interval_s),
        "slow_above": probe.levels.slow_above,
        "slow_below": probe.levels.slow_below,
        "lost_after": probe.levels.lost_after,
        "is_current": True,
    }


def _snapshot(session: Session) -> list[tuple[Any, ...]]:
    components = session.execute(
        select(
            Component.slug,
            Component.name,
            Component.group_name,
            Component.position,
            Component.is_current,
            Component.mail_path,
        ).order_by(Component.slug)
    )
    probes = session.execute(select(*Probe.__table__.columns).order_by(Probe.name))
    return [*(tuple(row) for row in components), *(tuple(row) for row in probes)]
