"""How somebody becomes one of the people: their row, their first roles, their first password."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from lamppost.people.rules import LONGEST_NAME, PersonState, clean, fold
from lamppost.people.standing import ensure_organisation
from lamppost.people.tables import Person
from postmaster.access.acting import acts, ensure
from postmaster.access.actions import grant_role
from postmaster.access.actors import Actor, ActorKind, Grant, Target
from postmaster.access.matrix import Action
from postmaster.access.reads import get_above
from postmaster.audit.actions import record
from postmaster.credentials.actions import set_password
from postmaster.outbox.rules import UnsendableError, check_recipient


class PersonExistsError(Exception):
    """Somebody with this address signs in already, or is disabled."""


class AddressError(ValueError):
    """This is not an email address."""


def make_person(
    session: Session,
    *,
    email: str,
    name: str,
    organisation: str | None,
    by: Actor,
    now: datetime,
) -> Person:
    """The row of somebody invited, in an organisation the actor may invite to.

    Raises:
        AddressError: not an address.
        RefusedError: not one of the actor's organisations.
        ScopeError: no such organisation.
    """
    address = email.strip()
    try:
        check_recipient(address)
    except UnsendableError as error:
        raise AddressError(str(error)) from None
    person_id = str(uuid4())
    above = get_above(session, organisation=organisation)
    ensure(by, Action.PEOPLE_INVITE, Target("person", person_id, organisation, above, person_id))
    ensure_organisation(session, by=by, organisation=organisation)
    shown = clean(name, LONGEST_NAME)
    person = Person(
        person_id=person_id,
        email=address,
        address_key=fold(address),
        name=shown,
        search_key=fold(shown) or fold(address),
        organisation=organisation,
        state=PersonState.INVITED,
        created_at=now,
    )
    session.add(person)
    session.flush()
    _record_made(session, person, by, now)
    return person


def _record_made(session: Session, person: Person, by: Actor, now: datetime) -> None:
    record(
        session,
        action="people.add",
        kind="person",
        key=person.person_id,
        organisation=person.organisation,
        changes={"state": (None, PersonState.INVITED)},
        personal={"email": person.email, "name": person.name},
        by=by.reference,
        now=now,
    )


@acts(Action.PEOPLE_INVITE)
def add_person(
    session: Session,
    *,
    email: str,
    name: str,
    organisation: str | None,
    grants: Sequence[Grant],
    password_hash: str,
    by: Actor,
    now: datetime,
) -> str:
    """Add somebody with a password made on the server; gives their id.

    Raises:
        TypeError: asked for by somebody in a panel, where passwords are nobody else's business.
        PersonExistsError, AddressError, ScopeError: as `invite`.
    """
    if by.kind is ActorKind.PERSON:
        raise TypeError("a person in a panel invites; only the server sets a password")
    if session.scalar(select(Person.person_id).where(Person.address_key == fold(email))):
        raise PersonExistsError(f"{email} is there already.")
    person = make_person(session, email=email, name=name, organisation=organisation, by=by, now=now)
    person.state = PersonState.ACTIVE
    session.flush()
    give_grants(session, person=person, grants=grants, by=by, now=now)
    set_password(session, subject=person.person_id, password_hash=password_hash, by=by, now=now)
    return person.person_id


def give_grants(
    session: Session, *, person: Person, grants: Sequence[Grant], by: Actor, now: datetime
) -> None:
    """Give roles; which row of the matrix holds depends on the role and is asked for each.

    Raises:
        RefusedError: to oneself, or out of the actor's reach.
        ScopeError: no such organisation, or a role without the scope it needs.
    """
    for grant in grants:
        ensure_organisation(session, by=by, organisation=grant.scope)
        grant_role(
            session,
            person_id=person.person_id,
            address_key=person.address_key,
            role=grant.role,
            scope=grant.scope,
            by=by,
            now=now,
        )


def activate_person(
    session: Session, person_id: str, name: str, password_hash: str, now: datetime
) -> None:
    """Somebody invited is active now, by their own doing."""
    person = session.get_one(Person, person_id)
    by = Actor(ActorKind.PERSON, person_id, organisation=person.organisation)
    person.name, person.search_key = name, fold(name)
    person.state = PersonState.ACTIVE
    session.flush()
    set_password(session, subject=person_id, password_hash=password_hash, by=by, now=now)
    record(
        session,
        action="people.accept",
        kind="person",
        key=person_id,
        organisation=person.organisation,
        changes={"state": (PersonState.INVITED, PersonState.ACTIVE)},
        personal={"name": name},
        by=by.reference,
        now=now,
    )
