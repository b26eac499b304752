"""The organisations panel: search, one organisation, where it stands, who came before and after."""

from flask import Blueprint, abort, render_template, request

from lamppost.web.context import session, settings
from lamppost.web.guard import actor, panel
from lamppost.web.htmx import render_page_or_block
from lamppost.web.keyset import Cursors, KeysetPage, page_by_key
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.organisations.criteria import KEY, select_organisations
from postmaster.organisations.reads import get_organisation, to_row
from postmaster.organisations.records import OrganisationRow
from postmaster.organisations.rules import Kind, Status, fold_code

blueprint = Blueprint("organisations", __name__, url_prefix="/admin/organisations")
LONGEST_SEARCH = 100


@blueprint.get("/")
@panel(Action.ORGANISATIONS_READ)
def index() -> str:
    """The reader's organisations, searched by the beginning of a name or by code."""
    filters = {
        "q": request.args.get("q", "")[:LONGEST_SEARCH],
        "status": request.args.get("status", ""),
        "kind": request.args.get("kind", ""),
    }
    return render_page_or_block(
        "organisations/index.html",
        "organisation_list",
        page=_page(filters),
        filters=filters,
        statuses=list(Status),
        kinds=list(Kind),
        may_write=may(actor(), Action.ORGANISATIONS_WRITE).is_allowed,
    )


@blueprint.get("/<ods_code>/")
@panel(Action.ORGANISATIONS_READ)
def show(ods_code: str) -> str:
    """One organisation; another's is not found."""
    found = get_organisation(session(), reader=actor(), ods_code=fold_code(ods_code))
    if found is None:
        abort(404)
    return render_template(
        "organisations/show.html",
        organisation=found,
        may_write=may(actor(), Action.ORGANISATIONS_WRITE).is_allowed,
        back=("/admin/organisations/", "Organisations"),
    )


def _page(filters: dict[str, str]) -> KeysetPage[OrganisationRow]:
    statement = select_organisations(
        reader=actor(),
        prefix=filters["q"],
        status=Status(filters["status"]) if filters["status"] in set(Status) else None,
        kind=Kind(filters["kind"]) if filters["kind"] in set(Kind) else None,
    )
    cursors = Cursors(settings())
    place = cursors.read(request.args.get("cursor"))
    page = page_by_key(session(), statement, KEY, place, cursors=cursors)
    rows = [to_row(row) for row in page.rows]
    return KeysetPage(rows, page.next_cursor, page.previous_cursor)
