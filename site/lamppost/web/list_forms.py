"""The forms of the groups panel, and what they say as values of the room."""

from typing import TypeVar

from wtforms import (
    BooleanField,
    Form,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Optional

from lamppost.web.forms import SeenForm, plain_line, strip_text
from postmaster.accounts.rules import KIND_WORDS as ACCOUNT_KINDS
from postmaster.accounts.rules import Kind
from postmaster.groups.conditions import Condition
from postmaster.groups.rules import KIND_WORDS, LONGEST_DESCRIPTION, ListKind
from postmaster.groups.wanted import Wanted, fold_addresses
from postmaster.organisations.rules import fold_codes

LONGEST_LINE = 2000


def _text(label: str, hint: str = "", *, needed: str = "", most: int = LONGEST_LINE) -> StringField:
    checks = [InputRequired(needed) if needed else Optional(), plain_line(most)]
    return StringField(label, checks, filters=[strip_text], description=hint)


def _area(label: str, hint: str = "", *, needed: str = "") -> TextAreaField:
    checks = [InputRequired(needed) if needed else Optional()]
    return TextAreaField(label, checks, filters=[strip_text], description=hint)


class RuleFields(Form):
    """The rule of a dynamic list."""

    organisations = _text(
        "Whose accounts", "One ODS code or more, with blanks between; only for a dynamic list"
    )
    takes_under = BooleanField("And everything under these organisations")
    is_everywhere = BooleanField("Every organisation of the service is meant")
    kinds = SelectMultipleField(
        "Which kinds of account",
        choices=[SelectChoice(kind.value, ACCOUNT_KINDS[kind]) for kind in Kind],
    )
    job_title = _text("With the job title", "Empty takes any", most=100)

    @property
    def condition(self) -> Condition:
        """The rule as typed."""
        return Condition(
            organisations=tuple(fold_codes((self.organisations.data or "").split())),
            takes_under=bool(self.takes_under.data),
            is_everywhere=bool(self.is_everywhere.data),
            kinds=tuple(Kind(kind) for kind in self.kinds.data or ()),
            job_title=self.job_title.data or "",
        )


class SettingFields(Form):
    """What every list has beside its recipients."""

    description = _text("Description", "What it is for", most=LONGEST_DESCRIPTION)
    is_hidden = BooleanField("Hide it from the directory")
    senders = _area(
        "Who may send to it", "Addresses; empty lets everybody, which large lists may not"
    )


class NewListForm(SettingFields, RuleFields):
    """A list that is asked for."""

    kind = SelectField(
        "Kind", choices=[SelectChoice(kind.value, words) for kind, words in KIND_WORDS.items()]
    )
    organisation = _text("Organisation", "Its ODS code", needed="Enter the ODS code.")
    name = _text(
        "Name",
        "Letters and digits. The address is the short code of the organisation and this name",
        needed="Enter the name.",
    )
    owners = _area(
        "Owners",
        "Addresses of people of the organisation",
        needed="Enter the address of an owner. A list without one is nobody's.",
    )
    add = _area(
        "Members", "Addresses of accounts, lists or outside, for a static list; more can come later"
    )

    @property
    def is_dynamic(self) -> bool:
        """Whether it finds its recipients by the rule."""
        return bool(self.kind.data == ListKind.DYNAMIC)

    @property
    def wanted(self) -> Wanted:
        """The list as typed; what is of the other kind is left out."""
        return Wanted(
            description=self.description.data or "",
            is_hidden=bool(self.is_hidden.data),
            condition=self.condition if self.is_dynamic else None,
            senders=fold_addresses(self.senders.data or ""),
            add=() if self.is_dynamic else fold_addresses(self.add.data or ""),
        )


class EditStaticForm(SettingFields, SeenForm):
    """The settings of a static list."""

    @property
    def wanted(self) -> Wanted:
        """The settings as typed."""
        return Wanted(
            description=self.description.data or "",
            is_hidden=bool(self.is_hidden.data),
            senders=fold_addresses(self.senders.data or ""),
        )


class EditDynamicForm(SettingFields, RuleFields, SeenForm):
    """The settings and the rule of a dynamic list."""

    @property
    def wanted(self) -> Wanted:
        """The list as typed."""
        return Wanted(
            description=self.description.data or "",
            is_hidden=bool(self.is_hidden.data),
            condition=self.condition,
            senders=fold_addresses(self.senders.data or ""),
        )


class MembersForm(SeenForm):
    """Who is to be on a static list."""

    add = _area(
        "Addresses", "Of accounts, of other lists, or outside",
        needed="Enter the address of somebody.",
    )  # fmt: skip

    @property
    def wanted(self) -> Wanted:
        """The members as typed."""
        return Wanted(add=fold_addresses(self.add.data or ""))


class OwnerForm(Form):
    """Who is to answer for a list."""

    address = _text("Address of the person", needed="Enter the address of the person.")


class WhyForm(Form):
    """Why something is done."""

    why = _area("Why")


ListForm = TypeVar("ListForm", EditStaticForm, EditDynamicForm, MembersForm)


def typed_fields(form: Form) -> list[tuple[str, str]]:
    """What was typed, name by name, for a page that asks once more."""
    pairs = []
    for field in form:
        if field.type == "BooleanField":
            pairs += [(field.name, "y")] if field.data else []
        elif isinstance(field.data, list):
            pairs += [(field.name, str(one)) for one in field.data]
        else:
            pairs.append((field.name, str(field.data or "")))
    return pairs
