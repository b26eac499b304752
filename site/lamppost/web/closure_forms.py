"""The forms of organisations that close, and what an outcome would do, in sentences."""

from wtforms import BooleanField, DateField, Form, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Optional

from lamppost.web.forms import plain_line, strip_text
from postmaster.accounts.rules import KIND_WORDS, Kind
from postmaster.closures.merging import RolesThen
from postmaster.closures.rules import OUTCOME_WORDS, Outcome

LONGEST = 2000
_ALL = SelectChoice("", "Every account")
WHOM = [_ALL, *(SelectChoice(kind.value, KIND_WORDS[kind]) for kind in Kind)]
OUTCOMES = [SelectChoice(one.value, OUTCOME_WORDS[one]) for one in Outcome]
ROLES = [
    SelectChoice(RolesThen.LATER.value, "Decide later"),
    SelectChoice(RolesThen.END.value, "End them"),
    SelectChoice(RolesThen.MOVE.value, "Hold them for the successor"),
]


def _text(label: str, hint: str = "", *, needed: str = "") -> StringField:
    checks = [InputRequired(needed)] if needed else [Optional()]
    return StringField(
        label, [*checks, plain_line(LONGEST)], filters=[strip_text], description=hint
    )


class OutcomeForm(Form):
    """What becomes of which accounts."""

    whom = SelectField(
        "For whom", choices=WHOM, description="Or tick single accounts in the list below"
    )
    outcome = SelectField("Outcome", choices=OUTCOMES)
    target = _text("Where a transfer goes", "An ODS code")
    owner = _text("Who keeps", "An address; empty takes the owner each one has")


class MergerForm(Form):
    """Several become one."""

    predecessors = _text(
        "Who closes", "ODS codes with blanks between", needed="Enter who closes, by ODS code."
    )
    successor = _text(
        "Successor", "The ODS code of one that is open, or of a new one", needed="Enter the code."
    )
    name = _text("Its name from then on", "Empty keeps its name; a new one needs one")
    is_same_name_meant = BooleanField("The name may be one that another organisation has")
    short_code = _text("Its short code from then on", "Empty keeps its own; addresses keep theirs")
    closed_on = DateField(
        "Effective on", [InputRequired("Enter the day it took effect.")],
        description="May be past, such as 2018-04-01",
    )  # fmt: skip
    takes_under = BooleanField("What is open under those who close goes under the successor")
    moves_accounts = BooleanField("Move every account to the successor now", default=True)
    roles = SelectField("Roles held for those who close", choices=ROLES)


class SplitForm(Form):
    """One becomes several."""

    successors = _text(
        "Successors", "Two ODS codes or more, with blanks between", needed="Enter the successors."
    )
    elsewhere = _text("Successors not on the service", "Their ODS codes; no account goes there")
    closed_on = DateField(
        "Effective on", [InputRequired("Enter the day it took effect.")],
        description="May be past, such as 2018-04-01",
    )  # fmt: skip


class ClosingForm(Form):
    """When an organisation means to close, and who is to take over."""

    closes_on = DateField("Closes on", [Optional()], description="The day planned, if there is one")
    successors = _text("Who is to take over", "ODS codes; accounts may move there from now on")


class OdsForm(Form):
    """A closing that only ODS knows of."""

    ods_closed_on = DateField(
        "Closed in ODS on", [Optional()], description="Empty when ODS did not close it after all"
    )


class ReopenForm(Form):
    """A closing taken back."""

    why = _text("Why", "ODS made the record active again, or the closing was a mistake",
                needed="Say why.")  # fmt: skip
    gives_up_short_code = BooleanField("Give up the short code if somebody took it since")


class AskForm(Form):
    """An account asked for by a container."""

    address = _text("Address of the account", needed="Enter the address.")
    target = _text(
        "Into", "The code of the container or of an organisation of it", needed="Enter the code."
    )
    new_address = _text(
        "New address", "Empty keeps the address; the old one receives for 90 days and never sends"
    )
    why = _text("Why", "The old administrator reads it", needed="Say why.")


def put_error(form: Form, error: Exception) -> None:
    """Put what an action refused beside the field it is about, or over the form."""
    field = getattr(form, getattr(error, "field", None) or "", None)
    if field is None:
        form.form_errors.append(str(error))
    else:
        field.errors = [str(error)]
