"""Whom an id stands for and which id an address has, for rooms that keep ids only."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from lamppost.people.rules import PersonState, fold
from lamppost.people.tables import Person
from postmaster.access.actors import Actor, ActorKind
from postmaster.access.reads import list_grants

_PERSON = "person:"


def name_references(session: Session, references: Collection[str]) -> Mapping[str, str]:
    """The names of those among the references that are `person:ID` of somebody known."""
    ids = {one.removeprefix(_PERSON) for one in references if one.startswith(_PERSON)}
    if not ids:
        return {}
    rows = session.execute(
        select(Person.person_id, Person.name, Person.email).where(Person.person_id.in_(ids))
    )
    return {f"{_PERSON}{row.person_id}": row.name or row.email for row in rows}


def get_actor(session: Session, *, person_id: str) -> Actor | None:
    """As whom somebody acts at this moment, signed in or not; None for who is not active."""
    row = session.execute(
        select(Person.state, Person.organisation).where(Person.person_id == person_id)
    ).first()
    if row is None or row.state != PersonState.ACTIVE:
        return None
    grants = list_grants(session, person_id=person_id)
    return Actor(ActorKind.PERSON, person_id, grants, row.organisation)


def find_person_id(session: Session, *, address: str) -> str | None:
    """The id of the person with this address, however it is spelled."""
    return session.scalar(select(Person.person_id).where(Person.address_key == fold(address)))
