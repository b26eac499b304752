"""The service, its components, their readings and delays."""

from datetime import datetime, timedelta
from enum import StrEnum

from flask import Blueprint
from pydantic import Field

from lamppost.status import reads
from lamppost.status.percentiles import list_percentiles
from lamppost.status.readings import RawReading, list_probes, list_readings
from lamppost.web.api_v1.asked import MOMENT_WORDS, Asked, Moment, Paged
from lamppost.web.api_v1.operation import not_found, operation
from lamppost.web.api_v1.page import make_listing, read_place
from lamppost.web.api_v1.shapes.figures import PercentilesShape, ReadingShape
from lamppost.web.api_v1.shapes.paging import Listing
from lamppost.web.api_v1.shapes.status import ComponentDetailShape, ComponentShape, ServiceShape
from lamppost.web.context import now, session
from lamppost.web.problems import bad_argument
from probes.reading import Outcome

blueprint = Blueprint("api_v1_components", __name__, url_prefix="/api/v1")
WHERE_SLUGS = "Take a slug from /api/v1/components."


class Span(StrEnum):
    """What a point of the percentiles stands for, and the longest period that may be asked for."""

    HOUR = "hour"
    DAY = "day"


LONGEST = {Span.HOUR: timedelta(days=14), Span.DAY: timedelta(days=366)}
LATELY = {Span.HOUR: timedelta(hours=48), Span.DAY: timedelta(days=30)}


class AskedReadings(Paged):
    """What readings may be narrowed to."""

    probe: str | None = Field(None, description="one of the component's probes, by its name")
    first: Moment | None = Field(None, alias="from", description=MOMENT_WORDS)
    last: Moment | None = Field(
        None, alias="until", description="a moment with its zone; readings before it"
    )
    outcome: Outcome | None = Field(None, description="ok, failed or unknown")


class AskedPercentiles(Asked):
    """Which period of delays."""

    by: Span = Field(Span.HOUR, description="hour or day")
    first: Moment | None = Field(None, alias="from", description=MOMENT_WORDS)
    last: Moment | None = Field(
        None, alias="until", description="a moment with its zone; the present when left out"
    )


@blueprint.get("/status")
@operation("How the whole service stands.", answer=ServiceShape, asked=Asked)
def status(_asked: Asked) -> ServiceShape:
    """The page's own state and sentence."""
    return ServiceShape.of(reads.get_service_status(session(), now=now()))


@blueprint.get("/components")
@operation(
    "Every component, in the order of the page.", answer=Listing[ComponentShape], asked=Asked
)
def index(_asked: Asked) -> Listing[ComponentShape]:
    """All of them; there are never so many that they need pages."""
    shown = reads.get_service_status(session(), now=now()).components
    return Listing(items=[ComponentShape.of(one) for one in shown], next=None)


@blueprint.get("/components/<slug>")
@operation(
    "One component with its probes and its last 90 days.", answer=ComponentDetailShape, asked=Asked
)
def show(_asked: Asked, slug: str) -> ComponentDetailShape:
    """One component."""
    detail = reads.get_component(session(), slug, now=now())
    if detail is None:
        raise not_found("component", slug, WHERE_SLUGS)
    return ComponentDetailShape.of_detail(detail)


@blueprint.get("/components/<slug>/readings")
@operation(
    "The raw readings of a component's probes, newest first.",
    answer=Listing[ReadingShape],
    asked=AskedReadings,
)
def readings(asked: AskedReadings, slug: str) -> Listing[ReadingShape]:
    """Kept for 90 days."""
    probes = _probes(slug)
    if asked.probe is not None:
        if asked.probe not in probes:
            raise bad_argument(
                "probe", f"{asked.probe} is none of {slug}", f"Give one of {', '.join(probes)}."
            )
        probes = (asked.probe,)
    place = read_place(asked, parts=2)
    found = list_readings(
        session(),
        probes=probes,
        first=asked.first,
        last=asked.last,
        outcome=asked.outcome,
        before=None if place is None else (place[0], place[1]),
        limit=asked.limit + 1,
    )
    return make_listing(found, asked, shape=ReadingShape.of, key=_key)


@blueprint.get("/components/<slug>/percentiles")
@operation(
    "A component's delays hour by hour or day by day, oldest first.",
    answer=Listing[PercentilesShape],
    asked=AskedPercentiles,
)
def percentiles(asked: AskedPercentiles, slug: str) -> Listing[PercentilesShape]:
    """The last 48 hours or 30 days unless told."""
    probes = _probes(slug)
    first, last = _period(asked, now())
    found = list_percentiles(
        session(), probes=probes, first=first, last=last, is_daily=asked.by is Span.DAY
    )
    return Listing(items=[PercentilesShape.of(one) for one in found], next=None)


def _probes(slug: str) -> tuple[str, ...]:
    if reads.get_component(session(), slug, now=now()) is None:
        raise not_found("component", slug, WHERE_SLUGS)
    return list_probes(session(), slug)


def _key(reading: RawReading) -> tuple[datetime, int]:
    return reading.taken_at, reading.reading_id


def _period(asked: AskedPercentiles, at: datetime) -> tuple[datetime, datetime]:
    # The hour in progress is told too.
    last = asked.last or at + timedelta(microseconds=1)
    first = asked.first or last - LATELY[asked.by]
    if first > last:
        raise bad_argument("from", "it is after `until`", "Give a moment before it.")
    if last - first > LONGEST[asked.by]:
        days = LONGEST[asked.by].days
        raise bad_argument(
            "from",
            f"the period is longer than {days} days",
            f"Ask by day, or for {days} days at a time.",
        )
    return first, last
