"""Whom an id stands for and which id an address has, for rooms that keep ids only."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from lamppost.people.rules import fold
from lamppost.people.tables import Person

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


def find_person_id(session: Session, *, address: str) -> str | None:
    """The id of the person with this address, however it is spelled."""
    return session.scalar(select(Person.person_id).where(Person.address_key == fold(address)))
