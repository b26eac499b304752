"""The forms of the HSSI panel."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from wtforms import (
    BooleanField,
    Form,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Optional

from lamppost.status.hssis.drafts import Ask
from lamppost.status.hssis.matrix import LEVELS
from lamppost.status.hssis.templates import Template, list_templates
from lamppost.status.hssis.texts import HssiKind, HssiState, Text
from lamppost.status.reads import list_components
from lamppost.web.forms import strip_text
from lamppost.web.moments import moment_field, to_moment

_SCALE = ("1, the highest", "2", "3", "4", "5, the lowest")
_LEVELS = [SelectChoice(str(level), words) for level, words in zip(LEVELS, _SCALE, strict=True)]
_STATES = [SelectChoice(state.value, state.value.capitalize()) for state in HssiState]
_KINDS = [
    SelectChoice(HssiKind.FAULT.value, "A fault of the service"),
    SelectChoice(HssiKind.SECURITY.value, "A notice of a security campaign, up until taken down"),
]


class TextForm(Form):
    """The next text of an HSSI. Its severity follows from impact and urgency."""

    title = StringField("Title", [InputRequired("Enter a title.")], filters=[strip_text])
    summary = TextAreaField(
        "What readers should know",
        [InputRequired("Enter what readers should know.")],
        filters=[strip_text],
        description="What is affected, what works meanwhile, any risk to patients",
    )
    state = SelectField("State", choices=_STATES)
    impact = SelectField("Impact", choices=_LEVELS, description="Importance and users affected")
    urgency = SelectField("Urgency", choices=_LEVELS)
    components = SelectMultipleField("Affected parts", choices=[])
    next_update_due_at = moment_field(
        "Next update due", "London time. Readers see it, and that it is overdue when it passes"
    )
    publish_at = moment_field(
        "Publish at", "Leave it empty to publish at once. Guards hold from now on either way"
    )
    template = HiddenField(validators=[Optional()])
    seen_version = HiddenField(validators=[Optional()])


class RaiseForm(TextForm):
    """A new one."""

    ref = StringField("Reference", [InputRequired("Enter a reference.")], filters=[strip_text])
    kind = SelectField("Kind", choices=_KINDS)
    raised_at = moment_field("Since when", needed="Enter since when it is so.")


class WordsForm(Form):
    """A review or a note."""

    words = TextAreaField("Text", [Optional()], filters=[strip_text])


class ReopenForm(Form):
    """Why it is not over."""

    summary = TextAreaField(
        "What readers should know", [InputRequired("Enter what readers should know.")],
        filters=[strip_text],
    )  # fmt: skip
    next_update_due_at = moment_field("Next update due", needed="Say when the next update is due.")


class TemplateForm(Form):
    """Words prepared beforehand."""

    name = StringField("Name", [InputRequired("Enter a name.")], filters=[strip_text])
    title = StringField("Title", [InputRequired("Enter a title.")], filters=[strip_text])
    summary = TextAreaField(
        "Text",
        [InputRequired("Enter the text.")],
        filters=[strip_text],
        description="[[Impact]], [[Workaround]] and the like are asked for before it is published",
    )
    is_holding = SelectField(
        "Use",
        choices=[
            SelectChoice("", "To be filled in"),
            SelectChoice("y", "A holding statement, published as it stands"),
        ],
    )


def offer_components(form: TextForm, session: Session) -> None:
    """Let the form choose among the components on the page."""
    form.components.choices = [SelectChoice(one.slug, one.name) for one in list_components(session)]


def use_template(
    form: TextForm, session: Session, name: str, *, is_posted: bool
) -> Template | None:
    """Put a template's words in the form; of an approved holding statement they stay as they are.

    What somebody made of any other template is theirs once it is posted.

    Gives the holding statement, if it is one.
    """
    found = next((one for one in list_templates(session) if one.name == name), None)
    if found is None:
        form.template.data = ""
        return None
    is_holding = found.is_holding and found.is_approved
    if is_holding or not is_posted:
        for field, words in ((form.title, found.title), (form.summary, found.summary)):
            field.data, field.raw_data = words, [words]
    form.template.data = found.name if is_holding else ""
    return found if is_holding else None


def read_text(form: TextForm) -> Text:
    """What was typed, as a text."""
    return Text(
        title=form.title.data or "",
        summary=form.summary.data or "",
        state=HssiState(form.state.data),
        impact=int(form.impact.data),
        urgency=int(form.urgency.data),
        components=tuple(form.components.data or ()),
        next_update_due_at=to_moment(form.next_update_due_at.data),
    )


def read_ask(form: TextForm, now: datetime) -> Ask:
    """How it is to be published."""
    at = to_moment(form.publish_at.data)
    return Ask(at if at is not None and at > now else None, form.template.data or None)


def list_values(form: Form) -> list[tuple[str, Any]]:
    """Everything typed, for the hidden fields of a preview."""
    values: list[tuple[str, Any]] = []
    for field in form:
        if isinstance(field, SelectMultipleField):
            values += [(field.name, one) for one in field.data or ()]
        elif isinstance(field, BooleanField):
            values += [(field.name, "y")] if field.data else []
        elif hasattr(field, "_value") and not isinstance(field, SelectField):
            values.append((field.name, field._value()))  # noqa: SLF001 - what the field shows
        else:
            values.append((field.name, field.data or ""))
    return values
