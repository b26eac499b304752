"""Collect all that a month's figures stand on into its document."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lamppost.clock import london_date
from lamppost.status.component_days import Tracks, clip, list_tracks
from lamppost.status.overlays import list_overlays, promised_notice
from lamppost.status.plans.tables import ChangeRecord
from lamppost.status.policies import get_policy
from lamppost.status.slices import Overlay, OverlayKind
from lamppost.status.tables import Component, HourRollup, Probe
from lamppost.status.timeline import Span
from lamppost.status.uptime.document import (
    FORMAT,
    month_slices,
    month_tally,
    write_figures,
    write_formula,
    write_overlay,
    write_spans,
)
from lamppost.status.uptime.formula import FORMULA
from lamppost.status.uptime.months import month_bounds
from postmaster.access.actors import Actor


def collect_month(session: Session, *, month: date, by: Actor, now: datetime) -> dict[str, Any]:
    """The document of a month: each component's spans, overlays and figures, and the formula."""
    starts_at, ends_at = month_bounds(month)
    policy = get_policy(session)
    components = session.execute(
        select(Component.slug, Component.name, Component.group_name)
        .where(Component.is_current)
        .order_by(Component.position, Component.slug)
    ).all()
    slugs = [slug for slug, _name, _group in components]
    tracks = list_tracks(session, slugs, begin=starts_at, last=ends_at, policy=policy)
    overlays = list_overlays(session, first=starts_at, last=ends_at)
    notices = _list_notices(session, overlays)
    probes = _list_probes(session, starts_at, ends_at)
    return {
        "format": FORMAT,
        "month": f"{month:%Y-%m}",
        "zone": "Europe/London",
        "starts_at": starts_at.isoformat(),
        "ends_at": ends_at.isoformat(),
        "closed_at": now.isoformat(),
        "closed_by": by.reference,
        "formula": write_formula(FORMULA),
        "policy": policy.version,
        "components": [
            _component(
                {"slug": slug, "name": name, "group": group},
                tracks.get(slug, {}),
                [_overlay(one, notices) for one in overlays.get(slug, ())],
                probes,
                (starts_at, ends_at),
            )
            for slug, name, group in components
        ],
    }


def _component(
    named: dict[str, Any],
    tracks: Tracks,
    overlays: list[dict[str, Any]],
    probes: Mapping[str, Mapping[str, Any]],
    bounds: tuple[datetime, datetime],
) -> dict[str, Any]:
    starts_at, ends_at = bounds
    component = {
        **named,
        "probes": [_probe(probes[name], track, bounds) for name, track in tracks.items()],
        "overlays": overlays,
    }
    slices = month_slices(component, starts_at=starts_at, ends_at=ends_at)
    tally = month_tally(slices, starts_at=starts_at, ends_at=ends_at)
    return {**component, "figures": write_figures(tally, FORMULA)}


def _overlay(overlay: Overlay, notices: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    is_maintenance = overlay.kind is OverlayKind.MAINTENANCE
    return write_overlay(overlay, notice=notices.get(overlay.ref) if is_maintenance else None)


def _probe(
    probe: Mapping[str, Any], track: Sequence[Span], bounds: tuple[datetime, datetime]
) -> dict[str, Any]:
    return {**probe, "spans": write_spans(clip(track, *bounds))}


def _list_probes(
    session: Session, starts_at: datetime, ends_at: datetime
) -> dict[str, dict[str, Any]]:
    """Each probe with how many readings it took in the month, by outcome."""
    counted = (
        select(
            HourRollup.probe,
            func.sum(HourRollup.ok),
            func.sum(HourRollup.failed),
            func.sum(HourRollup.unknown),
        )
        .where(HourRollup.hour >= starts_at, HourRollup.hour < ends_at)
        .group_by(HourRollup.probe)
    )
    counts = {name: tuple(map(int, rest)) for name, *rest in session.execute(counted)}
    rows = session.execute(select(Probe.name, Probe.kind, Probe.interval_s))
    return {
        name: {
            "name": name,
            "kind": kind,
            "interval_s": interval_s,
            "readings": dict(
                zip(("ok", "failed", "unknown"), counts.get(name, (0, 0, 0)), strict=True)
            ),
        }
        for name, kind, interval_s in rows
    }


def _list_notices(
    session: Session, overlays: Mapping[str, Sequence[Overlay]]
) -> dict[str, dict[str, Any]]:
    """Of each change: the days its excuse stands on."""
    refs = {
        one.ref for some in overlays.values() for one in some if one.kind is OverlayKind.MAINTENANCE
    }
    if not refs:
        return {}
    rows = session.execute(
        select(ChangeRecord.ref, ChangeRecord.announced_at, ChangeRecord.starts_at).where(
            ChangeRecord.ref.in_(refs)
        )
    )
    return {
        ref: {
            "announced_on": london_date(announced_at).isoformat(),
            "begins_on": london_date(starts_at).isoformat(),
            "notice_days": promised_notice(session, on=london_date(starts_at)),
        }
        for ref, announced_at, starts_at in rows
    }
