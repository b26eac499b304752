"""Our words in those of the Statuspage v2 API; docs/policies.md prints the tables. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from lamppost.status.report import State

# "Not measured" is never good: clients know no grey, so it is the mildest of what is not well.
COMPONENT_STATUS: Final[Mapping[State, str]] = {
    State.OPERATIONAL: "operational",
    State.DEGRADED: "degraded_performance",
    State.PARTIAL: "partial_outage",
    State.OUTAGE: "major_outage",
    State.MAINTENANCE: "under_maintenance",
    State.UNKNOWN: "degraded_performance",
}


@dataclass(frozen=True, slots=True)
class PageStatus:
    """The status of the whole page: an indicator and the words clients show."""

    indicator: str
    description: str


PAGE_STATUS: Final[Mapping[State, PageStatus]] = {
    State.OPERATIONAL: PageStatus("none", "All Systems Operational"),
    State.DEGRADED: PageStatus("minor", "Partially Degraded Service"),
    State.PARTIAL: PageStatus("major", "Partial System Outage"),
    State.OUTAGE: PageStatus("critical", "Major System Outage"),
    State.MAINTENANCE: PageStatus("maintenance", "Service Under Maintenance"),
    State.UNKNOWN: PageStatus("minor", "Partially Degraded Service"),
}
# By severity: what clients colour an incident by.
IMPACT: Final[Mapping[int, str]] = {1: "critical", 2: "major", 3: "minor", 4: "minor", 5: "none"}
_WEIGHT = {"none": 0, "maintenance": 1, "minor": 2, "major": 3, "critical": 4}
_OF_INDICATOR = {status.indicator: status for status in PAGE_STATUS.values()}
INCIDENT_STATUSES = ("investigating", "identified", "monitoring", "resolved", "postmortem")
UNRESOLVED = frozenset(INCIDENT_STATUSES[:3])


def page_status(state: State, open_impacts: Iterable[str]) -> PageStatus:
    """The page's status: that of its state, and never milder than the gravest open incident."""
    found = PAGE_STATUS[state]
    gravest = max(open_impacts, key=_WEIGHT.__getitem__, default="none")
    return found if _WEIGHT[found.indicator] >= _WEIGHT[gravest] else _OF_INDICATOR[gravest]


def incident_status(said: str, *, is_open: bool) -> str:
    """The status of an incident or an update from the word our log has for it.

    Whether it is over is told by its moment of resolution, not by the word.
    """
    word = said.strip().lower()
    if not is_open:
        return "resolved"
    return word if word in UNRESOLVED else "investigating"


def impact_of(severity: int) -> str:
    """The impact of a severity; one that is not on the scale is the mildest that shows."""
    return IMPACT.get(severity, "minor")
