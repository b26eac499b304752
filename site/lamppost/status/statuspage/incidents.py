"""HSSIs as incidents of the API, their texts as its updates."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from lamppost.status.blend import lift
from lamppost.status.notices import Hssi, HssiUpdate
from lamppost.status.report import State
from lamppost.status.statuspage.identity import make_id
from lamppost.status.statuspage.moments import write_moment, write_some
from lamppost.status.statuspage.shapes import (
    AffectedShape,
    ComponentShape,
    IncidentShape,
    UpdateShape,
)
from lamppost.status.statuspage.words import COMPONENT_STATUS, impact_of, incident_status

_WELL = State.OPERATIONAL


def make_incident(
    hssi: Hssi,
    *,
    updates: Sequence[HssiUpdate],
    page_id: str,
    page_url: str,
    components: Mapping[str, ComponentShape],
) -> IncidentShape:
    """One HSSI with its texts, newest first.

    Args:
        hssi: as the reads give it.
        updates: its published texts, oldest first.
        page_id: the page's id.
        page_url: the site's address, for the short link.
        components: every component of the page by its slug; others are no longer on it.
    """
    incident_id = make_id("incident", hssi.ref)
    made = _make_updates(hssi, updates, incident_id, components)
    monitoring = next((one.at for one in updates if one.state.lower() == "monitoring"), None)
    return {
        "id": incident_id,
        "name": hssi.title,
        "status": incident_status(hssi.state, is_open=hssi.is_open),
        "created_at": write_moment(min((one.at for one in updates), default=hssi.raised_at)),
        "updated_at": write_moment(hssi.updated_at),
        "monitoring_at": write_some(monitoring),
        "resolved_at": write_some(hssi.resolved_at),
        "impact": impact_of(hssi.severity),
        "shortlink": f"{page_url}/status/incidents/{hssi.ref}/",
        "started_at": write_moment(hssi.raised_at),
        "page_id": page_id,
        "incident_updates": made[::-1],
        "components": [components[slug] for slug in hssi.components if slug in components],
    }


def _make_updates(
    hssi: Hssi,
    updates: Sequence[HssiUpdate],
    incident_id: str,
    components: Mapping[str, ComponentShape],
) -> list[UpdateShape]:
    """Oldest first; what one changed for a component follows from the one before it."""
    ends = _resolving(updates, hssi.resolved_at)
    return [
        _make_update(
            update,
            key=hssi.ref,
            incident_id=incident_id,
            status=incident_status(update.state, is_open=update.number not in ends),
            affected=_affected(before, update, components, ends),
        )
        for before, update in pairwise((None, *updates))
        if update is not None
    ]


def _resolving(updates: Sequence[HssiUpdate], resolved_at: datetime | None) -> frozenset[int]:
    """The numbers of the updates after which it was over, whatever the log called it."""
    named = {one.number for one in updates if one.state.lower() in {"resolved", "closed"}}
    if resolved_at is not None and updates:
        named.add(updates[-1].number)
    return frozenset(named)


def _make_update(
    update: HssiUpdate,
    *,
    key: str,
    incident_id: str,
    status: str,
    affected: list[AffectedShape] | None,
) -> UpdateShape:
    at = write_moment(update.at)
    return {
        "id": make_id("update", key, update.number),
        "status": status,
        "body": f"{update.words} {update.summary}".strip(),
        "incident_id": incident_id,
        "created_at": at,
        "updated_at": at,
        "display_at": at,
        "affected_components": affected,
        "deliver_notifications": True,
        "custom_tweet": None,
        "tweet_id": None,
    }


def _affected(
    before: HssiUpdate | None,
    update: HssiUpdate,
    components: Mapping[str, ComponentShape],
    ends: frozenset[int],
) -> list[AffectedShape] | None:
    """Null where the update's components were not kept, as the API has it for old ones."""
    if update.components is None:
        return None
    old = _lifted(before, ends)
    new = _lifted(update, ends)
    return [
        {
            "code": components[slug]["id"],
            "name": components[slug]["name"],
            "old_status": COMPONENT_STATUS[old.get(slug, _WELL)],
            "new_status": COMPONENT_STATUS[new.get(slug, _WELL)],
        }
        for slug in dict.fromkeys((*old, *update.components))
        if slug in components
    ]


def _lifted(update: HssiUpdate | None, ends: frozenset[int]) -> dict[str, State]:
    """What an update shows its components as, by their slugs."""
    if update is None:
        return {}
    state = _WELL if update.number in ends else lift(update.severity)
    return dict.fromkeys(update.components or (), state)
