"""What administrators do to people: disable, enable, roles, sessions, lost second factors."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.access.roles import Role


class NoSuchPersonError(LookupError):
    """There is no such person."""


class SecondPersonError(Exception):
    """A second administrator must decide; the message says whom or what to use."""


@acts(Action.PEOPLE_DISABLE)
def disable_person(session: Session, *, person_id: str, by: Actor, now: datetime) -> None:
    """Disable somebody: their sessions, roles and invitations end in this transaction.

    Raises:
        NoSuchPersonError: no such person.
        RefusedError: out of scope, oneself, or somebody with a role the actor may not end.
    """
    raise NotImplementedError


@acts(Action.PEOPLE_DISABLE)
def enable_person(session: Session, *, person_id: str, by: Actor, now: datetime) -> None:
    """Let somebody disabled sign in again; roles do not come back by themselves."""
    raise NotImplementedError


# The matrix row depends on the role (local or national) and is asked in access.actions.
def give_role(
    session: Session, *, person_id: str, role: Role, scope: str | None, by: Actor, now: datetime
) -> None:
    """Give somebody a role.

    Raises:
        NoSuchPersonError: no such person, or disabled.
        RefusedError: oneself, or outside what the actor may give.
        ScopeError: the role needs a scope, or has none.
    """
    raise NotImplementedError


def take_role(
    session: Session, *, person_id: str, role: Role, scope: str | None, by: Actor, now: datetime
) -> None:
    """End a role of somebody; as `give_role`."""
    raise NotImplementedError


@acts(Action.PEOPLE_DISABLE)
def end_session(session: Session, *, session_id: str, by: Actor, now: datetime) -> None:
    """End one sign-in of somebody."""
    raise NotImplementedError


@acts(Action.PEOPLE_DISABLE)
def end_sessions(session: Session, *, person_id: str, by: Actor, now: datetime) -> int:
    """End every sign-in of somebody; gives how many."""
    raise NotImplementedError


@acts(Action.PEOPLE_FACTOR)
def ask_factor_reset(
    session: Session, *, person_id: str, reason: str, by: Actor, now: datetime
) -> UUID:
    """Ask for a reset of somebody's lost second factor; another administrator decides.

    Raises:
        SecondPersonError: nobody else could decide; the words say what to do on the server.
    """
    raise NotImplementedError


@acts(Action.PEOPLE_FACTOR)
def approve_factor_reset(session: Session, *, reset_id: UUID, by: Actor, now: datetime) -> None:
    """Approve as the second person: factor and recovery codes go, sessions end.

    Raises:
        SecondPersonError: the actor asked for it themselves.
    """
    raise NotImplementedError


@acts(Action.PEOPLE_FACTOR)
def decline_factor_reset(session: Session, *, reset_id: UUID, by: Actor, now: datetime) -> None:
    """Decline a reset; the asker may withdraw their own."""
    raise NotImplementedError
