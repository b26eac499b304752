"""The log of High Severity Service Incidents, and one of them with its history."""

from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lamppost.generation.actions import Area
from lamppost.status import reads
from lamppost.status.notices import Hssi
from lamppost.status.overlays import list_spells
from lamppost.web.component_names import name_components
from lamppost.web.context import now, session
from lamppost.web.incident_spells import present_spells
from lamppost.web.public import public_page, true_until

blueprint = Blueprint("incidents", __name__)
PER_PAGE = 20


@blueprint.get("/status/incidents/")
@public_page(areas=(Area.STATUS,), arguments=("older-than",))
def index() -> ResponseReturnValue:
    """The log, newest first; the first page begins with those still open."""
    mark = request.args.get("older-than")
    last = reads.get_hssi(session(), mark) if mark else None
    if mark is not None and last is None:
        return redirect(url_for("incidents.index"))
    before = (last.raised_at, last.ref) if last else None
    found = reads.list_hssis(session(), before=before, limit=PER_PAGE + 1)
    return render_template(
        "status/incidents.html",
        is_first=last is None,
        open_hssis=() if last else reads.list_open_hssis(session()),
        hssis=found[:PER_PAGE],
        count=reads.count_hssis(session()),
        pages=_pages(found, is_first=last is None),
    )


@blueprint.get("/status/incidents/<ref>/")
@public_page(areas=(Area.STATUS,))
def show(ref: str) -> str:
    """One incident and everything the log has said of it, newest first."""
    hssi = reads.get_hssi(session(), ref)
    if hssi is None:
        abort(404)
    at = now()
    if hssi.is_open and not hssi.is_overdue(at):
        true_until(hssi.next_update_due_at)
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


def _pages(found: tuple[Hssi, ...], *, is_first: bool) -> dict[str, dict[str, str]] | None:
    """What the NHS pagination needs: back to the newest, on to the older."""
    here = url_for("incidents.index")
    pages = {} if is_first else {"previous": {"href": here, "labelText": "Newest incidents"}}
    if len(found) > PER_PAGE:
        older = urlencode({"older-than": found[PER_PAGE - 1].ref})
        pages["next"] = {"href": f"{here}?{older}", "labelText": "Older incidents"}
    return pages or None
