"""What a dynamic list takes: a condition over accounts, in words and as the text that is kept."""

import json
from dataclasses import dataclass

from postmaster.accounts.rules import KIND_WORDS, LONGEST_JOB_TITLE, Kind

MOST_ORGANISATIONS = 200


@dataclass(frozen=True, slots=True)
class Condition:
    """Accounts of these organisations, of these kinds, with this job title.

    `organisations` are codes, `takes_under` adds everything under them. `is_everywhere` is the only
    way to mean every organisation; nothing named means nobody. No kind named means persons.
    """

    organisations: tuple[str, ...] = ()
    takes_under: bool = False
    is_everywhere: bool = False
    kinds: tuple[Kind, ...] = (Kind.PERSON,)
    job_title: str = ""


def write_condition(condition: Condition) -> str:
    """The text that is kept."""
    return json.dumps(
        {
            "organisations": list(condition.organisations),
            "takes_under": condition.takes_under,
            "is_everywhere": condition.is_everywhere,
            "kinds": [kind.value for kind in condition.kinds],
            "job_title": condition.job_title,
        },
        sort_keys=True,
    )


def read_condition(text: str) -> Condition:
    """The condition of a text that was kept."""
    found = json.loads(text)
    return Condition(
        organisations=tuple(found["organisations"]),
        takes_under=found["takes_under"],
        is_everywhere=found["is_everywhere"],
        kinds=tuple(Kind(kind) for kind in found["kinds"]),
        job_title=found["job_title"],
    )


def find_condition_fault(condition: Condition) -> tuple[str, str] | None:
    """What is wrong with a condition, and the field it is about."""
    if not condition.organisations and not condition.is_everywhere:
        return "Say whose accounts: enter one ODS code or more.", "organisations"
    if condition.organisations and condition.is_everywhere:
        return "Either name organisations, or say that every one is meant.", "organisations"
    if len(condition.organisations) > MOST_ORGANISATIONS:
        words = f"Name {MOST_ORGANISATIONS} organisations or fewer, or one that stands over them."
        return words, "organisations"
    if not condition.kinds:
        return "Choose what kinds of account it takes.", "kinds"
    if len(condition.job_title) > LONGEST_JOB_TITLE:
        return f"Shorten the job title to {LONGEST_JOB_TITLE} characters or fewer.", "job_title"
    return None


def say_condition(condition: Condition) -> str:
    """The condition as a sentence."""
    kinds = " or ".join(KIND_WORDS[kind].lower() for kind in condition.kinds)
    if condition.is_everywhere:
        where = "of every organisation"
    else:
        under = " and everything under it" if condition.takes_under else ""
        where = f"of {', '.join(condition.organisations)}{under}"
    title = f", with the job title {condition.job_title}" if condition.job_title else ""
    return f"Every {kinds} {where} that the directory shows{title}."
