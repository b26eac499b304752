"""What is posted about a proposed era: signed, raised, rejected, withdrawn."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lamppost.web.context import now, session, writing
from lamppost.web.forms import read_number, strip_text
from lamppost.web.guard import actor, panel
from postmaster.access.matrix import Action
from postmaster.eras.actions import raise_edit_limit, reject_era, sign_era, withdraw_era
from postmaster.eras.reads import get_edit
from postmaster.eras.rules import EraError

blueprint = Blueprint("policy_changes", __name__, url_prefix="/admin/policy/edits/<int:edit_id>")
LONGEST_WHY = 2000
MOST_DIGITS = 4


@blueprint.post("/sign")
@panel(Action.POLICY_WRITE)
def sign(edit_id: int) -> ResponseReturnValue:
    """Sign what was shown."""
    shown = request.form.get("digest", "")
    return _answer(
        edit_id,
        "Signed. The numbers hold from the first day of the era.",
        lambda made: sign_era(made, edit_id=edit_id, digest=shown, by=actor(), now=now()),
    )


@blueprint.post("/raise")
@panel(Action.POLICY_WRITE)
def raise_number(edit_id: int) -> ResponseReturnValue:
    """Raise the number a threshold stopped it at."""
    permille = read_number(request.form.get("permille"), MOST_DIGITS) or 0
    return _answer(
        edit_id,
        "The number is raised for this era.",
        lambda made: raise_edit_limit(
            made, edit_id=edit_id, permille=permille, why=_why(), by=actor(), now=now()
        ),
    )


@blueprint.post("/reject")
@panel(Action.POLICY_WRITE)
def reject(edit_id: int) -> ResponseReturnValue:
    """Reject somebody else's proposal."""
    return _answer(
        edit_id,
        "Rejected. Nothing changes.",
        lambda made: reject_era(made, edit_id=edit_id, why=_why(), by=actor(), now=now()),
    )


@blueprint.post("/withdraw")
@panel(Action.POLICY_WRITE)
def withdraw(edit_id: int) -> ResponseReturnValue:
    """Withdraw one's own proposal."""
    return _answer(
        edit_id,
        "Withdrawn. Nothing changes.",
        lambda made: withdraw_era(made, edit_id=edit_id, by=actor(), now=now()),
    )


def _answer(edit_id: int, done: str, act: Callable[[Session], object]) -> ResponseReturnValue:
    """Do it, and go back to the page of the proposal with what was done, or why it was not."""
    is_there = edit_id < 2**63 and get_edit(session(), reader=actor(), edit_id=edit_id)
    if not is_there:
        abort(404)
    try:
        with writing() as made:
            act(made)
        flash(done)
    except EraError as error:
        flash(str(error))
    return redirect(f"/admin/policy/edits/{edit_id}/", code=303)


def _why() -> str:
    return strip_text(request.form.get("why"))[:LONGEST_WHY]
