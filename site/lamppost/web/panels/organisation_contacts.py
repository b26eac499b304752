"""How people reach the administrators of an organisation, as anybody reads it: changed here."""

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import Form, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import Optional

from lamppost.people.looking_after import is_somebodys
from lamppost.web.context import now, session, writing
from lamppost.web.forms import plain_line, read_form, show_fault, strip_text
from lamppost.web.guard import actor, panel
from postmaster.access.matrix import Action
from postmaster.days import london_day
from postmaster.organisations.contacts import (
    CONTACT_WORDS,
    LONGEST_HOURS,
    ContactKind,
    Reached,
    end_contact,
    list_contacts,
    put_contact,
    say_phone,
)
from postmaster.organisations.reads import get_organisation
from postmaster.organisations.records import OrganisationPage
from postmaster.organisations.rules import OrganisationError, fold_code

blueprint = Blueprint("organisation_contacts", __name__, url_prefix="/admin/organisations")
KINDS = [SelectChoice(kind.value, CONTACT_WORDS[kind]) for kind in ContactKind]


def _text(label: str, hint: str, most: int) -> StringField:
    checks = [Optional(), plain_line(most)]
    return StringField(label, checks, filters=[strip_text], description=hint)


class ContactForm(Form):
    """A function's address and number."""

    kind = SelectField("Whom it reaches", choices=KINDS)
    email = _text("Email address", "A shared mailbox: anybody can read it", 254)
    phone = _text("Telephone", "Such as 020 7946 0958", 30)
    hours = _text("Hours", "Such as Monday to Friday, 9am to 5pm", LONGEST_HOURS)


@blueprint.route("/<ods_code>/contacts/", methods=["GET", "POST"])
@panel(Action.ORGANISATIONS_CONTACTS)
def index(ods_code: str) -> ResponseReturnValue:
    """The contacts that hold, and a form that takes the place of one or adds one."""
    found = _get(ods_code)
    form = read_form(ContactForm)
    if request.method == "POST" and form.validate() and _is_put(found, form):
        flash("It is written down. The public page shows it now.")
        return redirect(_address(found), code=303)
    page = render_template(
        "organisations/contacts.html",
        organisation=found,
        contacts=list_contacts(session(), codes=[found.ods_code], on=london_day(now())),
        words=CONTACT_WORDS,
        say_phone=say_phone,
        form=form,
        here=_address(found),
        back=(f"/admin/organisations/{found.ods_code}/", found.name),
    )
    return page, 422 if form.errors else 200


@blueprint.post("/<ods_code>/contacts/end")
@panel(Action.ORGANISATIONS_CONTACTS)
def end(ods_code: str) -> ResponseReturnValue:
    """Say that one reaches nobody any more."""
    found = _get(ods_code)
    typed = request.form.get("contact_id", "")
    own = list_contacts(session(), codes=[found.ods_code], on=london_day(now()))
    number = next((one.contact_id for one in own if str(one.contact_id) == typed), None)
    if number is None:
        flash("There is no such contact.")
        return redirect(_address(found), code=303)
    with writing() as made:
        end_contact(made, contact_id=number, by=actor(), now=now())
    flash("It is taken off the public page.")
    return redirect(_address(found), code=303)


def _is_put(found: OrganisationPage, form: ContactForm) -> bool:
    """Whether it was written; otherwise the form says why not."""
    email = form.email.data or ""
    if email and is_somebodys(session(), email):
        form.email.errors = [
            "This is one person's address. Public pages show a function's: enter a shared mailbox."
        ]
        return False
    reached = Reached(
        ContactKind(form.kind.data), email, form.phone.data or "", form.hours.data or ""
    )
    try:
        with writing() as made:
            put_contact(made, ods_code=found.ods_code, reached=reached, by=actor(), now=now())
    except OrganisationError as error:
        show_fault(form, error, error.field)
        return False
    return True


def _get(ods_code: str) -> OrganisationPage:
    found = get_organisation(session(), reader=actor(), ods_code=fold_code(ods_code))
    return found or abort(404)


def _address(found: OrganisationPage) -> str:
    return f"/admin/organisations/{found.ods_code}/contacts/"
