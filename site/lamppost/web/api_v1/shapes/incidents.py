"""High Severity Service Incidents."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from lamppost.status.notices import Hssi, HssiInterval, HssiUpdate
from lamppost.status.report import State
from lamppost.web.api_v1.shapes.paging import Shape


class IncidentShape(Shape):
    """One incident of the log, as it stands now."""

    ref: str
    kind: str = Field(description="fault, or security for a notice of a campaign")
    origin: str = Field(description="where it was raised: log, person or probe")
    title: str
    severity: int = Field(description="1, critical, to 5, very low")
    impact: str
    urgency: str
    state: str
    is_open: bool
    components: list[str] = Field(description="slugs")
    summary: str
    note: str = Field(description="the service's own words beside what the log says")
    raised_at: datetime
    updated_at: datetime
    resolved_at: datetime | None
    next_update_due_at: datetime | None
    is_overdue: bool = Field(description="an update was promised and has not come")
    reopened: int = Field(description="how often it was opened again")
    url: str

    @classmethod
    def of(cls, hssi: Hssi, *, base_url: str, now: datetime) -> "IncidentShape":
        """From what the log's page shows."""
        return cls(**_line(hssi, base_url, now))


class UpdateShape(Shape):
    """One published text, kept as it was."""

    number: int
    at: datetime
    severity: int
    state: str
    words: str = Field(description="what changed")
    summary: str
    components: list[str] | None = Field(description="slugs; null when told before they were kept")

    @classmethod
    def of(cls, update: HssiUpdate) -> "UpdateShape":
        """From the history."""
        named = update.components
        return cls(
            number=update.number,
            at=update.at,
            severity=update.severity,
            state=update.state,
            words=update.words,
            summary=update.summary,
            components=None if named is None else list(named),
        )


class IntervalShape(Shape):
    """How it affected one component, from one moment to another; null while it lasts."""

    component: str
    state: State = Field(description="the least the component was shown as")
    started_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, interval: HssiInterval) -> "IntervalShape":
        """From what its updates opened and closed."""
        return cls(
            component=interval.component,
            state=State(interval.state),
            started_at=interval.started_at,
            ended_at=interval.ended_at,
        )


class IncidentDetailShape(IncidentShape):
    """One incident with all that was published of it, oldest first, and what it affected."""

    review: str = Field(description="written once it was over")
    updates: list[UpdateShape]
    intervals: list[IntervalShape]

    @classmethod
    def of_detail(
        cls, hssi: Hssi, intervals: Sequence[HssiInterval], *, base_url: str, now: datetime
    ) -> "IncidentDetailShape":
        """From what the incident's page shows."""
        return cls(
            **_line(hssi, base_url, now),
            review=hssi.review,
            updates=[UpdateShape.of(update) for update in hssi.updates],
            intervals=[IntervalShape.of(interval) for interval in intervals],
        )


def _line(hssi: Hssi, base_url: str, now: datetime) -> dict[str, Any]:
    return {
        "ref": hssi.ref,
        "kind": hssi.kind,
        "origin": hssi.origin,
        "title": hssi.title,
        "severity": hssi.severity,
        "impact": hssi.impact,
        "urgency": hssi.urgency,
        "state": hssi.state,
        "is_open": hssi.is_open,
        "components": list(hssi.components),
        "summary": hssi.summary,
        "note": hssi.overlay,
        "raised_at": hssi.raised_at,
        "updated_at": hssi.updated_at,
        "resolved_at": hssi.resolved_at,
        "next_update_due_at": hssi.next_update_due_at,
        "is_overdue": hssi.is_overdue(now),
        "reopened": hssi.reopened,
        "url": f"{base_url}/status/incidents/{hssi.ref}/",
    }
