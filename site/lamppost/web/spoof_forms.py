"""The forms of the spoofing panels."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from wtforms import (
    DateField,
    DateTimeLocalField,
    FileField,
    Form,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Optional

from lamppost.web.forms import strip_text
from postmaster.spoofing.steps import NEXT_STEP, SORT_WORDS, WAY_STATE_WORDS, WAY_WORDS, Manner
from postmaster.spoofing.values import Action, Network, SpoofKind, Stage

NETWORK_WORDS = {Network.INTERNET: "The internet", Network.HSCN: "HSCN"}
KIND_WORDS = {
    SpoofKind.EXACT_DOMAIN: "Our own domain",
    SpoofKind.SUBDOMAIN: "A name under our domain",
    SpoofKind.LOOKALIKE: "A domain that looks like ours",
    SpoofKind.DISPLAY_NAME: "Our address as the name shown",
    SpoofKind.MALFORMED: "A From line readers disagree about",
    SpoofKind.ENVELOPE: "Our domain in the envelope alone",
    SpoofKind.SUSPICIOUS: "Our domain in another field",
    SpoofKind.BRAND: "Our name without our address",
}
ACTION_WORDS = {
    Action.DELIVER: "Delivered as it is",
    Action.TAG: "Tagged",
    Action.JUNK: "Tagged and put into junk",
    Action.DISCARD: "Deleted; the sender hears nothing",
    Action.REJECT: "Refused; the sender is told",
}
STAGE_WORDS = {
    Stage.OFF: "Off", Stage.TAG: "Tag", Stage.JUNK: "Junk", Stage.DELETE: "Delete",
}  # fmt: skip
MANNER_WORDS = {
    Manner.DAILY: "Once a day, all senders in one letter",
    Manner.EACH: "A letter for each sender and day, five at most",
    Manner.OFF: "Not at all",
}
WORDS: Mapping[str, Mapping[Any, str]] = {
    "kinds": KIND_WORDS,
    "actions": ACTION_WORDS,
    "networks": NETWORK_WORDS,
    "stages": STAGE_WORDS,
    "sorts": SORT_WORDS,
    "ways": WAY_WORDS,
    "way_states": WAY_STATE_WORDS,
    "manners": MANNER_WORDS,
    "next_steps": NEXT_STEP,
}
CHOSEN_KINDS = (
    SpoofKind.EXACT_DOMAIN, SpoofKind.SUBDOMAIN, SpoofKind.LOOKALIKE, SpoofKind.DISPLAY_NAME,
)  # fmt: skip


def choices(words: Iterable[tuple[StrEnum, str]]) -> list[SelectChoice]:
    """Choices of a select from an enumeration's words."""
    return [SelectChoice(one.value, text) for one, text in words]


def _text(label: str, hint: str = "", *, needed: str = "") -> StringField:
    checks = [InputRequired(needed)] if needed else [Optional()]
    return StringField(label, checks, filters=[strip_text], description=hint)


def _words(label: str, hint: str, needed: str) -> TextAreaField:
    return TextAreaField(label, [InputRequired(needed)], filters=[strip_text], description=hint)


class JudgeForm(Form):
    """A message to judge, and how it came in."""

    message = TextAreaField(
        "The message's source",
        [Optional()],
        description="With all its headers; your mail program calls it source or original",
    )
    file = FileField("Or a file", [Optional()], description="An .eml of up to 1 MB; not kept")
    network = SelectField("It came from", choices=choices(NETWORK_WORDS.items()))
    client_ip = _text("Address of the server that sent it", "Such as 192.0.2.7, if you know it")
    client_name = _text("Name of that server", "Such as mail.supplier.example")
    mail_from = _text("Return path", "The envelope's sender, if you know it")
    login = _text("Account it was submitted with", "Leave empty for mail from outside")


class StageForm(Form):
    """A stage somebody wants."""

    network = SelectField("For mail from", choices=choices(NETWORK_WORDS.items()))
    stage = SelectField("Stage", choices=choices(STAGE_WORDS.items()), default=Stage.JUNK.value)
    action = SelectField(
        "In the delete stage",
        choices=[
            SelectChoice("", "As usual: deleted, the sender hears nothing"),
            SelectChoice(Action.REJECT.value, ACTION_WORDS[Action.REJECT]),
        ],
    )
    kind = SelectField(
        "Which mail",
        choices=[
            SelectChoice("", "All kinds that follow the stage"),
            *choices((one, KIND_WORDS[one]) for one in CHOSEN_KINDS),
        ],
        description="A look-alike or a display name is only tagged without a row of its own",
    )
    from_at = DateTimeLocalField(
        "From", [Optional()], description="In London. Leave it empty while it is to be confirmed"
    )
    to_at = DateTimeLocalField("Until", [Optional()], description="Leave it empty for no end")
    days = SelectField(
        "Rehearse on the last",
        choices=[SelectChoice(str(days), f"{days} days") for days in (7, 28, 90)],
        default="28",
    )
    source = _words(
        "Why, and who decided it", "Where the decision is written", "Say why and who decided it."
    )


class WhyForm(Form):
    """A reason."""

    why = _words("Why", "For those who come after you", "Say why.")


class PostponeForm(WhyForm):
    """A later beginning."""

    from_at = DateTimeLocalField(
        "New beginning", [Optional()], description="In London. Empty: to be confirmed"
    )


class SortForm(Form):
    """What a sender is."""

    sort = SelectField("It is", choices=choices(SORT_WORDS.items()))
    evidence = _words("How you know", "Everybody it writes to sees this", "Say how you know.")


class WayForm(Form):
    """A way out for a sender."""

    organisation = _text("Your organisation", "Its ODS code", needed="Enter the ODS code.")
    way = SelectField("Way out", choices=choices(WAY_WORDS.items()))
    note = _words("Whom you speak to, and what is agreed", "", "Say whom you speak to.")


class LeaveForm(Form):
    """An exception."""

    organisation = _text("Organisation", "Its ODS code", needed="Enter the ODS code.")
    claimed = _text("Address it claims", "Whole, as the register has it", needed="Enter it.")
    infrastructure = _text(
        "Who sends it", "As the register has it, such as ptr:mailer.example", needed="Enter it."
    )
    network = SelectField(
        "For mail from",
        choices=[SelectChoice("", "Both networks"), *choices(NETWORK_WORDS.items())],
    )
    from_on = DateField("First day", [InputRequired("Enter the first day.")])
    to_on = DateField("Last day", [InputRequired("Enter the last day.")])
    owner = _text(
        "Who answers for it", "Their address; reminded before it ends", needed="Enter it."
    )
    evidence = _words(
        "Clinical safety officer's assessment",
        "Who would be harmed without it, how, and who assessed it",
        "Give the assessment.",
    )


class RelayForm(Form):
    """A relay."""

    domain = _text("Domain", "Such as trust.nhs.uk", needed="Enter the domain.")
    network = _text("Network", "Such as 192.0.2.0/28", needed="Enter the network.")
    organisation = _text("Organisation", "Its ODS code", needed="Enter the ODS code.")


class MannerForm(Form):
    """How an organisation's recipients hear of blocked mail."""

    manner = SelectField("They are told", choices=choices(MANNER_WORDS.items()))
