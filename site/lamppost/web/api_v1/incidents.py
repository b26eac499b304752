"""High Severity Service Incidents for programs: only what is published."""

from datetime import datetime
from enum import StrEnum
from functools import partial

from flask import Blueprint
from pydantic import Field

from lamppost.status.hssis.history import list_intervals_of
from lamppost.status.hssis.reads import list_narrowed
from lamppost.status.notices import Hssi
from lamppost.status.reads import get_hssi
from lamppost.web.api_v1.asked import MOMENT_WORDS, Asked, Moment, Paged
from lamppost.web.api_v1.operation import not_found, operation
from lamppost.web.api_v1.page import make_listing, read_place
from lamppost.web.api_v1.shapes.incidents import IncidentDetailShape, IncidentShape
from lamppost.web.api_v1.shapes.paging import Listing
from lamppost.web.context import now, session, settings

blueprint = Blueprint("api_v1_incidents", __name__, url_prefix="/api/v1")


class Standing(StrEnum):
    """Whether an incident is over."""

    OPEN = "open"
    RESOLVED = "resolved"


class AskedIncidents(Paged):
    """What incidents may be narrowed to."""

    state: Standing | None = Field(None, description="open or resolved")
    severity: int | None = Field(None, ge=1, le=5, description="a severity, 1 to 5")
    component: str | None = Field(None, description="a component's slug")
    since: Moment | None = Field(None, description=f"{MOMENT_WORDS}; those raised from then on")


@blueprint.get("/incidents")
@operation("The log, newest first.", answer=Listing[IncidentShape], asked=AskedIncidents)
def index(asked: AskedIncidents) -> Listing[IncidentShape]:
    """Without their updates."""
    place = read_place(asked, parts=2)
    found = list_narrowed(
        session(),
        is_open=None if asked.state is None else asked.state is Standing.OPEN,
        severity=asked.severity,
        component=asked.component,
        since=asked.since,
        before=None if place is None else (place[0], place[1]),
        limit=asked.limit + 1,
    )
    shape = partial(IncidentShape.of, base_url=settings().base_url, now=now())
    return make_listing(found, asked, shape=shape, key=_key)


@blueprint.get("/incidents/<ref>")
@operation(
    "One incident with its updates and what it affected.",
    answer=IncidentDetailShape,
    asked=Asked,
)
def show(_asked: Asked, ref: str) -> IncidentDetailShape:
    """One incident."""
    hssi = get_hssi(session(), ref)
    if hssi is None:
        raise not_found("incident", ref, "Take a reference from /api/v1/incidents.")
    intervals = list_intervals_of(session(), ref)
    return IncidentDetailShape.of_detail(hssi, intervals, base_url=settings().base_url, now=now())


def _key(hssi: Hssi) -> tuple[datetime, str]:
    return hssi.raised_at, hssi.ref
