"""What administrators do to people: disable, enable, roles, sessions, lost second factors."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from lamppost.people.invitations import end_invitations
from lamppost.people.joining import give_grants
from lamppost.people.resets import (
    ResetOverError,
    SecondPersonError,
    approve_factor_reset,
    ask_factor_reset,
    decline_factor_reset,
    reset_factor_on_server,
)
from lamppost.people.rules import PersonState
from lamppost.people.sessions import end_rows
from lamppost.people.standing import NoSuchPersonError, ensure_over, get_row
from lamppost.people.tables import Person, SignInSession
from postmaster.access.acting import acts, ensure
from postmaster.access.actions import action_for, end_roles
from postmaster.access.actors import Actor, Grant, Target
from postmaster.access.matrix import Action
from postmaster.access.reads import get_above
from postmaster.access.roles import Role
from postmaster.audit.actions import Changes, record
from postmaster.credentials.reads import get_credential

__all__ = [
    "NoSuchPersonError",
    "ResetOverError",
    "SecondPersonError",
    "approve_factor_reset",
    "ask_factor_reset",
    "decline_factor_reset",
    "reset_factor_on_server",
]


@acts(Action.PEOPLE_DISABLE)
def disable_person(session: Session, *, person_id: str, by: Actor, now: datetime) -> None:
    """Disable somebody: their sessions, roles and invitations end in this transaction.

    Raises:
        NoSuchPersonError: no such person.
        RefusedError: out of scope, oneself, or somebody with a role the actor may not end.
    """
    person = get_row(session, person_id)
    ensure_over(session, by=by, action=Action.PEOPLE_DISABLE, person=person)
    if person.state == PersonState.DISABLED:
        return
    before = person.state
    person.state, person.disabled_at = PersonState.DISABLED, now
    session.flush()
    ended = end_rows(session, person_id=person_id, by=by.reference, now=now)
    end_roles(session, person_id=person_id, by=by, now=now)
    end_invitations(session, person_id=person_id, now=now)
    changes: Changes = {"state": (before, PersonState.DISABLED), "sessions": (ended, 0)}
    _record(session, "people.disable", person, changes, by=by, now=now)


@acts(Action.PEOPLE_DISABLE)
def enable_person(session: Session, *, person_id: str, by: Actor, now: datetime) -> None:
    """Let somebody disabled sign in again; roles do not come back by themselves.

    Somebody who never accepted an invitation is invited again afterwards.

    Raises:
        NoSuchPersonError: no such person.
        RefusedError: out of scope, or oneself.
    """
    person = get_row(session, person_id)
    ensure_over(session, by=by, action=Action.PEOPLE_DISABLE, person=person)
    if person.state != PersonState.DISABLED:
        return
    has_password = get_credential(session, subject=person_id) is not None
    person.state = PersonState.ACTIVE if has_password else PersonState.INVITED
    person.disabled_at = None
    session.flush()
    changes: Changes = {"state": (PersonState.DISABLED, person.state)}
    _record(session, "people.enable", person, changes, by=by, now=now)


# The row of the matrix depends on the role, local or national, and is asked in access.actions.
def give_role(
    session: Session, *, person_id: str, role: Role, scope: str | None, by: Actor, now: datetime
) -> None:
    """Give somebody a role.

    Raises:
        NoSuchPersonError: no such person, or disabled.
        RefusedError: oneself, or outside what the actor may give.
        ScopeError: the role needs a scope or must not have one, or there is no such organisation.
    """
    person = get_row(session, person_id)
    if person.state == PersonState.DISABLED:
        raise NoSuchPersonError
    give_grants(session, person=person, grants=[Grant(role, scope)], by=by, now=now)


def take_role(
    session: Session, *, person_id: str, role: Role, scope: str | None, by: Actor, now: datetime
) -> None:
    """End a role of somebody.

    Raises:
        NoSuchPersonError: no such person.
        RefusedError: oneself, or outside what the actor may end, whether it is held or not.
    """
    get_row(session, person_id)
    above = get_above(session, organisation=scope)
    ensure(by, action_for(role), Target("role", role, scope, above, person_id))
    end_roles(session, person_id=person_id, role=role, scope=scope, by=by, now=now)


@acts(Action.PEOPLE_DISABLE)
def end_session(session: Session, *, session_id: str, by: Actor, now: datetime) -> None:
    """End one sign-in of somebody.

    Raises:
        NoSuchPersonError: no such sign-in.
        RefusedError: out of scope, oneself, or somebody with a role the actor may not end.
    """
    try:
        row = session.get(SignInSession, UUID(session_id))
    except ValueError:
        row = None
    if row is None:
        raise NoSuchPersonError
    person = get_row(session, row.person_id)
    ensure_over(session, by=by, action=Action.PEOPLE_DISABLE, person=person)
    ended = end_rows(session, session_id=row.session_id, by=by.reference, now=now)
    _record(session, "people.end_sessions", person, {"sessions": (ended, 0)}, by=by, now=now)


@acts(Action.PEOPLE_DISABLE)
def end_sessions(session: Session, *, person_id: str, by: Actor, now: datetime) -> int:
    """End every sign-in of somebody; gives how many.

    Raises:
        NoSuchPersonError: no such person.
        RefusedError: out of scope, oneself, or somebody with a role the actor may not end.
    """
    person = get_row(session, person_id)
    ensure_over(session, by=by, action=Action.PEOPLE_DISABLE, person=person)
    ended = end_rows(session, person_id=person_id, by=by.reference, now=now)
    _record(session, "people.end_sessions", person, {"sessions": (ended, 0)}, by=by, now=now)
    return ended


def _record(
    session: Session,
    action: str,
    person: Person,
    changes: Changes,
    *,
    by: Actor,
    now: datetime,
) -> None:
    record(
        session,
        action=action,
        kind="person",
        key=person.person_id,
        organisation=person.organisation,
        changes=changes,
        by=by.reference,
        now=now,
    )
