"""Whom an id stands for and which id an address has, for rooms that keep ids only."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from lamppost.people.rules import fold
from lamppost.people.tables import Person


def name_people(session: Session, *, person_ids: Collection[str]) -> Mapping[str, str]:
    """The names of these people by their ids; somebody unknown is left out."""
    if not person_ids:
        return {}
    rows = session.execute(
        select(Person.person_id, Person.name, Person.email).where(Person.person_id.in_(person_ids))
    )
    return {row.person_id: row.name or row.email for row in rows}


def find_person_id(session: Session, *, address: str) -> str | None:
    """The id of the person with this address, however it is spelled."""
    return session.scalar(select(Person.person_id).where(Person.address_key == fold(address)))
