"""A registration found and locked, its next state, its audit entry, and whether it has a rival."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.acting import ensure
from postmaster.access.actors import Actor, Target, system
from postmaster.access.matrix import Action
from postmaster.access.reads import get_above
from postmaster.audit.actions import Changes, record
from postmaster.registrations.codes import digest_key
from postmaster.registrations.records import RegistrationError
from postmaster.registrations.rules import (
    UNSENT,
    Person,
    State,
    claim_of,
    find_step_fault,
)
from postmaster.registrations.sectors import SECTORS, Sector
from postmaster.registrations.tables import Applicant, Registration

# Who fills the form: nobody the service knows.
APPLICANT = system("applicant")


class Said(Protocol):
    """What names a site, or a person, among applications."""

    @property
    def ods_code(self) -> str:
        """The code of the site."""

    @property
    def identifiers(self) -> Mapping[str, str]:
        """Its numbers elsewhere."""


def get_by_key(session: Session, key: str, *, is_sent: bool = False) -> Registration:
    """The application of a cookie's key, its row locked.

    `is_sent`: it may have been sent in, and even be over.

    Raises:
        RegistrationError: there is none, or it was sent in and can no longer be changed.
    """
    row = session.scalar(
        select(Registration)
        .where(Registration.key_digest == digest_key(key))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise RegistrationError("This application is no longer kept. Begin again.")
    if not is_sent and State(row.state) not in UNSENT:
        raise RegistrationError("The application was sent in and can no longer be changed.")
    return row


def get_for(session: Session, registration_id: int, action: Action, by: Actor) -> Registration:
    """The registration, its row locked, for somebody who may do this to it.

    Raises:
        RegistrationError: there is none.
        postmaster.access.acting.RefusedError: the matrix says no.
    """
    row = session.scalar(
        select(Registration)
        .where(Registration.registration_id == registration_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise RegistrationError("There is no such registration.")
    above = get_above(session, organisation=row.container)
    ensure(by, action, Target("registration", str(registration_id), row.container, above))
    return row


def list_people(session: Session, registration_id: int) -> Sequence[tuple[Applicant, Person]]:
    """The people named, in order, as rows and as values."""
    rows = session.scalars(
        select(Applicant)
        .where(Applicant.registration_id == registration_id)
        .order_by(Applicant.place)
    )
    return [(row, to_person(row)) for row in rows]


def to_person(row: Applicant) -> Person:
    """Somebody named, as a value."""
    return Person(row.first_name, row.last_name, row.email, row.mobile, row.existing)


def find_rival(session: Session, claim: str, besides: int = 0) -> Registration | None:
    """The application that holds a claim already: sent in, or approved."""
    return session.scalar(
        select(Registration).where(
            Registration.claim == claim, Registration.registration_id != besides
        )
    )


def check_free(session: Session, sector: Sector, said: Said) -> None:
    """Refuse an application for what somebody has applied for.

    Raises:
        RegistrationError: with whom to write to.
    """
    rival = find_rival(session, claim_of(sector, said.ods_code, said.identifiers))
    if rival is not None:
        raise RegistrationError(say_rival(rival), field="ods_code")


def say_rival(rival: Registration) -> str:
    """What whoever comes second is told; nothing of who came first."""
    facts = SECTORS[Sector(rival.sector)]
    if not facts.has_site:
        return (
            "There is an application with this GMC number already. Do not apply twice: write to "
            f"{facts.administrator}."
        )
    if rival.state == State.PROVISIONED:
        return (
            f"This {facts.site} is registered. Its shared mailbox's owner adds people: write to "
            f"{facts.administrator} from it."
        )
    return (
        f"There is an application for this {facts.site} already. Ask your colleagues, or write to "
        f"{facts.administrator}."
    )


def step_to(
    session: Session, row: Registration, wanted: State, *, by: Actor, now: datetime,
    told: Changes | None = None,
) -> None:  # fmt: skip
    """Give a registration its next state, audited.

    Raises:
        RegistrationError: that state cannot follow.
    """
    before = State(row.state)
    fault = find_step_fault(before, wanted)
    if fault is not None:
        raise RegistrationError(fault)
    row.state, row.state_since = wanted, now
    session.flush()
    note(session, row, f"registrations.{wanted}", {"state": (before, wanted), **(told or {})},
         by=by, now=now)  # fmt: skip


def note(
    session: Session, row: Registration, action: str, changes: Changes, *, by: Actor, now: datetime
) -> None:
    """Audit something about a registration; nobody's name or address is in it."""
    record(
        session,
        action=action,
        kind="registration",
        key=str(row.registration_id),
        organisation=row.container,
        changes={**changes, "site": (None, row.ods_code)},
        by=by.reference,
        now=now,
    )
