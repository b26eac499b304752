"""Requests that an account becomes another kind: the list, and the decision."""

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lamppost.people.naming import name_references
from lamppost.web.account_acting import HOME, put_error
from lamppost.web.account_forms import DecideForm
from lamppost.web.context import now, session, settings, writing
from lamppost.web.forms import read_form
from lamppost.web.guard import actor, panel
from lamppost.web.keyset import Cursors, page_by_key
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.accounts.conversions import (
    RequestState,
    decide_conversion,
    get_request,
    select_requests,
)
from postmaster.accounts.records import ConversionRow
from postmaster.accounts.rules import KIND_WORDS, AccountError
from postmaster.accounts.tables import AccountConversion

blueprint = Blueprint("conversions", __name__, url_prefix="/admin/accounts/requests")
REQUESTS = f"{HOME}requests/"
_LARGEST = 2**63 - 1


@blueprint.get("/")
@panel(Action.ACCOUNTS_READ)
def index() -> str:
    """The requests about the reader's accounts in one state, the oldest first."""
    asked = request.args.get("state", RequestState.ASKED.value)
    state = RequestState(asked) if asked in set(RequestState) else RequestState.ASKED
    cursors = Cursors(settings())
    place = cursors.read(request.args.get("cursor"))
    statement = select_requests(reader=actor(), state=state)
    key = (AccountConversion.conversion_id,)
    page = page_by_key(session(), statement, key, place, cursors=cursors)
    return render_template(
        "accounts/requests.html",
        page=page,
        rows=[ConversionRow(*row) for row in page.rows],
        filters={"state": state.value},
        states=list(RequestState),
        kind_words=KIND_WORDS,
        may_decide=may(actor(), Action.APPLICATIONS_CONVERT).is_allowed,
        back=(HOME, "Accounts"),
    )


@blueprint.route("/<int:conversion_id>/", methods=["GET", "POST"])
@panel(Action.APPLICATIONS_CONVERT)
def decide(conversion_id: int) -> ResponseReturnValue:
    """Grant or refuse one request."""
    found = None
    if conversion_id <= _LARGEST:
        found = get_request(session(), reader=actor(), conversion_id=conversion_id)
    if found is None:
        abort(404)
    form = read_form(DecideForm)
    if request.method == "POST" and form.validate():
        try:
            _decide(conversion_id, form.why.data or "")
        except AccountError as error:
            put_error(form, error)
        else:
            flash("It is decided.")
            return redirect(REQUESTS, code=303)
    page = render_template(
        "accounts/request.html",
        found=found,
        form=form,
        asked_by=name_references(session(), {found.asked_by}).get(found.asked_by, found.asked_by),
        kind_words=KIND_WORDS,
        back=(REQUESTS, "Requests"),
    )
    return page, 422 if form.errors else 200


def _decide(conversion_id: int, why: str) -> None:
    is_granted = request.form.get("answer") == "grant"
    with writing() as made:
        decide_conversion(
            made, conversion_id=conversion_id, is_granted=is_granted, why=why,
            by=actor(), now=now(),
        )  # fmt: skip
