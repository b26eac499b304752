"""Planned changes and BCDR tests as scheduled maintenances of the API.

A test is whole days in London, so it is scheduled from the midnight it begins to the midnight after
its last day. The API has no word for a cancelled one: it is completed, and its last update says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lamppost.clock import london_midnight
from lamppost.status.notices import Change, ChangeState, Window, WindowState
from lamppost.status.statuspage.identity import make_id
from lamppost.status.statuspage.moments import write_moment, write_some
from lamppost.status.statuspage.shapes import ComponentShape, IncidentShape, UpdateShape
from lamppost.wording import say_date_range, say_moment

SCHEDULED, IN_PROGRESS, COMPLETED = "scheduled", "in_progress", "completed"
ACTIVE = frozenset({IN_PROGRESS, "verifying"})
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Planned:
    """A change or a test as far as the API tells them alike; moments are UTC."""

    key: str
    path: str
    name: str
    words: str
    components: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    announced_at: datetime
    updated_at: datetime
    is_cancelled: bool = False

    def status(self, now: datetime) -> str:
        """Where it stands at a moment."""
        if self.is_cancelled or now >= self.ends_at:
            return COMPLETED
        return SCHEDULED if now < self.starts_at else IN_PROGRESS


def plan_change(change: Change) -> Planned:
    """A planned change."""
    when = f"From {say_moment(change.starts_at)} to {say_moment(change.ends_at)}."
    return Planned(
        key=f"change/{change.ref}",
        path="/status/changes/",
        name=change.title,
        words=f"{when} {change.impact} {change.summary}".strip(),
        components=change.components,
        starts_at=change.starts_at,
        ends_at=change.ends_at,
        announced_at=change.announced_at,
        updated_at=change.updated_at,
        is_cancelled=change.state is ChangeState.CANCELLED,
    )


def plan_window(window: Window) -> Planned:
    """A BCDR test, its last day included."""
    days = say_date_range(window.starts_on, window.ends_on)
    return Planned(
        key=f"window/{window.uid}",
        path="/status/bcdr/",
        name=window.title,
        words=f"{days[:1].upper()}{days[1:]}. {window.summary}".strip(),
        components=(),
        starts_at=london_midnight(window.starts_on),
        ends_at=london_midnight(window.ends_on + _DAY),
        announced_at=window.announced_at,
        updated_at=window.updated_at,
        is_cancelled=window.state is WindowState.CANCELLED,
    )


def make_maintenance(
    planned: Planned,
    *,
    now: datetime,
    page_id: str,
    page_url: str,
    components: Mapping[str, ComponentShape],
) -> IncidentShape:
    """One of them with its updates, newest first."""
    made_id = make_id("maintenance", planned.key)
    told = _told(planned, now)
    status = planned.status(now)
    over_at = planned.updated_at if planned.is_cancelled else planned.ends_at
    return {
        "id": made_id,
        "name": planned.name,
        "status": status,
        "created_at": write_moment(planned.announced_at),
        "updated_at": write_moment(max(moment for _, moment, _ in told)),
        "monitoring_at": None,
        "resolved_at": write_some(over_at if status == COMPLETED else None),
        "impact": "maintenance",
        "shortlink": page_url + planned.path,
        "started_at": write_moment(planned.starts_at),
        "page_id": page_id,
        "incident_updates": [_make_update(planned, made_id, *one) for one in reversed(told)],
        "components": [components[slug] for slug in planned.components if slug in components],
        "scheduled_for": write_moment(planned.starts_at),
        "scheduled_until": write_moment(planned.ends_at),
    }


def _told(planned: Planned, now: datetime) -> Sequence[tuple[str, datetime, str]]:
    """Status, moment and words of each update: announced, then changed, begun and over in time."""
    first = (SCHEDULED, planned.announced_at, planned.words)
    rest = [
        (IN_PROGRESS, planned.starts_at, "It has begun."),
        (COMPLETED, planned.ends_at, "It is over."),
    ]
    if planned.is_cancelled:
        rest = [(COMPLETED, planned.updated_at, "Cancelled: it does not take place.")]
    elif planned.updated_at > planned.announced_at:
        rest.append(
            (planned.status(planned.updated_at), planned.updated_at, f"Changed. {planned.words}")
        )
    return [first, *sorted((one for one in rest if one[1] <= now), key=lambda one: one[1])]


def _make_update(
    planned: Planned, made_id: str, status: str, moment: datetime, words: str
) -> UpdateShape:
    at = write_moment(moment)
    return {
        "id": make_id("update", planned.key, status, moment.isoformat()),
        "status": status,
        "body": words,
        "incident_id": made_id,
        "created_at": at,
        "updated_at": at,
        "display_at": at,
        "affected_components": None,
        "deliver_notifications": False,
        "custom_tweet": None,
        "tweet_id": None,
    }
