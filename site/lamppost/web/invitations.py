"""The page an invitation's link leads to: looking never uses it up, accepting does."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import Form, PasswordField, StringField
from wtforms.validators import InputRequired

from lamppost.people.invitations import InvitationOverError, accept_invitation, get_invitation
from lamppost.people.outcomes import HalfSession, PasswordFaults
from lamppost.web.context import db, now, session
from lamppost.web.forms import plain_line, read_form
from lamppost.web.guard import open_to_all
from lamppost.web.means import means, user_agent
from lamppost.web.next_address import START
from lamppost.web.peers import client_address
from lamppost.web.sign_in_steps import continue_half

blueprint = Blueprint("invitations", __name__)


class InvitationForm(Form):
    """How somebody is called, and their first password."""

    name = StringField("Your name", [InputRequired("Enter your name"), plain_line(100)])
    password = PasswordField(
        "Choose a password",
        [InputRequired("Choose a password")],
        description="At least 10 characters. 3 random words are easy to remember.",
    )


@blueprint.route("/invitation/<token>", methods=["GET", "POST"])
@open_to_all("whoever was invited has nothing to sign in with yet")
def accept(token: str) -> ResponseReturnValue:
    """Name and password, then on to the authenticator."""
    invitation = get_invitation(session(), token=token, now=now())
    if invitation is None:
        return render_template("invitations/over.html"), 410
    form = read_form(InvitationForm, name=invitation.name)
    if request.method == "POST" and form.validate():
        try:
            outcome = accept_invitation(
                db.engine,
                means(),
                token=token,
                name=form.name.data or "",
                password=form.password.data or "",
                source=str(client_address()),
                user_agent=user_agent(),
                now=now(),
            )
        except InvitationOverError:
            return render_template("invitations/over.html"), 410
        if isinstance(outcome, HalfSession):
            return continue_half(outcome, START)
        faults = outcome.faults if isinstance(outcome, PasswordFaults) else (outcome.words,)
        form.password.errors = list(faults)
    return _show(form, invitation.email)


def _show(form: InvitationForm, email: str) -> ResponseReturnValue:
    page = render_template("invitations/accept.html", form=form, email=email)
    return page, 422 if form.errors else 200
