"""The people a reader may see, page by page, and what the reader may do to one of them."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, or_, select, tuple_
from sqlalchemy.orm import Session

from lamppost.people.rows import PersonRow
from lamppost.people.rules import PersonState, fold
from lamppost.people.standing import is_over
from lamppost.people.tables import Person, TotpFactor
from postmaster.access.actors import Actor, Grant
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.access.roles import Role
from postmaster.access.tables import RoleGrant

# What an administrator may be offered on a person's page.
OFFERED = (Action.PEOPLE_INVITE, Action.PEOPLE_DISABLE, Action.PEOPLE_FACTOR)


def list_people(
    session: Session,
    *,
    reader: Actor,
    words: str = "",
    state: PersonState | None = None,
    after: tuple[str, str] | None = None,
    before: tuple[str, str] | None = None,
    limit: int = 50,
) -> Sequence[PersonRow]:
    """People the reader may see, by name; those of a name or address that begins with the words.

    `after` and `before` are cursors; the rows are in order either way.
    """
    key = tuple_(Person.search_key, Person.person_id)
    query = select(Person).where(visible_to(reader))
    if words.strip():
        query = query.where(
            or_(
                Person.search_key.startswith(fold(words), autoescape=True),
                Person.address_key.startswith(fold(words), autoescape=True),
            )
        )
    if state is not None:
        query = query.where(Person.state == state)
    if before is not None:
        backwards = query.where(key < before).order_by(
            Person.search_key.desc(), Person.person_id.desc()
        )
        people = list(session.scalars(backwards.limit(limit)))[::-1]
    else:
        if after is not None:
            query = query.where(key > after)
        query = query.order_by(Person.search_key, Person.person_id)
        people = list(session.scalars(query.limit(limit)))
    return _rows(session, people)


def get_person(session: Session, *, reader: Actor, person_id: str) -> PersonRow | None:
    """One person; None when there is none or the reader may not see them."""
    person = session.scalar(select(Person).where(Person.person_id == person_id, visible_to(reader)))
    return None if person is None else _rows(session, [person])[0]


def list_offered(session: Session, *, reader: Actor, person_id: str) -> frozenset[Action]:
    """What the reader may do to this person: what a page should offer."""
    person = session.get(Person, person_id)
    if person is None:
        return frozenset()
    return frozenset(
        action
        for action in OFFERED
        if is_over(session, reader=reader, action=action, person=person)
    )


def visible_to(reader: Actor) -> ColumnElement[bool]:
    """Those whose home organisation, or any of whose roles, is in the reader's scope."""
    held = select(RoleGrant.person_id).where(
        RoleGrant.ended_at.is_(None), in_scope(reader, Action.PEOPLE_READ, RoleGrant.scope)
    )
    return or_(
        in_scope(reader, Action.PEOPLE_READ, Person.organisation), Person.person_id.in_(held)
    )


def _rows(session: Session, people: Sequence[Person]) -> list[PersonRow]:
    keys = [person.person_id for person in people]
    grants = _grants_of(session, keys)
    confirmed = set(
        session.scalars(
            select(TotpFactor.person_id).where(
                TotpFactor.person_id.in_(keys), TotpFactor.confirmed_at.is_not(None)
            )
        )
    )
    return [
        PersonRow(
            person_id=person.person_id,
            email=person.email,
            name=person.name,
            organisation=person.organisation,
            state=PersonState(person.state),
            created_at=person.created_at,
            disabled_at=person.disabled_at,
            search_key=person.search_key,
            has_second_factor=person.person_id in confirmed,
            grants=tuple(grants.get(person.person_id, ())),
        )
        for person in people
    ]


def _grants_of(session: Session, keys: Sequence[str]) -> Mapping[str, list[Grant]]:
    rows = session.execute(
        select(RoleGrant.person_id, RoleGrant.role, RoleGrant.scope)
        .where(RoleGrant.person_id.in_(keys), RoleGrant.ended_at.is_(None))
        .order_by(RoleGrant.role, RoleGrant.scope)
    )
    found: dict[str, list[Grant]] = {}
    for person_id, role, scope in rows:
        found.setdefault(person_id, []).append(Grant(Role(role), scope))
    return found
