"""The forms of the accounts panel."""

from wtforms import (
    BooleanField,
    DateField,
    Form,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Optional

from lamppost.web.forms import SeenForm, plain_line, strip_text
from postmaster.accounts.possible import DISABLE_REASONS
from postmaster.accounts.rules import (
    HOLD_WORDS,
    KIND_WORDS,
    LONGEST_ADDRESS,
    LONGEST_NAME,
    Kind,
    MemberRole,
)

MADE_KINDS = (Kind.PERSON, Kind.SHARED, Kind.RESOURCE)
KINDS = [SelectChoice(kind.value, KIND_WORDS[kind]) for kind in MADE_KINDS]


def _text(label: str, hint: str = "", *, needed: str = "", most: int = LONGEST_NAME) -> StringField:
    checks = [InputRequired(needed) if needed else Optional(), plain_line(most)]
    return StringField(label, checks, filters=[strip_text], description=hint)


def _why(label: str, hint: str = "") -> TextAreaField:
    return TextAreaField(label, [Optional()], filters=[strip_text], description=hint)


class DisableForm(SeenForm):
    """Why an account is disabled, and until when it is meant to be."""

    reason_code = SelectField(
        "Why", choices=[SelectChoice(code, words) for code, words in DISABLE_REASONS.items()]
    )
    until = DateField(
        "Until", [Optional()], description="The day it is meant to be enabled again, if it is known"
    )


class ReviewForm(SeenForm):
    """When a hold is looked at again."""

    review_on = DateField(
        "Look at it again on", [InputRequired("Enter the day somebody looks at it again")]
    )


class HoldForm(SeenForm):
    """Why an account must not go."""

    kind = SelectField(
        "Kind of hold",
        choices=[SelectChoice(kind.value, words) for kind, words in HOLD_WORDS.items()],
    )
    reason = _why("Why", "Read by whoever looks at it later. Write no clinical details")
    review_on = DateField(
        "Look at it again on", [InputRequired("Enter the day somebody looks at it again")]
    )


class RestoreForm(SeenForm):
    """Where a deleted account of a closed organisation comes back."""

    organisation = _text(
        "Into", "The ODS code of one that took over", needed="Enter the ODS code of one."
    )


class ConvertForm(SeenForm):
    """Who answers for an application account, and what it is for."""

    owner = _text("Address of the person who answers for it", most=LONGEST_ADDRESS)
    why = _why("What it is for")


class MemberForm(SeenForm):
    """Somebody who is to own or use a shared mailbox."""

    address = _text("Address of the person", needed="Enter the address of the person.")
    role = SelectField(
        "As",
        choices=[
            SelectChoice(MemberRole.MEMBER.value, "Member: reads and sends"),
            SelectChoice(MemberRole.OWNER.value, "Owner: a member who also gives and ends access"),
        ],
    )


class NameForm(SeenForm):
    """What a mailbox, a room or an application account is called."""

    name = _text("Display name", needed="Enter the name.")


class DetailsForm(SeenForm):
    """What an account says of its person."""

    name = _text("Display name", "As SURNAME, Given", needed="Enter the name.")
    external_id = _text("Local number", "Your own unique number of the person, if any", most=64)
    job_title = _text("Job title", most=100)
    mobile = _text("Mobile", "A UK number, such as 07700 900123", most=20)
    is_another = BooleanField("It is another person than the one of this name")


class NewForm(Form):
    """A new account. A person's is pending until they accept the terms of use."""

    kind = SelectField("Kind", choices=KINDS)
    organisation = _text("Organisation", "Its ODS code", needed="Enter the ODS code.")
    name = _text("Display name", "A person's as SURNAME, Given", needed="Enter the name.")
    address = _text(
        "Address",
        "A shared mailbox's begins with the short code of its organisation and a full stop",
        needed="Enter the address.",
    )
    owner = _text("Address of the owner", "Only for a shared mailbox, a room or equipment")
    external_id = _text("Local number", "Your own unique number of the person, if any", most=64)
    job_title = _text("Job title", most=100)
    mobile = _text("Mobile", "A UK number, such as 07700 900123", most=20)
    is_another = BooleanField("It is another person than the one of this name")


class JoinForm(Form):
    """A leaver of another organisation who comes to one of the reader's."""

    address = _text("Address of the leaver", needed="Enter the whole address of the account.")
    organisation = _text("Your organisation", "Its ODS code", needed="Enter the ODS code.")
    new_address = _text(
        "New address", "Leave it empty to keep the old one, which then goes on receiving 90 days"
    )


class DecideForm(Form):
    """Why a request is granted or refused."""

    why = _why("Why", "Needed to refuse, and to grant what the check of the name speaks against")
