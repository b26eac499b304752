"""Whether an actor stands over a person: over their organisation and over each of their roles."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from lamppost.people.tables import Person
from postmaster.access.acting import ensure
from postmaster.access.actions import ScopeError, action_for
from postmaster.access.actors import Actor, ActorKind, Target
from postmaster.access.matrix import Action
from postmaster.access.reads import get_above, list_grants
from postmaster.access.rules import may


class NoSuchPersonError(LookupError):
    """There is no such person."""


def get_row(session: Session, person_id: str) -> Person:
    """The person's row.

    Raises:
        NoSuchPersonError: there is none.
    """
    person = session.get(Person, person_id)
    if person is None:
        raise NoSuchPersonError
    return person


def ensure_over(session: Session, *, by: Actor, action: Action, person: Person) -> None:
    """Go on only if the actor may do this to the person and could end each of their roles.

    Without the second, who looks after a ward could disable, or take the second factor of, a
    tenant administrator who happens to work there.

    Raises:
        RefusedError: the matrix says no.
    """
    for asked, target in _questions(session, action, person):
        ensure(by, asked, target)


def is_over(session: Session, *, reader: Actor, action: Action, person: Person) -> bool:
    """What `ensure_over` would say."""
    return all(
        may(reader, asked, target).is_allowed
        for asked, target in _questions(session, action, person)
    )


def ensure_organisation(session: Session, *, by: Actor, organisation: str | None) -> None:
    """Refuse an organisation nobody knows; the command line may be ahead of the register.

    Raises:
        ScopeError: there is no such organisation.
    """
    if organisation is None or by.kind is not ActorKind.PERSON:
        return
    if not get_above(session, organisation=organisation):
        raise ScopeError(f"There is no organisation {organisation}.")


def _questions(session: Session, action: Action, person: Person) -> Iterator[tuple[Action, Target]]:
    key = person.person_id
    above = get_above(session, organisation=person.organisation)
    yield action, Target("person", key, person.organisation, above, key)
    for grant in list_grants(session, person_id=key):
        above = get_above(session, organisation=grant.scope)
        yield action_for(grant.role), Target("role", grant.role, grant.scope, above, key)
