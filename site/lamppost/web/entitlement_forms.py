"""The forms of the entitlements panel."""

from wtforms import DateField, Form, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Optional

from lamppost.web.forms import plain_line, strip_text
from postmaster.accounts.rules import LONGEST_ADDRESS
from postmaster.entitlements.feature_rules import FEATURE_WORDS
from postmaster.entitlements.rules import Protocol

PROTOCOLS = [SelectChoice(one.value, one.value.upper()) for one in Protocol]


def _area(label: str, hint: str = "", *, needed: str = "") -> TextAreaField:
    checks = [InputRequired(needed) if needed else Optional()]
    return TextAreaField(label, checks, filters=[strip_text], description=hint)


def _line(label: str, hint: str, needed: str) -> StringField:
    checks = [InputRequired(needed), plain_line(LONGEST_ADDRESS)]
    return StringField(label, checks, filters=[strip_text], description=hint)


class GrantForm(Form):
    """Leave for a protocol, for an account or for every member of a list."""

    address = _line(
        "Address", "Of an account, or of a static list whose members are to have it",
        "Enter the address of an account or a list.",
    )  # fmt: skip
    protocol = SelectField("Protocol over the internet", choices=PROTOCOLS)
    to_at = DateField("Until the end of", [Optional()], description="Empty: until somebody ends it")
    reason = _area("Why", "Read by whoever looks at it later", needed="Say why.")


class EndForm(Form):
    """Why leave is ended."""

    why = _area("Why", needed="Say why.")


class AskFeatureForm(Form):
    """A feature for an organisation."""

    organisation = _line("Organisation", "Its ODS code", "Enter the ODS code.")
    feature = SelectField(
        "Feature",
        choices=[SelectChoice(one.value, words) for one, words in FEATURE_WORDS.items()],
    )
    evidence = _area(
        "What it rests on", "A ticket, a letter or a contract", needed="Say what it rests on."
    )


class StepForm(Form):
    """Why a feature becomes what it becomes."""

    why = _area("Why", "Needed to refuse, suspend and end")
