"""Lost second factors: those that wait, decided by a second administrator."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from lamppost.people import actions
from lamppost.people.reads import list_factor_resets
from lamppost.web.context import now, session, writing
from lamppost.web.guard import actor, panel
from lamppost.web.means import means
from postmaster.access.matrix import Action

blueprint = Blueprint("factor_resets", __name__, url_prefix="/admin/people/resets")


@blueprint.get("/")
@panel(Action.PEOPLE_FACTOR)
def index() -> str:
    """What waits for a decision."""
    rows = list_factor_resets(session(), reader=actor())
    return render_template("people/resets.html", rows=rows, back=("/admin/people/", "People"))


@blueprint.post("/<uuid:reset_id>/approve")
@panel(Action.PEOPLE_FACTOR)
def approve(reset_id: UUID) -> ResponseReturnValue:
    """Approve as the second person."""
    try:
        with writing() as made:
            actions.approve_factor_reset(made, means(), reset_id=reset_id, by=actor(), now=now())
    except actions.ResetOverError:
        abort(NotFound.code)
    except actions.SecondPersonError as error:
        return render_template("people/cannot.html", words=str(error)), 422
    flash("The second factor has been reset. They set up a new one when they next sign in.")
    return redirect("/admin/people/resets/", code=303)


@blueprint.post("/<uuid:reset_id>/decline")
@panel(Action.PEOPLE_FACTOR)
def decline(reset_id: UUID) -> ResponseReturnValue:
    """Decline, or withdraw one's own."""
    try:
        with writing() as made:
            actions.decline_factor_reset(made, reset_id=reset_id, by=actor(), now=now())
    except actions.ResetOverError:
        abort(NotFound.code)
    flash("Declined. Nothing has changed.")
    return redirect("/admin/people/resets/", code=303)
