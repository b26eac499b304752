"""Mergers, splits, closings planned, known to ODS alone or taken back: forms that ask once more."""

from collections.abc import Callable
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form

from lamppost.web.closure_forms import (
    ClosingForm,
    MergerForm,
    OdsForm,
    ReopenForm,
    SplitForm,
    put_error,
)
from lamppost.web.context import now, session, writing
from lamppost.web.forms import read_form
from lamppost.web.guard import actor, panel
from postmaster.access.acting import RefusedError
from postmaster.access.matrix import Action
from postmaster.closures.merging import RolesThen, merge
from postmaster.closures.rules import ClosureError
from postmaster.organisations.actions import close_organisation, start_closing
from postmaster.organisations.reads import get_organisation
from postmaster.organisations.records import OrganisationPage
from postmaster.organisations.rules import OrganisationError, fold_code
from postmaster.organisations.succeeding import Merger, note_ods_closing, reopen_organisation

blueprint = Blueprint("successions", __name__, url_prefix="/admin/organisations")
HOME = "/admin/organisations/"
NEVER_AGAIN = "Codes of who closes are never used for another organisation."


@blueprint.route("/merge/", methods=["GET", "POST"])
@panel(Action.ORGANISATIONS_WRITE)
def merge_several() -> ResponseReturnValue:
    """Several become one."""
    form = read_form(MergerForm)

    def write(made: Session) -> None:
        merge(
            made,
            merger=_read_merger(form),
            moves_accounts=bool(form.moves_accounts.data),
            roles=RolesThen(form.roles.data),
            by=actor(),
            now=now(),
        )

    moves = (
        "Every account moves now, lists and features with them"
        if form.moves_accounts.data
        else "The accounts wait"
    )
    told = [
        f"Closes: {form.predecessors.data}. Takes over: {form.successor.data}.",
        f"{moves}; states and clocks stay, addresses keep their prefix, display names change.",
        NEVER_AGAIN,
    ]
    successor = fold_code(form.successor.data or "")
    return _answer(form, write, "Merge organisations", f"{HOME}{successor}/", told)


@blueprint.route("/<ods_code>/split/", methods=["GET", "POST"])
@panel(Action.ORGANISATIONS_WRITE)
def split(ods_code: str) -> ResponseReturnValue:
    """One becomes several; who goes where is decided on its worklist."""
    found, form = _get(ods_code), read_form(SplitForm)

    def write(made: Session) -> None:
        successors, elsewhere = _codes(form.successors.data), _codes(form.elsewhere.data)
        if len(successors) + len(elsewhere) < 2:  # noqa: PLR2004 - fewer is no split
            words = "A split has two successors or more. Close it with one instead."
            raise OrganisationError(words, field="successors")
        close_organisation(
            made,
            ods_code=found.ods_code,
            successors=successors,
            elsewhere=elsewhere,
            closed_on=form.closed_on.data or date.min,
            by=actor(),
            now=now(),
        )

    told = [
        f"{found.name} closes. Its successors: {form.successors.data} {form.elsewhere.data or ''}.",
        "No account goes anywhere by itself: its worklist asks for each.",
        NEVER_AGAIN,
    ]
    address = f"{HOME}{found.ods_code}/worklist/"
    return _answer(form, write, f"Split {found.name}", address, told)


@blueprint.route("/<ods_code>/closing/", methods=["GET", "POST"])
@panel(Action.ORGANISATIONS_WRITE)
def closing(ods_code: str) -> ResponseReturnValue:
    """When it means to close, and who is to take over."""
    found = _get(ods_code)
    planned = " ".join(found.planned_successors)
    form = read_form(ClosingForm, closes_on=found.closes_on, successors=planned)

    def write(made: Session) -> None:
        start_closing(
            made,
            ods_code=found.ods_code,
            closes_on=form.closes_on.data,
            successors=_codes(form.successors.data),
            by=actor(),
            now=now(),
        )

    return _answer(form, write, f"Plan the closing of {found.name}", f"{HOME}{found.ods_code}/")


@blueprint.route("/<ods_code>/ods/", methods=["GET", "POST"])
@panel(Action.ORGANISATIONS_WRITE)
def ods(ods_code: str) -> ResponseReturnValue:
    """What ODS says of it while the register lags."""
    found = _get(ods_code)
    form = read_form(OdsForm, ods_closed_on=found.ods_closed_on)

    def write(made: Session) -> None:
        note_ods_closing(
            made,
            ods_code=found.ods_code,
            ods_closed_on=form.ods_closed_on.data,
            by=actor(),
            now=now(),
        )

    title = f"What ODS says of {found.name}"
    return _answer(form, write, title, f"{HOME}{found.ods_code}/")


@blueprint.route("/<ods_code>/reopen/", methods=["GET", "POST"])
@panel(Action.ORGANISATIONS_WRITE)
def reopen(ods_code: str) -> ResponseReturnValue:
    """Take a closing back."""
    found, form = _get(ods_code), read_form(ReopenForm)

    def write(made: Session) -> None:
        reopen_organisation(
            made,
            ods_code=found.ods_code,
            why=form.why.data or "",
            gives_up_short_code=bool(form.gives_up_short_code.data),
            by=actor(),
            now=now(),
        )

    told = [
        f"{found.name} is open again under its code {found.ods_code}.",
        "It has no successors any more. Accounts that moved stay where they are.",
    ]
    return _answer(form, write, f"Reopen {found.name}", f"{HOME}{found.ods_code}/", told)


def _answer(
    form: Form,
    write: Callable[[Session], None],
    title: str,
    done_at: str,
    consequences: list[str] | None = None,
) -> ResponseReturnValue:
    """The form; asked once more where there are consequences; then done, or what is wrong."""
    if request.method == "POST" and form.validate():
        try:
            with writing() as made:
                write(made)
                if consequences and "confirmed" not in request.form:
                    # What would be refused is refused before anybody is asked.
                    made.rollback()
                    return _ask(form, title, consequences)
            flash("It is done.")
            return redirect(done_at, code=303)
        except (OrganisationError, ClosureError, RefusedError) as error:
            put_error(form, error)
    page = render_template(
        "organisations/form.html", form=form, page_title=title, back=(HOME, "Organisations")
    )
    return page, 422 if form.errors else 200


def _ask(form: Form, title: str, consequences: list[str]) -> str:
    return render_template(
        "shared/confirm.html",
        page_title=f"{title}?",
        consequences=consequences,
        address=request.path,
        words="Yes, do it",
        fields={name: value for name in form.data if (value := request.form.get(name))},
        back=(request.path, title),
    )


def _read_merger(form: MergerForm) -> Merger:
    return Merger(
        predecessors=_codes(form.predecessors.data),
        successor=form.successor.data or "",
        closed_on=form.closed_on.data or date.min,
        name=form.name.data or None,
        short_code=form.short_code.data or None,
        is_same_name_meant=bool(form.is_same_name_meant.data),
        takes_under=bool(form.takes_under.data),
    )


def _codes(text: str | None) -> list[str]:
    return (text or "").replace(",", " ").split()


def _get(ods_code: str) -> OrganisationPage:
    found = get_organisation(session(), reader=actor(), ods_code=fold_code(ods_code))
    return found or abort(404)
