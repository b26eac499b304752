"""What a change wants of a list, as one value and as the text that is kept until it is decided."""

import json
from dataclasses import dataclass

from postmaster.accounts.rules import fold_address
from postmaster.groups.conditions import Condition, read_condition, write_condition
from postmaster.groups.rules import LONGEST_DESCRIPTION, GroupError

MOST_SENDERS = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """A list as it is wanted. What is None stays as it is.

    `add` are keys of addresses, of accounts, lists or outside; `end` numbers of memberships.
    """

    description: str | None = None
    is_hidden: bool | None = None
    condition: Condition | None = None
    senders: tuple[str, ...] | None = None
    add: tuple[str, ...] = ()
    end: tuple[int, ...] = ()

    @property
    def is_members_only(self) -> bool:
        """Whether rule and settings stay as they are."""
        given = (self.description, self.is_hidden, self.condition, self.senders)
        return all(one is None for one in given)


def write_wanted(wanted: Wanted) -> str:
    """The text that is kept."""
    return json.dumps(
        {
            "description": wanted.description,
            "is_hidden": wanted.is_hidden,
            "condition": None if wanted.condition is None else write_condition(wanted.condition),
            "senders": None if wanted.senders is None else list(wanted.senders),
            "add": list(wanted.add),
            "end": list(wanted.end),
        },
        sort_keys=True,
    )


def read_wanted(text: str) -> Wanted:
    """The value of a text that was kept."""
    found = json.loads(text)
    return Wanted(
        description=found["description"],
        is_hidden=found["is_hidden"],
        condition=None if found["condition"] is None else read_condition(found["condition"]),
        senders=None if found["senders"] is None else tuple(found["senders"]),
        add=tuple(found["add"]),
        end=tuple(found["end"]),
    )


def fold_addresses(text: str) -> tuple[str, ...]:
    """The keys of addresses typed with blanks, commas or new lines between, each once, in order."""
    typed = text.replace(",", " ").replace(";", " ").split()
    return tuple(dict.fromkeys(fold_address(one) for one in typed))


def check_words(wanted: Wanted) -> None:
    """Refuse what is too long to be kept.

    Raises:
        GroupError: naming the field.
    """
    if wanted.description is not None and len(wanted.description) > LONGEST_DESCRIPTION:
        words = f"Shorten the description to {LONGEST_DESCRIPTION} characters or fewer."
        raise GroupError(words, field="description")
    if wanted.senders is not None and len(wanted.senders) > MOST_SENDERS:
        words = f"Name {MOST_SENDERS} senders or fewer; a list of them may be named too."
        raise GroupError(words, field="senders")
