"""The organisations panel: search, one organisation, where it stands, who came before and after."""

from collections.abc import Callable
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import Form

from lamppost.web.context import now, session, settings, writing
from lamppost.web.guard import actor, panel
from lamppost.web.htmx import render_page_or_block
from lamppost.web.keyset import Cursors, KeysetPage, page_by_key
from lamppost.web.organisation_forms import CloseForm, NameForm, NewForm, PlaceForm
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.organisations.actions import (
    add_organisation,
    call_off_closing,
    change_organisation,
    close_organisation,
    move_organisation,
    start_closing,
)
from postmaster.organisations.criteria import KEY, select_organisations
from postmaster.organisations.reads import get_organisation, to_row
from postmaster.organisations.records import OrganisationPage, OrganisationRow
from postmaster.organisations.rules import Kind, OrganisationError, Status, fold_code

blueprint = Blueprint("organisations", __name__, url_prefix="/admin/organisations")
LONGEST_SEARCH = 100
HOME = "/admin/organisations/"


@blueprint.get("/")
@panel(Action.ORGANISATIONS_READ)
def index() -> str:
    """The reader's organisations, searched by the beginning of a name or by code."""
    filters = {
        "q": "".join(filter(str.isprintable, request.args.get("q", "")))[:LONGEST_SEARCH],
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
        may_read_accounts=may(actor(), Action.ACCOUNTS_READ).is_allowed,
    )


@blueprint.route("/new/", methods=["GET", "POST"])
@panel(Action.ORGANISATIONS_WRITE)
def add() -> ResponseReturnValue:
    """Add an organisation."""
    form = NewForm(request.form)

    def write() -> None:
        given = form.data | {"kind": Kind(form.kind.data)}
        with writing() as storage:
            add_organisation(storage, **given, by=actor(), now=now())

    return _answer(form, write, "Add an organisation", HOME, "The organisation is added.")


@blueprint.get("/<ods_code>/")
@panel(Action.ORGANISATIONS_READ)
def show(ods_code: str) -> str:
    """One organisation; another's is not found."""
    return render_template(
        "organisations/show.html",
        organisation=_get(ods_code),
        may_write=may(actor(), Action.ORGANISATIONS_WRITE).is_allowed,
        may_read_accounts=may(actor(), Action.ACCOUNTS_READ).is_allowed,
        may_contact=may(actor(), Action.ORGANISATIONS_CONTACTS).is_allowed,
        back=("/admin/organisations/", "Organisations"),
    )


@blueprint.route("/<ods_code>/change/", methods=["GET", "POST"])
@panel(Action.ORGANISATIONS_WRITE)
def change(ods_code: str) -> ResponseReturnValue:
    """Change its name and short code."""
    found = _get(ods_code)
    form = NameForm(request.form, name=found.name, short_code=found.short_code)

    def write() -> None:
        with writing() as storage:
            change_organisation(
                storage, ods_code=found.ods_code, **form.data, by=actor(), now=now()
            )

    return _answer(form, write, f"Change {found.name}", _address(found), "The change is made.")


@blueprint.route("/<ods_code>/move/", methods=["GET", "POST"])
@panel(Action.ORGANISATIONS_WRITE)
def move(ods_code: str) -> ResponseReturnValue:
    """Put it, with all under it, somewhere else."""
    found = _get(ods_code)
    parent = found.parents[0].ods_code if found.parents else None
    container = found.container.ods_code if found.container else None
    form = PlaceForm(request.form, parent=parent, container=container)

    def write() -> None:
        with writing() as storage:
            move_organisation(storage, ods_code=found.ods_code, **form.data, by=actor(), now=now())

    return _answer(form, write, f"Move {found.name}", _address(found), "It is moved.")


@blueprint.post("/<ods_code>/status/")
@panel(Action.ORGANISATIONS_WRITE)
def status(ods_code: str) -> ResponseReturnValue:
    """Start closing, or call that off."""
    found = _get(ods_code)
    act = start_closing if found.status is Status.OPEN else call_off_closing
    try:
        with writing() as storage:
            act(storage, ods_code=found.ods_code, by=actor(), now=now())
    except OrganisationError as error:
        flash(str(error))
    return redirect(_address(found), code=303)


@blueprint.route("/<ods_code>/close/", methods=["GET", "POST"])
@panel(Action.ORGANISATIONS_WRITE)
def close(ods_code: str) -> ResponseReturnValue:
    """Close it for good, after asking once more."""
    found = _get(ods_code)
    form = CloseForm(request.form)

    def write() -> None:
        with writing() as storage:
            close_organisation(
                storage,
                ods_code=found.ods_code,
                successors=(form.successors.data or "").replace(",", " ").split(),
                elsewhere=(form.elsewhere.data or "").replace(",", " ").split(),
                closed_on=form.closed_on.data or date.min,
                is_rename=bool(form.is_rename.data),
                by=actor(),
                now=now(),
            )

    if request.method == "POST" and form.validate() and "confirmed" not in request.form:
        return _ask(found, form)
    words = f"{found.name} is closed."
    return _answer(form, write, f"Close {found.name}", _address(found), words)


def _ask(found: OrganisationPage, form: CloseForm) -> str:
    names = ("successors", "elsewhere", "closed_on")
    fields = {name: request.form.get(name, "") for name in names}
    if form.is_rename.data:
        fields["is_rename"] = "y"
    return render_template(
        "shared/confirm.html",
        page_title=f"Close {found.name} for good?",
        consequences=[
            f"Its code {found.ods_code} is never used again. This cannot be undone.",
            f"Its successors: {form.successors.data or 'none'}.",
        ],
        address=f"{_address(found)}close/",
        words="Close it",
        fields=fields,
        back=(_address(found), found.name),
    )


def _answer(
    form: Form, write: Callable[[], None], title: str, back: str, done: str
) -> ResponseReturnValue:
    """The form, the form again with what is wrong, or the way back when it is written."""
    if request.method == "POST" and form.validate():
        try:
            write()
        except OrganisationError as error:
            field = getattr(form, error.field or "", None)
            if field is None:
                form.form_errors.append(str(error))
            else:
                field.errors = [str(error)]
        else:
            flash(done)
            return redirect(back, code=303)
    page = render_template(
        "organisations/form.html", form=form, page_title=title, back=(back, "Back")
    )
    return page, 422 if form.errors else 200


def _get(ods_code: str) -> OrganisationPage:
    found = get_organisation(session(), reader=actor(), ods_code=fold_code(ods_code))
    if found is None:
        abort(404)
    return found


def _address(found: OrganisationPage) -> str:
    return f"{HOME}{found.ods_code}/"


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
