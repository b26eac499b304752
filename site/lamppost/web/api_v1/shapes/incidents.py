"""High Severity Service Incidents."""

from datetime import datetime
from typing import Any

from pydantic import Field

from lamppost.status.notices import Hssi, HssiUpdate
from lamppost.web.api_v1.shapes.paging import Shape


class IncidentShape(Shape):
    """One incident of the log, as it stands now."""

    ref: str
    title: str
    severity: int = Field(description="1, critical, to 5, very low")
    impact: str
    urgency: str
    state: str
    is_open: bool
    components: list[str] = Field(description="slugs")
    summary: str
    raised_at: datetime
    updated_at: datetime
    resolved_at: datetime | None
    url: str

    @classmethod
    def of(cls, hssi: Hssi, *, base_url: str) -> "IncidentShape":
        """From what the log's page shows."""
        return cls(**_line(hssi, base_url))


class UpdateShape(Shape):
    """One published text, kept as it was."""

    number: int
    at: datetime
    severity: int
    state: str
    words: str = Field(description="what changed")
    summary: str

    @classmethod
    def of(cls, update: HssiUpdate) -> "UpdateShape":
        """From the history."""
        return cls(
            number=update.number,
            at=update.at,
            severity=update.severity,
            state=update.state,
            words=update.words,
            summary=update.summary,
        )


class IncidentDetailShape(IncidentShape):
    """One incident with all that was published of it, oldest first."""

    updates: list[UpdateShape]

    @classmethod
    def of_detail(cls, hssi: Hssi, *, base_url: str) -> "IncidentDetailShape":
        """From what the incident's page shows."""
        return cls(
            **_line(hssi, base_url),
            updates=[UpdateShape.of(update) for update in hssi.updates],
        )


def _line(hssi: Hssi, base_url: str) -> dict[str, Any]:
    return {
        "ref": hssi.ref,
        "title": hssi.title,
        "severity": hssi.severity,
        "impact": hssi.impact,
        "urgency": hssi.urgency,
        "state": hssi.state,
        "is_open": hssi.is_open,
        "components": list(hssi.components),
        "summary": hssi.summary,
        "raised_at": hssi.raised_at,
        "updated_at": hssi.updated_at,
        "resolved_at": hssi.resolved_at,
        "url": f"{base_url}/status/incidents/{hssi.ref}/",
    }
