"""What an administrator should look at before deciding, from facts read beforehand. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from postmaster.organisations.rules import Status as OrganisationStatus
from postmaster.registrations.matching import Match
from postmaster.registrations.rules import Person, SitePolicy, find_count_fault, find_shared
from postmaster.registrations.sectors import SectorFacts
from postmaster.registrations.stages import Standing


class Finding(StrEnum):
    """How a check ended."""

    GOOD = "good"
    LOOK = "look"
    BAD = "bad"


FINDING_WORDS = {
    Finding.GOOD: "Checked",
    Finding.LOOK: "Look at this",
    Finding.BAD: "Stands in the way",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One check in words."""

    finding: Finding
    words: str


@dataclass(frozen=True, slots=True)
class Home:
    """The organisation of the site's code, as it is on the service; None of it where it is not."""

    name: str
    status: OrganisationStatus
    is_within: bool


@dataclass(frozen=True, slots=True)
class Answers:
    """What the checks are about; `people` with the account each was found to have."""

    facts: SectorFacts
    ods_code: str
    site_name: str
    is_proven: bool
    home: Home | None
    people: Sequence[tuple[Person, Match | None]]
    policy: SitePolicy
    standing: Standing
    others: int


def list_checks(answers: Answers) -> list[Check]:
    """Every check, in the order in which somebody would make them."""
    found = [_check_proof(answers), _check_home(answers), *_check_numbers(answers)]
    found += [*_check_people(answers), *_check_accounts(answers)]
    if answers.others:
        words = f"{answers.others} more for the same ODS code: compare them below"
        found.append(Check(Finding.LOOK, words))
    if not answers.standing.is_open:
        found.append(Check(Finding.LOOK, f"Its region today: {answers.standing.sentence.lower()}"))
    return found


def _check_proof(answers: Answers) -> Check:
    if answers.is_proven:
        return Check(Finding.GOOD, "The code sent to the mailbox was entered")
    return Check(Finding.BAD, "The code sent to the mailbox was not entered yet")


def _check_home(answers: Answers) -> Check:
    home, code = answers.home, answers.ods_code
    if home is None:
        return Check(
            Finding.LOOK,
            f"{code} is not on the service. Compare it with the ODS portal: approving adds it as "
            f"{answers.site_name or code}" if answers.facts.has_site
            else f"{code} is not on the service: compare it with the ODS portal",
        )  # fmt: skip
    if home.status is not OrganisationStatus.OPEN:
        return Check(Finding.BAD, f"{code}, {home.name}, is {home.status}: it takes no accounts")
    if answers.facts.has_site and not home.is_within:
        words = f"{code} is {home.name}, which is not in {answers.facts.container}"
        return Check(Finding.BAD, words)
    return Check(Finding.GOOD, f"{code} is {home.name}")


def _check_numbers(answers: Answers) -> list[Check]:
    return [
        Check(Finding.LOOK, f"{one.words}: its form is right; compare it with the register")
        for one in answers.facts.identifiers
    ]


def _check_people(answers: Answers) -> list[Check]:
    people = [person for person, _ in answers.people]
    fault = find_count_fault(len(people), answers.policy)
    if fault is not None:
        return [Check(Finding.BAD, fault)]
    for place, person in enumerate(people):
        shared = find_shared(person, people[:place])
        if shared is not None:
            return [Check(Finding.BAD, shared[1])]
    words = f"{len(people)} people, each with an email address and a mobile of their own"
    return [Check(Finding.GOOD, words if len(people) > 1 else "One person, as the sector asks")]


def _check_accounts(answers: Answers) -> list[Check]:
    found = []
    for person, match in answers.people:
        if match is None and person.existing:
            words = f"{person.name} gave {person.existing}, which is nobody's: ask them"
            found.append(Check(Finding.LOOK, words))
        elif match is not None and match.is_within:
            words = f"{person.name} has {match.address} in the sector ({match.why}): it is linked"
            found.append(Check(Finding.GOOD, words))
        elif match is not None:
            words = (
                f"{person.name} has {match.address} of {match.organisation} ({match.why}): no "
                "second account is made, that organisation is asked to let it join"
            )
            found.append(Check(Finding.LOOK, words))
    return found
