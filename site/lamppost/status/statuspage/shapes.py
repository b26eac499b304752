"""The public shapes of the Statuspage v2 API, as captured from pages of that service."""

from typing import NotRequired, TypedDict


class PageShape(TypedDict):
    """The page itself."""

    id: str
    name: str
    url: str
    time_zone: str
    updated_at: str


class StatusShape(TypedDict):
    """How the whole page stands."""

    indicator: str
    description: str


class ComponentShape(TypedDict):
    """A component, or a group of them when `group` is true."""

    id: str
    name: str
    status: str
    created_at: str
    updated_at: str
    position: int
    description: str | None
    showcase: bool
    start_date: str | None
    group_id: str | None
    page_id: str
    group: bool
    only_show_if_degraded: bool
    components: NotRequired[list[str]]


class AffectedShape(TypedDict):
    """What an update changed for one component."""

    code: str
    name: str
    old_status: str
    new_status: str


class UpdateShape(TypedDict):
    """One update of an incident or a maintenance."""

    id: str
    status: str
    body: str
    incident_id: str
    created_at: str
    updated_at: str
    display_at: str
    affected_components: list[AffectedShape] | None
    deliver_notifications: bool
    custom_tweet: str | None
    tweet_id: str | None


class IncidentShape(TypedDict):
    """An incident; a maintenance has the last two as well."""

    id: str
    name: str
    status: str
    created_at: str
    updated_at: str
    monitoring_at: str | None
    resolved_at: str | None
    impact: str
    shortlink: str
    started_at: str
    page_id: str
    incident_updates: list[UpdateShape]
    components: list[ComponentShape]
    scheduled_for: NotRequired[str]
    scheduled_until: NotRequired[str]
