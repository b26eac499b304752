"""The forms of the organisations panel."""

from wtforms import BooleanField, DateField, Form, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Optional

from lamppost.web.forms import strip_text
from postmaster.organisations.rules import Kind

KINDS = [SelectChoice(kind.value, kind.value.capitalize()) for kind in Kind]


def _text(label: str, hint: str = "", *, needed: str = "") -> StringField:
    checks = [InputRequired(needed)] if needed else [Optional()]
    return StringField(label, checks, filters=[strip_text], description=hint)


class PlaceForm(Form):
    """Where an organisation stands."""

    parent = _text("Parent", "The ODS code of the organisation over it, if any")
    container = _text("Container", "The code of its sector's container, if any")


class NameForm(Form):
    """What an organisation is called."""

    name = _text("Name", needed="Enter the name.")
    short_code = _text("Short code", "Begins the addresses of its shared mailboxes and lists")


class NewForm(NameForm, PlaceForm):
    """A new organisation."""

    ods_code = _text("ODS code", "Such as RX1; it never changes", needed="Enter the ODS code.")
    kind = SelectField("Kind", choices=KINDS)
    opened_on = DateField("Opened on", [Optional()], description="Such as 2018-04-09")


class CloseForm(Form):
    """How an organisation closes."""

    successors = _text("Successors", "ODS codes with blanks between; empty when nobody takes over")
    elsewhere = _text("Successors not on the service", "Their ODS codes; no account goes there")
    is_rename = BooleanField("It is the same organisation under a new code and name")
    closed_on = DateField(
        "Closed on", [InputRequired("Enter the day it closed.")], description="Such as 2018-04-01"
    )
