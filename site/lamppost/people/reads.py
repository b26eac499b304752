"""Questions about those who sign in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from lamppost.people.rules import PersonState
from postmaster.access.actors import Actor, Grant
from postmaster.access.tasks import Task


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody with a live session: who they are, and as whom they act."""

    person_id: str
    email: str
    name: str
    session_id: str
    signed_in_at: datetime
    actor: Actor
    # False between the password and the code, and until a first second factor is set up.
    has_both_factors: bool
    # A second factor is confirmed: ask for its code; otherwise show the set-up page.
    has_second_factor: bool = False
    must_change_password: bool = False


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as the panel lists them; `cursor` is the row's place in the order."""

    person_id: str
    email: str
    name: str
    organisation: str | None
    state: PersonState
    created_at: datetime
    disabled_at: datetime | None
    search_key: str
    has_second_factor: bool
    grants: tuple[Grant, ...]

    @property
    def cursor(self) -> tuple[str, str]:
        """What the next page begins after."""
        return (self.search_key, self.person_id)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A live sign-in of a person."""

    session_id: str
    person_id: str
    signed_in_at: datetime
    source: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An invitation that may still be used."""

    person_id: str
    email: str
    name: str
    organisation: str | None
    sent_at: datetime
    sent_by: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class FactorResetRow:
    """A reset of a lost second factor that waits for a second administrator."""

    reset_id: UUID
    person_id: str
    email: str
    name: str
    organisation: str | None
    reason: str
    asked_at: datetime
    asked_by: str
    # Whether this reader may decide: not the asker, not the person, and over all of their roles.
    can_decide: bool


def get_signed_in(session: Session, *, token: str, now: datetime) -> SignedIn | None:
    """Whose live session a cookie names; None when ended, expired or the person disabled."""
    del session, token, now
    return None


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
    raise NotImplementedError


def get_person(session: Session, *, reader: Actor, person_id: str) -> PersonRow | None:
    """One person; None when there is none or the reader may not see them."""
    raise NotImplementedError


def list_sessions(
    session: Session, *, reader: Actor, person_id: str, now: datetime
) -> Sequence[SessionRow]:
    """Live sign-ins, newest first: one's own, or those of somebody the reader may disable."""
    raise NotImplementedError


def list_invitations(session: Session, *, reader: Actor, now: datetime) -> Sequence[InvitationRow]:
    """Invitations that may still be used, of people the reader may see; newest first."""
    raise NotImplementedError


def list_factor_resets(session: Session, *, reader: Actor) -> Sequence[FactorResetRow]:
    """Resets that wait, of people whose factor the reader may reset; oldest first."""
    raise NotImplementedError


def count_tenant_administrators(session: Session) -> int:
    """How many active people are tenant administrators."""
    raise NotImplementedError


def list_tasks(session: Session, *, reader: Actor, now: datetime) -> Sequence[Task]:
    """What waits for this reader among the people."""
    raise NotImplementedError
