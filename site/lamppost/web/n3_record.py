"""The fuller record behind the fuller status page: components, incidents, months."""

from datetime import date

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from lamppost.status import reads
from lamppost.status.overlays import list_spells
from lamppost.status.raw_reads import list_probe_records
from lamppost.status.uptime.reads import get_month, list_months, load_document
from lamppost.web.component_names import name_components
from lamppost.web.component_page import present_component
from lamppost.web.context import now, session
from lamppost.web.fuller import WHY_OPEN, may_see_fuller
from lamppost.web.guard import open_to_all
from lamppost.web.incident_spells import present_spells
from lamppost.web.month_page import present_month, present_months

blueprint = Blueprint("n3_record", __name__, url_prefix="/status/n3")
MONTH = "/history/<int(fixed_digits=4):year>/<int(fixed_digits=2):month>/"


@blueprint.get("/components/<slug>/")
@open_to_all(WHY_OPEN)
def component(slug: str) -> ResponseReturnValue:
    """One component, with the last readings of each probe as they were stored."""
    if not may_see_fuller():
        return _refused()
    at = now()
    detail = reads.get_component(session(), slug, now=at)
    if detail is None:
        abort(404)
    return render_template(
        "status/n3_component.html",
        page=present_component(detail, now=at),
        records=list_probe_records(session(), slug),
    )


@blueprint.get("/incidents/<ref>/")
@open_to_all(WHY_OPEN)
def incident(ref: str) -> ResponseReturnValue:
    """One incident, and the days of its components it lay over."""
    if not may_see_fuller():
        return _refused()
    hssi, at = reads.get_hssi(session(), ref), now()
    if hssi is None:
        abort(404)
    spells = list_spells(session(), ref, first=hssi.raised_at, last=at)
    slugs = {*hssi.components, *(slug for slug, _ in spells)}
    names = dict(name_components(session(), slugs, now=at))
    return render_template(
        "status/incident.html",
        hssi=hssi,
        components=[(slug, names[slug]) for slug in hssi.components if slug in names],
        at=at,
        spells=present_spells(spells, names, now=at),
    )


@blueprint.get("/history/")
@open_to_all(WHY_OPEN)
def months() -> ResponseReturnValue:
    """Every month that was measured."""
    if not may_see_fuller():
        return _refused()
    listed = present_months(list_months(session(), now=now()), under="/status/n3/history")
    return render_template("status/history.html", months=listed)


@blueprint.get(MONTH)
@open_to_all(WHY_OPEN)
def month_(year: int, month: int) -> ResponseReturnValue:
    """One month with who corrected it, and how many readings each figure stands on."""
    if not may_see_fuller():
        return _refused()
    try:
        first = date(year, month, 1)
    except ValueError:
        abort(404)
    report = get_month(session(), first, now=now())
    if report is None:
        abort(404)
    return render_template(
        "status/month.html",
        page=present_month(report),
        is_fuller=True,
        document=load_document(session(), first),
    )


def _refused() -> ResponseReturnValue:
    return render_template("status/n3_refused.html"), 403
