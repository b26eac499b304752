"""Components and their groups, in the order of the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lamppost.clock import london_date
from lamppost.status.blend import worst
from lamppost.status.report import ComponentStatus, GroupStatus, ServiceStatus
from lamppost.status.statuspage.identity import make_id
from lamppost.status.statuspage.moments import write_moment
from lamppost.status.statuspage.shapes import ComponentShape
from lamppost.status.statuspage.words import COMPONENT_STATUS


@dataclass(frozen=True, slots=True)
class Roll:
    """Every component as the API shows it: the list of the page, and each by its slug."""

    listed: tuple[ComponentShape, ...]
    by_slug: Mapping[str, ComponentShape]


def list_components(status: ServiceStatus, *, page_id: str, added: Mapping[str, datetime]) -> Roll:
    """The groups of the page, each followed by its members.

    `added` is when each component came onto the page, by its slug.
    """
    listed: list[ComponentShape] = []
    by_slug: dict[str, ComponentShape] = {}
    for group in status.groups:
        members = [
            _component(one, page_id=page_id, added_at=added[one.slug]) for one in group.components
        ]
        by_slug.update(zip((one.slug for one in group.components), members, strict=True))
        head = _group(group, members, page_id=page_id)
        head["created_at"] = write_moment(min(added[one.slug] for one in group.components))
        head["updated_at"] = write_moment(
            max(changed_at(one, added[one.slug]) for one in group.components)
        )
        listed += [head, *members]
    for position, one in enumerate(listed, start=1):
        one["position"] = position
    return Roll(tuple(listed), by_slug)


def changed_at(one: ComponentStatus, added_at: datetime) -> datetime:
    """When a component last changed: since when it stands as it does, as far as that is known."""
    return max(one.since or added_at, added_at)


def _component(one: ComponentStatus, *, page_id: str, added_at: datetime) -> ComponentShape:
    return {
        "id": make_id("component", one.slug),
        "name": one.name,
        "status": COMPONENT_STATUS[one.state],
        "created_at": write_moment(added_at),
        "updated_at": write_moment(changed_at(one, added_at)),
        "position": 0,
        "description": None,
        "showcase": True,
        "start_date": london_date(added_at).isoformat(),
        "group_id": make_id("group", one.group),
        "page_id": page_id,
        "group": False,
        "only_show_if_degraded": False,
    }


def _group(group: GroupStatus, members: list[ComponentShape], *, page_id: str) -> ComponentShape:
    return {
        "id": make_id("group", group.name),
        "name": group.name,
        "status": COMPONENT_STATUS[worst(one.state for one in group.components)],
        "created_at": "",
        "updated_at": "",
        "position": 0,
        "description": None,
        "showcase": False,
        "start_date": None,
        "group_id": None,
        "page_id": page_id,
        "group": True,
        "only_show_if_degraded": False,
        "components": [one["id"] for one in members],
    }
