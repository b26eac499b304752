"""What a registration may be and become, and what its people must be. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from postmaster.accounts.rules import (
    find_address_fault,
    find_label_fault,
    find_mobile_fault,
    fold_address,
    fold_mobile,
)
from postmaster.policy.numbers import Key
from postmaster.policy.rules import Policy
from postmaster.registrations.sectors import Sector

LONGEST_NAME = 100
LONGEST_SITE = 150
LONGEST_TOWN = 60
LONGEST_REASON = 1000
CODE_DIGITS = 6


class State(StrEnum):
    """Where a registration stands."""

    DRAFT = "draft"
    VALIDATED = "validated"
    CODE_SENT = "code-sent"
    VERIFIED = "verified"
    PROVISIONED = "provisioned"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


STATE_WORDS = {
    State.DRAFT: "Being filled in",
    State.VALIDATED: "Answers are complete",
    State.CODE_SENT: "Code sent, not entered",
    State.VERIFIED: "Waits for a decision",
    State.PROVISIONED: "Approved, accounts are made",
    State.REJECTED: "Rejected",
    State.WITHDRAWN: "Withdrawn",
}
# What the applicant may still change; what nobody sent in yet.
UNSENT = frozenset({State.DRAFT, State.VALIDATED, State.CODE_SENT})
OVER = frozenset({State.PROVISIONED, State.REJECTED, State.WITHDRAWN})
NEXT = {
    State.DRAFT: frozenset({State.VALIDATED, State.WITHDRAWN}),
    State.VALIDATED: frozenset({State.DRAFT, State.CODE_SENT, State.WITHDRAWN}),
    State.CODE_SENT: frozenset(
        {State.DRAFT, State.VALIDATED, State.VERIFIED, State.REJECTED, State.WITHDRAWN}
    ),
    State.VERIFIED: frozenset({State.PROVISIONED, State.REJECTED, State.WITHDRAWN}),
    State.PROVISIONED: frozenset[State](),
    State.REJECTED: frozenset[State](),
    State.WITHDRAWN: frozenset[State](),
}


class Reason(StrEnum):
    """Why a registration is rejected."""

    WRONG_CODE = "wrong-code"
    NOT_REGISTERED = "not-registered"
    ONE_PERSON = "one-person"
    SHARED_CONTACT = "shared-contact"
    NOT_STAFF = "not-staff"
    NO_TOOLKIT = "no-toolkit"
    TOO_LARGE = "too-large"
    DUPLICATE = "duplicate"
    OTHER = "other"


REASON_WORDS = {
    Reason.WRONG_CODE: "The ODS code is not the site's",
    Reason.NOT_REGISTERED: "The regulator or the NHSBSA does not know the site by these numbers",
    Reason.ONE_PERSON: "The people named are one person",
    Reason.SHARED_CONTACT: "People share an email address or a mobile",
    Reason.NOT_STAFF: "Somebody named does not work with patients or residents of the site",
    Reason.NO_TOOLKIT: "The site has not met the Data Security and Protection Toolkit",
    Reason.TOO_LARGE: "The group has more sites than register here",
    Reason.DUPLICATE: "Somebody has applied for the same site before",
    Reason.OTHER: "Another reason",
}


class Outcome(StrEnum):
    """What became of somebody named in a registration."""

    MADE = "made"
    ASKED = "asked"
    LINKED = "linked"


OUTCOME_WORDS = {
    Outcome.MADE: "A new account was made",
    Outcome.ASKED: "Has an account elsewhere: its organisation was asked for it",
    Outcome.LINKED: "Has an account of the sector: it was linked",
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody named in a registration, folded; `existing` is the address they have already."""

    first_name: str
    last_name: str
    email: str
    mobile: str
    existing: str = ""

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True)
class SitePolicy:
    """How many people and sites an application of a sector may name, on its day."""

    users_least: int
    users_most: int
    sites_most: int


def site_policy(policy: Policy, sector: Sector) -> SitePolicy:
    """The numbers of a sector out of the register."""
    least, users, sites = (
        policy[Key(f"registration.{sector}.{name}")]
        for name in ("users_least", "users_most", "sites_most")
    )
    return SitePolicy(least, users, sites)


def make_person(
    *, first_name: str, last_name: str, email: str, mobile: str, existing: str = ""
) -> Person:
    """A person as they are stored: blanks out, a number that begins with 0."""
    return Person(
        " ".join(first_name.split()), " ".join(last_name.split()), fold_address(email),
        fold_mobile(mobile), fold_address(existing),
    )  # fmt: skip


def find_person_fault(person: Person, others: Sequence[Person]) -> tuple[str, str] | None:
    """What is wrong with somebody, among the others named: the field and the words."""
    return (
        _find_name_fault("first_name", "first name", person.first_name)
        or _find_name_fault("last_name", "last name", person.last_name)
        or _find_contact_fault(person)
        or find_shared(person, others)
    )


def _find_name_fault(field: str, label: str, text: str) -> tuple[str, str] | None:
    if not text:
        return field, f"Enter the {label}."
    fault = find_label_fault(text, label, LONGEST_NAME)
    return None if fault is None else (field, fault)


def _find_contact_fault(person: Person) -> tuple[str, str] | None:
    if find_address_fault(person.email) is not None or not person.email.isascii():
        return "email", "Enter an email address in the correct format, like name@example.com."
    if not person.mobile:
        return "mobile", "Enter a UK mobile number, like 07700 900123."
    if fault := find_mobile_fault(person.mobile):
        return "mobile", fault
    if person.existing and find_address_fault(person.existing) is not None:
        return "existing", "Enter the whole address of the account, like ann.other@nhs.net."
    return None


def find_shared(person: Person, others: Sequence[Person]) -> tuple[str, str] | None:
    """Whether somebody else named has the same address or mobile: each must have their own."""
    for other in others:
        if person.email == other.email:
            return "email", f"{other.name} has this email address. Each person needs their own."
        if person.mobile == other.mobile:
            return "mobile", f"{other.name} has this mobile. Each person needs their own."
        if person.existing and person.existing == other.existing:
            return "existing", f"{other.name} has this account. Each person has their own."
    return None


def find_count_fault(count: int, policy: SitePolicy) -> str | None:
    """Whether too few or too many people are named."""
    if count < policy.users_least:
        people = "person" if policy.users_least == 1 else "people"
        return f"Name {policy.users_least} {people} or more. You have named {count}."
    if count > policy.users_most:
        people = "person" if policy.users_most == 1 else "people"
        return f"Name {policy.users_most} {people} at most. Take somebody out."
    return None


def find_step_fault(now: State, wanted: State) -> str | None:
    """Why one state cannot follow another; None when it can."""
    if wanted in NEXT[now]:
        return None
    return f"The registration stands at: {STATE_WORDS[now].lower()}. This does not follow."


def claim_of(sector: Sector, ods_code: str, identifiers: Mapping[str, str]) -> str:
    """What one application keeps for itself: its site, or the person by their own number."""
    number = identifiers.get("gmc_number")
    return f"{sector}:{number}" if sector is Sector.LOCUMS else f"{sector}:{ods_code}"
