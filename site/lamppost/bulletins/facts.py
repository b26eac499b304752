"""What a bulletin can be told by the system. To add a fact, add it to FACTS, nothing else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from lamppost.bulletins.contacts import list_contacts, say_contacts
from lamppost.bulletins.fact_calls import Call, find_calls
from lamppost.bulletins.front_matter import Status
from lamppost.bulletins.occasion import FactError, Occasion, Provider
from lamppost.bulletins.problems import Problem
from lamppost.bulletins.reset_facts import say_password_resets
from lamppost.bulletins.rollout_facts import say_rollouts
from lamppost.bulletins.source import Source, SourceError
from lamppost.bulletins.status_facts import (
    say_hssis,
    say_last_release,
    say_next_bcdr,
    say_next_release,
    say_service_status,
)
from postmaster.registrations.sectors import Sector


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact: what gives its words as Markdown, the shape of its arguments, which are optional."""

    provider: Provider | None
    arguments: Mapping[str, str] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()


def _contacts(_session: Session, _arguments: Mapping[str, str], occasion: Occasion) -> str:
    contacts = list_contacts(occasion.on)
    if not contacts:
        raise FactError(f"no contacts are known for {occasion.on}")
    return say_contacts(contacts)


_DAY = r"\d{4}-\d\d-\d\d"
_MONTH = r"\d{4}-\d\d"
_SECTOR = "|".join(Sector)
# A fact without a provider has no source yet: its words must stand in `facts:`.
FACTS: Mapping[str, Fact] = {
    "contacts": Fact(_contacts),
    "hssis": Fact(say_hssis, {"since": _DAY}),
    "last_release": Fact(say_last_release),
    "lifecycle_batches": Fact(None),
    "next_bcdr": Fact(say_next_bcdr),
    "next_release": Fact(say_next_release),
    "password_resets": Fact(say_password_resets, {"month": _MONTH}),
    "rollouts": Fact(say_rollouts, {"sector": _SECTOR}, optional=frozenset({"sector"})),
    "service_status": Fact(say_service_status),
}


def check_facts(source: Source) -> list[Problem]:
    """What is wrong with the facts a bulletin asks for, as far as can be told without asking.

    A withdrawn bulletin shows none of its body, so nothing in it may stand in a withdrawal's way.
    """
    if source.front.status is Status.WITHDRAWN:
        return []
    calls, bad = find_calls(source.body)
    found = [(call.line, call.message) for call in bad]
    found += [(call.line, words) for call in calls if (words := _fault(call, source))]
    return [Problem(source.file, source.body_line + line, words) for line, words in found]


def _fault(call: Call, source: Source) -> str | None:
    fact = FACTS.get(call.name)
    if fact is None:
        return f"there is no fact {call.name}; the facts are {', '.join(FACTS)}"
    for name, value in call.arguments.items():
        if name not in fact.arguments:
            known = ", ".join(fact.arguments) or "none"
            return f"{call.name} has no argument {name}; its arguments: {known}"
        if not re.fullmatch(fact.arguments[name], value):
            return f'{name}="{value}" is not right; write it like {name}="{_example(name)}"'
    missing = [name for name in fact.arguments if name not in {*call.arguments, *fact.optional}]
    if missing:
        return f'{call.name} needs {missing[0]}="{_example(missing[0])}"'
    if fact.provider is None and call.key not in source.front.facts:
        return (
            f"{call.name} has no source yet: give its words under facts: in the front matter, "
            f"as '{call.key}': \"…\""
        )
    return None


def _example(argument: str) -> str:
    return {"month": "2018-02", "sector": "dentistry"}.get(argument, "2018-03-01")


def say_facts(session: Session, source: Source, now: datetime) -> dict[str, str]:
    """The words of every fact the bulletin asks for; frozen ones win.

    Raises:
        SourceError: one problem per fact that cannot be had.
    """
    occasion = Occasion(source.front.date, now)
    words: dict[str, str] = {}
    problems: list[Problem] = []
    for call in find_calls(source.body)[0]:
        try:
            words[call.key] = _say(session, source, call, occasion)
        except FactError as error:
            message = f"{call.name} cannot be had: {error}"
            problems.append(Problem(source.file, source.body_line + call.line, message))
    if problems:
        raise SourceError(*problems)
    return words


def _say(session: Session, source: Source, call: Call, occasion: Occasion) -> str:
    frozen = source.front.facts.get(call.key)
    if frozen is not None:
        return frozen
    fault = _fault(call, source)
    provider = FACTS[call.name].provider if fault is None else None
    if provider is None:
        raise FactError(fault or "it has no source")
    return provider(session, call.arguments, occasion)
