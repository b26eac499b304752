"""The page on which somebody changes to another authenticator app."""

from typing import cast

from flask import Blueprint, flash, redirect, render_template, request
from flask import session as cookie
from flask.typing import ResponseReturnValue
from wtforms import Form, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired

from lamppost.people.own_factor import (
    FactorFault,
    FactorReplaced,
    Replacing,
    make_offer,
    open_offer,
    replace_factor,
)
from lamppost.people.reads import SignedIn
from lamppost.web.context import db, now
from lamppost.web.factor_picture import draw_factor
from lamppost.web.forms import read_form
from lamppost.web.guard import TOKEN, actor, signed_in_only, visitor
from lamppost.web.means import means
from lamppost.web.peers import client_address
from lamppost.web.refusing import refuse

blueprint = Blueprint("own_factor", __name__, url_prefix="/account/authenticator")


class ReplacingForm(Form):
    """Proof that it is oneself, and that the new app is set up."""

    offer = HiddenField()
    new_code = StringField(
        "Security code of the new app", [InputRequired("Enter the code the new app shows")]
    )
    present_code = StringField(
        "Security code of the present app",
        [InputRequired("Enter the code your present app shows")],
        description="If you no longer have it, ask an administrator to reset your second factor",
    )
    password = PasswordField("Password", [InputRequired("Enter your password")])


@blueprint.route("/", methods=["GET", "POST"])
@signed_in_only
def change() -> ResponseReturnValue:
    """Scan a new secret; prove the password and both apps; the new one holds."""
    form = read_form(ReplacingForm)
    if request.method == "GET" or not form.validate():
        return _show(form), 422 if form.errors else 200
    outcome = replace_factor(
        db.engine,
        means(),
        token=cookie[TOKEN],
        replacing=Replacing(
            offer=form.offer.data or "",
            password=form.password.data or "",
            present_code=form.present_code.data or "",
            new_code=form.new_code.data or "",
            source=str(client_address()),
        ),
        by=actor(),
        now=now(),
    )
    if isinstance(outcome, FactorReplaced):
        flash("Your new authenticator app is set up. Your other sign-ins have ended.")
        return redirect("/account/", code=303)
    if isinstance(outcome, FactorFault):
        form[outcome.field].errors = [outcome.words]
    else:
        form.form_errors = [*form.form_errors, outcome.words]
    return refuse(_show(form), outcome)


def _show(form: ReplacingForm) -> str:
    who = cast("SignedIn", visitor())
    kept = form.offer.data or ""
    offered = open_offer(means(), kept, email=who.email, by=actor(), now=now())
    if offered is None:
        form.offer.data = make_offer(means(), by=actor(), now=now())
        offered = open_offer(means(), form.offer.data, email=who.email, by=actor(), now=now())
    drawn = {} if offered is None else draw_factor(offered)
    return render_template("account/authenticator.html", form=form, **drawn)
