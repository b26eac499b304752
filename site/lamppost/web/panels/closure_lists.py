"""Outcomes for the lists and features of an organisation that closes, posted from its worklist."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lamppost.web.context import now, session, writing
from lamppost.web.forms import read_number, strip_text
from lamppost.web.guard import actor, panel
from lamppost.wording import say_count
from postmaster.access.matrix import Action
from postmaster.closures.lists import ListOutcome, settle_lists, settle_own_features
from postmaster.closures.rules import ClosureError
from postmaster.organisations.reads import get_organisation
from postmaster.organisations.rules import fold_code

blueprint = Blueprint("closure_lists", __name__, url_prefix="/admin/organisations")


@blueprint.post("/<ods_code>/worklist/lists")
@panel(Action.CLOSURES_SETTLE)
def lists(ods_code: str) -> ResponseReturnValue:
    """Decide for one list, or for all of them."""
    code = _get(ods_code)
    return _do(code, "list", lambda made: _settle_lists(made, code))


@blueprint.post("/<ods_code>/worklist/features")
@panel(Action.CLOSURES_SETTLE)
def features(ods_code: str) -> ResponseReturnValue:
    """End the features, or compute them for who took over."""
    code = _get(ods_code)
    target = strip_text(request.form.get("target"))
    return _do(
        code, "feature",
        lambda made: settle_own_features(
            made, organisation=code, target=target, by=actor(), now=now()
        ),
    )  # fmt: skip


def _settle_lists(made: Session, code: str) -> int:
    asked = request.form.get("outcome", "")
    if asked not in set(ListOutcome):
        raise ClosureError("Say what becomes of the list: transfer, keep or delete.")
    typed = request.form.get("list", "")
    list_id = read_number(typed)
    if typed and list_id is None:
        raise ClosureError("There is no such list.")
    return settle_lists(
        made,
        organisation=code,
        outcome=ListOutcome(asked),
        list_ids=() if list_id is None else (list_id,),
        target=strip_text(request.form.get("target")),
        by=actor(),
        now=now(),
    )


def _do(code: str, noun: str, settle: Callable[[Session], int]) -> ResponseReturnValue:
    try:
        with writing() as made:
            count = settle(made)
        flash(f"{say_count(count, noun)} {'is' if count == 1 else 'are'} settled.")
    except ClosureError as error:
        flash(str(error))
    return redirect(f"/admin/organisations/{code}/worklist/", code=303)


def _get(ods_code: str) -> str:
    found = get_organisation(session(), reader=actor(), ods_code=fold_code(ods_code))
    return found.ods_code if found is not None else abort(404)
