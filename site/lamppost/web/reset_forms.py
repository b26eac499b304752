"""The forms of a self-service reset."""

from collections.abc import Mapping, Sequence
from types import new_class
from typing import Any, cast

from wtforms import Form, PasswordField, StringField
from wtforms.validators import InputRequired, Length, Regexp

from lamppost.web.forms import strip_text
from postmaster.accounts.rules import LONGEST_ADDRESS
from postmaster.credentials.answers.rules import LONGEST_QUESTION, AnswersError, Asked, Pair
from postmaster.credentials.rules import LONGEST

ORDINALS = ("First", "Second", "Third", "Fourth", "Fifth")
_LONGEST_ANSWER = 64


class StartForm(Form):
    """Whose password, and the end of the mobile that is registered for it."""

    address = StringField(
        "Your email address",
        [InputRequired("Enter your whole email address"), Length(max=LONGEST_ADDRESS)],
        filters=[strip_text],
        description="The whole address, such as ann.other@nhs.net",
    )
    digits = StringField(
        "Last 4 digits of your mobile",
        [Regexp(r"^([0-9]{4})?$", message="Enter 4 digits, or leave it empty")],
        filters=[strip_text],
        description="The mobile registered for your account. Leave it empty if you have none",
    )


class SignInForm(Form):
    """The address and the password that was sent or given."""

    address = StringField(
        "Your email address",
        [InputRequired("Enter your whole email address"), Length(max=LONGEST_ADDRESS)],
        filters=[strip_text],
    )
    password = PasswordField("Password", [InputRequired("Enter the password"), Length(max=LONGEST)])


class NewPasswordForm(Form):
    """A new password; its hint is the policy of the account's kind."""

    password = PasswordField("New password", [InputRequired("Enter a new password")])


def make_answers_form(asked: Sequence[Asked]) -> type[Form]:
    """A form with a field for each character that is asked."""
    fields = {
        name_of(one): StringField(
            f"Character {one.position} of your {ORDINALS[one.place - 1].lower()} answer",
            [InputRequired("Enter one character"), Length(max=4)],
        )
        for one in asked
    }
    return cast(
        "type[Form]", new_class("AnswersForm", (Form,), {}, lambda body: body.update(fields))
    )


def make_questions_form(many: int) -> type[Form]:
    """A form with so many pairs of a question and its answer."""
    fields = {}
    for place in range(1, many + 1):
        fields[f"question_{place}"] = StringField(
            f"{ORDINALS[place - 1]} question",
            [InputRequired("Write a question"), Length(max=LONGEST_QUESTION)],
            filters=[strip_text],
        )
        fields[f"answer_{place}"] = StringField(
            f"{ORDINALS[place - 1]} answer",
            [InputRequired("Write the answer"), Length(max=_LONGEST_ANSWER)],
            filters=[strip_text],
        )
    return cast(
        "type[Form]", new_class("QuestionsForm", (Form,), {}, lambda body: body.update(fields))
    )


def _fill(fields: Mapping[str, object], body: dict[str, Any]) -> None:
    body.update(fields)


def name_of(asked: Asked) -> str:
    """The field of a character."""
    return f"character_{asked.place}_{asked.position}"


def read_characters(form: Form, asked: Sequence[Asked]) -> dict[Asked, str]:
    """What was typed for each character; a blank is a character too."""
    return {one: form[name_of(one)].data or "" for one in asked}


def read_pairs(form: Form, many: int) -> list[Pair]:
    """The pairs as typed."""
    places = range(1, many + 1)
    return [Pair(form[f"question_{n}"].data, form[f"answer_{n}"].data) for n in places]


def put_faults(form: Form, error: AnswersError) -> None:
    """Each fault at its field."""
    for fault in error.faults:
        field = form[f"{'question' if fault.is_question else 'answer'}_{fault.place}"]
        field.errors = [fault.words]
