"""Sign-in in two steps, the set-up of a first authenticator, sign-out."""

from flask import Blueprint, Response, redirect, render_template, request
from flask import session as cookie
from flask.typing import ResponseReturnValue
from wtforms import Form, PasswordField, StringField
from wtforms.validators import InputRequired

from lamppost.people.factors import get_waiting_factor
from lamppost.people.outcomes import HalfSession, SignInBusy, SignInRefused
from lamppost.people.signing import (
    sign_in_with_code,
    sign_in_with_password,
    sign_in_with_recovery_code,
    sign_out,
)
from lamppost.web.context import db, now, session, writing
from lamppost.web.factor_picture import draw_factor
from lamppost.web.forms import read_form
from lamppost.web.guard import SIGN_IN, TOKEN, open_to_all, visitor
from lamppost.web.idle import begin
from lamppost.web.means import means, user_agent
from lamppost.web.next_address import safe_next
from lamppost.web.peers import client_address
from lamppost.web.refusing import refuse
from lamppost.web.sign_in_steps import NEXT, continue_half

blueprint = Blueprint("sign_in", __name__)
WHY_OPEN = "somebody who signs in is not signed in yet"


class PasswordForm(Form):
    """The first step."""

    email = StringField("Email address", [InputRequired("Enter your email address")])
    password = PasswordField("Password", [InputRequired("Enter your password")])


class CodeForm(Form):
    """The second step, and the set-up."""

    code = StringField(
        "Security code",
        [InputRequired("Enter the 6-digit code from your authenticator app")],
        description="6 digits from your authenticator app",
    )


class RecoveryForm(Form):
    """The second step without the authenticator."""

    code = StringField(
        "Recovery code",
        [InputRequired("Enter one of your recovery codes")],
        description="One of the codes you saved when you set up your authenticator app",
    )


@blueprint.route(SIGN_IN, methods=["GET", "POST"])
@open_to_all(WHY_OPEN)
def password() -> ResponseReturnValue:
    """Address and password; the answer is the same whatever is wrong."""
    going_to = safe_next(request.values.get(NEXT))
    found = visitor()
    if request.method == "GET" and found is not None and found.has_both_factors:
        return redirect(going_to, code=303)
    form = read_form(PasswordForm)
    if request.method == "POST" and form.validate():
        outcome = sign_in_with_password(
            db.engine,
            means(),
            email=form.email.data or "",
            password=form.password.data or "",
            source=str(client_address()),
            user_agent=user_agent(),
            now=now(),
        )
        if isinstance(outcome, HalfSession):
            return continue_half(outcome, going_to)
        return _refuse("sign_in/password.html", form, outcome, going_to=going_to)
    return _show("sign_in/password.html", form, going_to=going_to)


@blueprint.route(f"{SIGN_IN}/code", methods=["GET", "POST"])
@open_to_all(WHY_OPEN)
def code() -> ResponseReturnValue:
    """The code of the authenticator."""
    return _second_step(CodeForm, "sign_in/code.html", is_recovery=False)


@blueprint.route(f"{SIGN_IN}/recovery", methods=["GET", "POST"])
@open_to_all(WHY_OPEN)
def recovery() -> ResponseReturnValue:
    """One of the recovery codes instead."""
    return _second_step(RecoveryForm, "sign_in/recovery.html", is_recovery=True)


@blueprint.route(f"{SIGN_IN}/set-up", methods=["GET", "POST"])
@open_to_all(WHY_OPEN)
def set_up() -> ResponseReturnValue:
    """A first authenticator: its secret to scan or type, confirmed by a code."""
    found = visitor()
    if found is None:
        return redirect(SIGN_IN, code=303)
    waiting = get_waiting_factor(session(), means(), person_id=found.person_id)
    if waiting is None:
        return redirect(SIGN_IN, code=303)
    return _second_step(CodeForm, "sign_in/set_up.html", is_recovery=False, **draw_factor(waiting))


@blueprint.route("/sign-out", methods=["GET", "POST"])
@open_to_all("whoever is not signed in has nothing to lose by it")
def leave() -> ResponseReturnValue:
    """A button on a page of its own; the session ends on POST only."""
    if request.method == "GET":
        return render_template("sign_in/leave.html")
    token = cookie.get(TOKEN)
    if token:
        with writing() as made:
            sign_out(made, token=token, now=now())
    cookie.clear()
    return redirect(SIGN_IN, code=303)


def _second_step(
    kind: type[CodeForm] | type[RecoveryForm], template: str, *, is_recovery: bool, **values: object
) -> ResponseReturnValue:
    token = cookie.get(TOKEN)
    if visitor() is None or not token:
        return redirect(SIGN_IN, code=303)
    form = read_form(kind)
    if request.method == "GET" or not form.validate():
        return _show(template, form, **values)
    check = sign_in_with_recovery_code if is_recovery else sign_in_with_code
    source = str(client_address())
    outcome = check(
        db.engine, means(), token=token, code=form.code.data or "", source=source, now=now()
    )
    if isinstance(outcome, SignInRefused):
        if outcome.must_begin_again:
            cookie.clear()
            return redirect(SIGN_IN, code=303)
        return _refuse(template, form, outcome, **values)
    going_to = safe_next(cookie.get(NEXT))
    begin(TOKEN, outcome.token, now())
    if outcome.recovery_codes:
        codes = outcome.recovery_codes
        return render_template("sign_in/codes.html", codes=codes, going_to=going_to)
    return redirect(going_to, code=303)


def _show(template: str, form: Form, **values: object) -> ResponseReturnValue:
    return render_template(template, form=form, **values), 422 if form.errors else 200


def _refuse(
    template: str, form: Form, outcome: SignInRefused | SignInBusy, **values: object
) -> Response:
    """The form again with one sentence."""
    form.form_errors = [*form.form_errors, outcome.words]
    return refuse(render_template(template, form=form, **values), outcome)
