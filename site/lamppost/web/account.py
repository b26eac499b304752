"""The pages of those signed in about themselves: roles, sign-ins, password, recovery codes."""

from typing import cast

from flask import Blueprint, flash, redirect, render_template, request
from flask import session as cookie
from flask.typing import ResponseReturnValue
from wtforms import Form, PasswordField
from wtforms.validators import InputRequired

from lamppost.people.factors import count_recovery_codes, make_recovery_codes
from lamppost.people.outcomes import PasswordChanged, PasswordFaults
from lamppost.people.own_account import change_password, end_own_other_sessions, end_own_session
from lamppost.people.reads import SignedIn, list_sessions
from lamppost.web.context import db, now, session, writing
from lamppost.web.forms import read_form
from lamppost.web.guard import TOKEN, actor, signed_in_only, visitor
from lamppost.web.means import means
from lamppost.web.peers import client_address
from lamppost.web.refusing import refuse
from postmaster.access.roles import ROLE_WORDS

blueprint = Blueprint("account", __name__, url_prefix="/account")


class ChangePasswordForm(Form):
    """The present password and a new one."""

    current = PasswordField("Present password", [InputRequired("Enter your present password")])
    password = PasswordField(
        "New password",
        [InputRequired("Enter a new password")],
        description="At least 10 characters. Your other sign-ins end when you change it.",
    )


@blueprint.get("/")
@signed_in_only
def show() -> str:
    """Who one is, and which roles one holds."""
    left = count_recovery_codes(session(), person_id=actor().key)
    return render_template("account/show.html", who=_who(), words=ROLE_WORDS, codes_left=left)


@blueprint.get("/sessions/")
@signed_in_only
def sessions() -> str:
    """Where one is signed in."""
    rows = list_sessions(session(), reader=actor(), person_id=actor().key, now=now())
    return render_template("account/sessions.html", rows=rows, current=_who().session_id)


@blueprint.post("/sessions/end")
@signed_in_only
def end_session() -> ResponseReturnValue:
    """End one of one's sign-ins, or all but this one."""
    one = request.form.get("session_id", "")
    with writing() as made:
        if one:
            end_own_session(made, session_id=one, by=actor(), now=now())
        else:
            end_own_other_sessions(made, token=cookie[TOKEN], by=actor(), now=now())
    flash("Ended.")
    return redirect("/account/sessions/", code=303)


@blueprint.route("/password/", methods=["GET", "POST"])
@signed_in_only
def password() -> ResponseReturnValue:
    """Change one's password."""
    form = read_form(ChangePasswordForm)
    if request.method == "GET" or not form.validate():
        return _show_password(form), 422 if form.errors else 200
    outcome = change_password(
        db.engine,
        means(),
        token=cookie[TOKEN],
        current=form.current.data or "",
        password=form.password.data or "",
        source=str(client_address()),
        by=actor(),
        now=now(),
    )
    if isinstance(outcome, PasswordChanged):
        flash("Your password has been changed. Your other sign-ins have ended.")
        return redirect("/account/", code=303)
    if isinstance(outcome, PasswordFaults):
        form.password.errors = list(outcome.faults)
    else:
        form.current.errors = [outcome.words]
    return refuse(_show_password(form), outcome)


@blueprint.route("/recovery-codes/", methods=["GET", "POST"])
@signed_in_only
def recovery_codes() -> str:
    """New recovery codes, shown once; the older ones are worth nothing then."""
    codes: tuple[str, ...] = ()
    if request.method == "POST":
        with writing() as made:
            codes = make_recovery_codes(made, means(), by=actor(), now=now())
    return render_template("account/recovery_codes.html", codes=codes)


def _show_password(form: ChangePasswordForm) -> str:
    return render_template("account/password.html", form=form)


def _who() -> SignedIn:
    """Who asks: the views here are for those signed in."""
    return cast("SignedIn", visitor())
