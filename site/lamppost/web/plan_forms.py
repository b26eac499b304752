"""The forms of the panels of windows, releases and known issues."""

from collections.abc import Sequence
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    Form,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Optional

from lamppost.status.notices import ItemKind, ReleaseItem
from lamppost.status.plans.texts import EFFECT_WORDS
from lamppost.status.standing import NamedComponent
from lamppost.web.forms import strip_text
from lamppost.web.moments import moment_field
from postmaster.features.rules import FEATURE_WORDS

_DAY = "Such as 2018-09-21"
_EFFECTS = [
    SelectChoice("", "Not touched"),
    *(SelectChoice(effect.value, words.capitalize()) for effect, words in EFFECT_WORDS.items()),
]
_SWITCHES = [SelectChoice(one.value, words) for one, words in FEATURE_WORDS.items()]
# Fields of effects by the place of their component on the page.
EFFECT_FIELD = "effect_{}"


def _line(label: str, hint: str = "", *, needed: str = "") -> StringField:
    checks = [InputRequired(needed)] if needed else [Optional()]
    return StringField(label, checks, filters=[strip_text], description=hint)


def _text(label: str, hint: str = "", *, needed: str = "") -> TextAreaField:
    checks = [InputRequired(needed)] if needed else [Optional()]
    return TextAreaField(label, checks, filters=[strip_text], description=hint)


class PlanForm(Form):
    """What every form of a plan carries."""

    seen_version = HiddenField(validators=[Optional()])


class DespiteForm(PlanForm):
    """A plan that may run into others."""

    despite = _line(
        "Why it stands despite what it overlaps", "Needed only when something is in the way"
    )


class RefForm(Form):
    """A new plan has a reference."""

    ref = _line(
        "Reference", "It stands in addresses and never changes", needed="Enter a reference."
    )


class WindowForm(DespiteForm):
    """A BCDR test."""

    title = _line("Title", needed="Enter the title.")
    starts_on = DateField("First day", [InputRequired("Enter the first day.")], description=_DAY)
    ends_on = DateField("Last day", [InputRequired("Enter the last day.")], description=_DAY)
    summary = _text("What readers should know")
    location = _line("Where")
    expects_impact = BooleanField("Readers will notice it")


class NewWindowForm(RefForm, WindowForm):
    """A new BCDR test."""


class ChangeForm(DespiteForm):
    """A change or a freeze."""

    kind = SelectField(
        "Kind",
        choices=[
            SelectChoice("change", "A change"),
            SelectChoice("freeze", "A freeze: nothing is changed meanwhile"),
        ],
    )
    title = _line("Title", needed="Enter the title.")
    starts_at = moment_field("Begins", "London time", needed="Enter when it begins.")
    ends_at = moment_field("Ends", "London time", needed="Enter when it ends.")
    impact = _text("What readers will notice")
    summary = _text("More about it")


class SeriesForm(RefForm):
    """A change that comes again."""

    title = _line("Title", needed="Enter the title.")
    first_on = DateField("First day", [InputRequired("Enter the first day.")], description=_DAY)
    starts = TimeField("Begins at", [InputRequired("Enter when it begins.")])
    ends = TimeField("Ends at", [InputRequired("Enter when it ends.")])
    rule = _line(
        "Rule",
        "FREQ=WEEKLY, FREQ=MONTHLY;BYDAY=2TU and the like. The hour on the wall stays in summer",
        needed="Enter the rule.",
    )
    until_on = DateField("Last day", [Optional()], description="Leave it empty for no end")
    impact = _text("What readers will notice")
    summary = _text("More about it")


class ReleaseForm(PlanForm):
    """A Portal release."""

    name = _line("Name", needed="Enter the name.")
    planned_on = DateField("Planned for", [InputRequired("Enter the day.")], description=_DAY)
    is_month_only = BooleanField("Only the month is known")
    summary = _text("What readers should know")
    new = _text("New functions", "One a line")
    mended = _text("Mended defects", "One a line")
    switches = SelectMultipleField(
        "Behaviour its go-live switches", [Optional()], choices=_SWITCHES
    )


class NewReleaseForm(RefForm, ReleaseForm):
    """A new release."""


class LiveForm(Form):
    """When it went live."""

    live_at = moment_field("Live since", "London time", needed="Enter when it went live.")


class BackForm(Form):
    """When and why it was rolled back."""

    rolled_back_at = moment_field("Rolled back at", "London time", needed="Enter when.")
    why = _line("Why", needed="Say why it was rolled back.")


class IssueForm(PlanForm):
    """A known issue."""

    title = _line("Title", needed="Enter the title.")
    product = _line("Product", "Such as Portal", needed="Enter the product.")
    summary = _text("What does not work", needed="Enter what does not work.")
    workaround = _text("What people can do meanwhile")
    affected = _line("Who is affected", "Versions, or groups of people")


class NewIssueForm(RefForm, IssueForm):
    """A new known issue."""

    opened_on = DateField("Known since", [Optional()], description=_DAY)


class PartForm(Form):
    """Whether an organisation takes part in a test."""

    uid = SelectField("Test", choices=[])
    organisation = _line("Organisation", "Its ODS code", needed="Enter the organisation.")
    joins = SelectField(
        "Does it take part?", choices=[SelectChoice("y", "Yes"), SelectChoice("", "No")]
    )
    note = _line("Note")


class WhyForm(Form):
    """Words that go with an act."""

    why = _text("Words", needed="Enter the words.")


def with_effects(kind: type[Form], components: Sequence[NamedComponent]) -> type[Form]:
    """The form with one question for each component: what the change does to it."""
    fields = {
        EFFECT_FIELD.format(place): SelectField(one.name, choices=_EFFECTS)
        for place, one in enumerate(components)
    }
    return type(f"{kind.__name__}WithEffects", (kind,), fields)


def read_effects(form: Form, components: Sequence[NamedComponent]) -> dict[str, str]:
    """What was answered, by slug; parts it does not touch are left out."""
    answers = {
        one.slug: form[EFFECT_FIELD.format(place)].data for place, one in enumerate(components)
    }
    return {slug: effect for slug, effect in answers.items() if effect}


def show_effects(
    effects: dict[str, str] | Any, components: Sequence[NamedComponent]
) -> dict[str, str]:
    """The answers a form begins with."""
    return {
        EFFECT_FIELD.format(place): effects.get(one.slug, "")
        for place, one in enumerate(components)
    }


def read_items(form: ReleaseForm) -> tuple[ReleaseItem, ...]:
    """The notes of a release, a line each."""
    return tuple(
        ReleaseItem(kind, line.strip())
        for kind, text in ((ItemKind.FEATURE, form.new.data), (ItemKind.FIX, form.mended.data))
        for line in (text or "").splitlines()
        if line.strip()
    )
