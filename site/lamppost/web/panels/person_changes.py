"""What is posted about a person: roles, disabling, sign-ins, a lost second factor."""

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from lamppost.people import actions
from lamppost.people.reads import get_person
from lamppost.people.rules import LONGEST_REASON, clean
from lamppost.web.context import now, session, writing
from lamppost.web.guard import actor, panel
from lamppost.web.panels.givable import find_role
from postmaster.access.actions import ScopeError
from postmaster.access.matrix import Action

blueprint = Blueprint("person_changes", __name__, url_prefix="/admin/people/<person_id>")


@blueprint.errorhandler(actions.NoSuchPersonError)
def no_such_person(_error: actions.NoSuchPersonError) -> ResponseReturnValue:
    """Nobody is there: the same page as for somebody out of reach."""
    return render_template("shared/errors/not_found.html", code=404), 404


@blueprint.errorhandler(ScopeError)
@blueprint.errorhandler(actions.SecondPersonError)
def cannot_be_done(error: Exception) -> ResponseReturnValue:
    """A sentence saying what to do instead."""
    return render_template("people/cannot.html", words=str(error)), 422


@blueprint.post("/roles/give")
@panel(Action.ROLES_LOCAL)
def give_role(person_id: str) -> ResponseReturnValue:
    """Give a role."""
    role = find_role(request.form.get("role"))
    if role is None:
        raise ScopeError("Choose a role.")
    with writing() as made:
        actions.give_role(
            made, person_id=person_id, role=role, scope=_scope(), by=actor(), now=now()
        )
    return _back(person_id, "The role holds from now on.")


@blueprint.post("/roles/end")
@panel(Action.ROLES_LOCAL)
def end_role(person_id: str) -> ResponseReturnValue:
    """End a role."""
    role = find_role(request.form.get("role"))
    if role is None:
        raise ScopeError("Choose a role.")
    with writing() as made:
        actions.take_role(
            made, person_id=person_id, role=role, scope=_scope(), by=actor(), now=now()
        )
    return _back(person_id, "The role has ended.")


@blueprint.route("/disable/", methods=["GET", "POST"])
@panel(Action.PEOPLE_DISABLE)
def disable(person_id: str) -> ResponseReturnValue:
    """Ask first: roles that end do not come back by themselves."""
    found = get_person(session(), reader=actor(), person_id=person_id)
    if found is None:
        abort(NotFound.code)
    if request.form.get("confirmed") != "yes":
        return render_template(
            "shared/confirm.html",
            page_title=f"Disable {found.name or found.email}?",
            consequences=(
                "Their sign-ins end at once, and all their roles with them.",
                "You can enable them again, but each role has to be given anew.",
            ),
            address=f"/admin/people/{person_id}/disable/",
            words="Disable",
            back=(f"/admin/people/{person_id}/", "Back"),
        )
    with writing() as made:
        actions.disable_person(made, person_id=person_id, by=actor(), now=now())
    return _back(person_id, "They can no longer sign in.")


@blueprint.post("/enable")
@panel(Action.PEOPLE_DISABLE)
def enable(person_id: str) -> ResponseReturnValue:
    """Let somebody sign in again."""
    with writing() as made:
        actions.enable_person(made, person_id=person_id, by=actor(), now=now())
    return _back(person_id, "They can sign in again. Their roles have to be given anew.")


@blueprint.post("/sessions/end")
@panel(Action.PEOPLE_DISABLE)
def end_sessions(person_id: str) -> ResponseReturnValue:
    """End every sign-in of somebody."""
    with writing() as made:
        actions.end_sessions(made, person_id=person_id, by=actor(), now=now())
    return _back(person_id, "Their sign-ins have ended.")


@blueprint.post("/factor/ask")
@panel(Action.PEOPLE_FACTOR)
def ask_factor_reset(person_id: str) -> ResponseReturnValue:
    """Ask for the reset of a lost second factor; another administrator decides."""
    reason = clean(request.form.get("reason", ""), LONGEST_REASON)
    with writing() as made:
        actions.ask_factor_reset(made, person_id=person_id, reason=reason, by=actor(), now=now())
    return _back(person_id, "A second administrator can now approve the reset.")


def _scope() -> str | None:
    return request.form.get("scope", "").strip().upper() or None


def _back(person_id: str, words: str) -> ResponseReturnValue:
    flash(words)
    return redirect(f"/admin/people/{person_id}/", code=303)
