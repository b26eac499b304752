"""The service's calendars: all that is planned, one kind of it, or what concerns one component."""

from flask import Blueprint, Response, abort

from lamppost.generation.actions import Area
from lamppost.status.calendar import CATEGORY, CalendarKind, CalendarOf, list_calendar_entries
from lamppost.syndication.calendar import MEDIA_TYPE, CalendarChannel, calendar
from lamppost.web.component_names import name_components
from lamppost.web.context import now, session, settings
from lamppost.web.public import public_page

blueprint = Blueprint("calendars", __name__)
AGE_S = 60


@blueprint.get("/status/calendar.ics")
@public_page(areas=(Area.STATUS,), max_age_s=AGE_S)
def everything() -> Response:
    """BCDR tests, planned changes and Portal releases."""
    return _answer("/status/calendar.ics", f"{settings().service_name}: tests, changes, releases")


@blueprint.get("/status/calendar/<any(bcdr, changes, releases):kind>.ics")
@public_page(areas=(Area.STATUS,), max_age_s=AGE_S)
def of_kind(kind: str) -> Response:
    """One kind of what is planned."""
    one = CalendarKind(kind)
    name = f"{settings().service_name}: {CATEGORY[one]}s"
    return _answer(f"/status/calendar/{kind}.ics", name, kind=one)


@blueprint.get("/status/components/<slug>/calendar.ics")
@public_page(areas=(Area.STATUS,), max_age_s=AGE_S)
def of_component(slug: str) -> Response:
    """The changes that name a component, and every BCDR test."""
    names = dict(name_components(session(), [slug], now=now()))
    if slug not in names:
        abort(404)
    name = f"{settings().service_name}: {names[slug]}"
    return _answer(f"/status/components/{slug}/calendar.ics", name, component=slug)


def _answer(
    path: str, name: str, *, kind: CalendarKind | None = None, component: str | None = None
) -> Response:
    site = settings()
    channel = CalendarChannel(
        name=name,
        description=f"What is planned for {site.service_name}, times in London",
        link=f"{site.base_url}/status/changes/",
        self_link=site.base_url + path,
    )
    entries = list_calendar_entries(
        session(),
        now=now(),
        site=CalendarOf(site.base_url, site.tag_authority),
        kind=kind,
        component=component,
    )
    return Response(calendar(channel, entries), content_type=f"{MEDIA_TYPE}; charset=utf-8")
