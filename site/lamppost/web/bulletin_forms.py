"""The forms of the bulletins panel. Ids begin with `edit_`, which no heading of a preview has."""

from wtforms import DateField, Form, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Optional

from lamppost.bulletins.editing import Fields
from lamppost.bulletins.front_matter import LONGEST_LINE, Audience
from lamppost.bulletins.problems import Problem
from lamppost.bulletins.rules import AUDIENCE_NAMES
from lamppost.web.forms import plain_line, strip_text
from lamppost.web.moments import moment_field

_AUDIENCES = [SelectChoice(one.value, AUDIENCE_NAMES[one]) for one in Audience]
_TOPICS_HINT = "Small letters and hyphens, with commas between, such as bcdr, service-status"
_SUMMARY_HINT = "One sentence, for lists and feeds"


class NewForm(Form):
    """A new bulletin; its file is named for its day, which does not change afterwards."""

    on = DateField(
        "Date", [InputRequired("Enter the day of the bulletin.")], id="edit_on",
        description="Its address is made of it",
    )  # fmt: skip
    audience = SelectField("Audience", choices=_AUDIENCES, id="edit_audience")
    title = StringField(
        "Title", [Optional(), plain_line(LONGEST_LINE)], filters=[strip_text], id="edit_title",
        description="Leave it empty for the usual one; its date is added by itself",
    )  # fmt: skip
    summary = StringField(
        "Summary", [InputRequired("Enter one sentence."), plain_line(LONGEST_LINE)],
        filters=[strip_text], id="edit_summary", description=_SUMMARY_HINT,
    )  # fmt: skip
    topics = StringField("Topics", filters=[strip_text], id="edit_topics", description=_TOPICS_HINT)


class EditForm(Form):
    """The front matter a person writes, and the text. What is wrong is found by reading it."""

    title = StringField("Title", filters=[strip_text], id="edit_title")
    audience = SelectField("Audience", choices=_AUDIENCES, id="edit_audience")
    summary = StringField(
        "Summary", filters=[strip_text], id="edit_summary", description=_SUMMARY_HINT
    )
    topics = StringField("Topics", filters=[strip_text], id="edit_topics", description=_TOPICS_HINT)
    aliases = StringField(
        "Old addresses", filters=[strip_text], id="edit_aliases",
        description="What led to it before, with commas between; each is redirected for ever",
    )  # fmt: skip
    body = TextAreaField(
        "Text", id="edit_body",
        description="Markdown. A line such as {{ contacts }} is filled in by the service",
    )  # fmt: skip
    note = StringField(
        "What is put right", filters=[strip_text], id="edit_note",
        description="Readers see it with its date and the feeds move. Leave it empty for a slip of "
        "the pen that changes nothing",
    )  # fmt: skip
    seen = HiddenField()
    previewed = HiddenField()

    def read(self) -> Fields:
        """What was typed."""
        return Fields(
            self.title.data or "", self.audience.data or "", self.summary.data or "",
            self.topics.data or "", self.aliases.data or "", self.body.data or "",
        )  # fmt: skip


class FileForm(Form):
    """The whole file as it is."""

    content = TextAreaField(
        "The file", id="edit_content", description="Front matter between two lines of ---, then "
        "Markdown",
    )  # fmt: skip
    note = StringField("What is put right", filters=[strip_text], id="edit_note")
    seen = HiddenField()
    previewed = HiddenField()


class ScheduleForm(Form):
    """When it is published."""

    publish_at = moment_field("Publish at", "London time")
    seen = HiddenField()


class WithdrawForm(Form):
    """Why it is withdrawn."""

    reason = StringField(
        "Why", filters=[strip_text], description="Readers see it in place of the bulletin"
    )
    seen = HiddenField()


class ActForm(Form):
    """An act that asks for nothing but to be sure."""

    seen = HiddenField()


def show_problems(form: Form, problems: tuple[Problem, ...]) -> None:
    """Put what stands in the way beside the fields it is about; the rest above the form."""
    for problem in problems:
        name = problem.message.partition(" ")[0].partition(".")[0]
        words = f"Line {problem.line} of the file: {problem.message}"
        text = "content" if "content" in form else "body"
        field = form[name] if name in form and name not in {"seen", "previewed"} else form[text]
        field.errors = [*field.errors, words]
