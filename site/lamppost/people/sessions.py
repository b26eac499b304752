"""The rows of sign-ins: opened, found by their token, ended."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from lamppost.people.rules import (
    SESSION_KEPT,
    PersonState,
    digest_token,
    is_session_over,
    make_token,
)
from lamppost.people.tables import Person, SignInSession
from postmaster.access.actors import Actor, ActorKind
from postmaster.credentials.tables import Credential

# Who ends the half session when the code step replaces it.
ROTATION = "system:rotation"


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session that is not over, and what stands in the rows beside it."""

    session_id: UUID
    person_id: str
    email: str
    address_key: str
    name: str
    organisation: str | None
    session_key: str
    created_at: datetime
    both_factors_at: datetime | None
    user_agent: str
    must_change: bool

    @property
    def reference(self) -> str:
        """How the audit names the person."""
        return Actor(ActorKind.PERSON, self.person_id).reference


def open_session(
    session: Session,
    *,
    person_id: str,
    session_key: str,
    source: str,
    user_agent: str,
    has_both_factors: bool,
    now: datetime,
) -> str:
    """A new session row; gives the token, of which only the digest is kept."""
    token = make_token()
    session.add(
        SignInSession(
            session_id=uuid4(),
            token_digest=digest_token(token),
            person_id=person_id,
            session_key=session_key,
            created_at=now,
            both_factors_at=now if has_both_factors else None,
            source=source,
            user_agent=user_agent,
        )
    )
    session.flush()
    return token


def find_session(session: Session, *, token: str, now: datetime) -> LiveSession | None:
    """The live session of a token.

    None when it is ended or past its limit, when the password was changed under it, or when the
    person is not active.
    """
    row = session.execute(
        select(SignInSession, Person, Credential.session_key, Credential.must_change)
        .join(Person, Person.person_id == SignInSession.person_id)
        .join(Credential, Credential.subject == SignInSession.person_id)
        .where(SignInSession.token_digest == digest_token(token))
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        return None
    found, person, session_key, must_change = row
    if not _is_live(found, person, session_key, now):
        return None
    return LiveSession(
        session_id=found.session_id,
        person_id=person.person_id,
        email=person.email,
        address_key=person.address_key,
        name=person.name,
        organisation=person.organisation,
        session_key=session_key,
        created_at=found.created_at,
        both_factors_at=found.both_factors_at,
        user_agent=found.user_agent,
        must_change=must_change,
    )


def _is_live(found: SignInSession, person: Person, session_key: str, now: datetime) -> bool:
    return (
        found.revoked_at is None
        and found.session_key == session_key
        and person.state == PersonState.ACTIVE
        and not is_session_over(
            created_at=found.created_at, both_factors_at=found.both_factors_at, now=now
        )
    )


def end_rows(
    session: Session,
    *,
    by: str,
    now: datetime,
    person_id: str | None = None,
    session_id: UUID | None = None,
    but: UUID | None = None,
) -> int:
    """End one session, or those of a person (all, or all but one); gives how many were live."""
    if person_id is None and session_id is None:
        raise TypeError("end_rows needs a person or a session")
    ending = (
        update(SignInSession)
        .where(SignInSession.revoked_at.is_(None))
        .values(revoked_at=now, revoked_by=by)
        .returning(SignInSession.session_id)
        .execution_options(synchronize_session=False)
    )
    if person_id is not None:
        ending = ending.where(SignInSession.person_id == person_id)
    if session_id is not None:
        ending = ending.where(SignInSession.session_id == session_id)
    if but is not None:
        ending = ending.where(SignInSession.session_id != but)
    return len(session.execute(ending).all())


def forget_sessions(session: Session, *, now: datetime) -> int:
    """Delete sign-ins begun longer than `SESSION_KEPT` ago; gives how many.

    All of them are over by then; that they were ended stays in the audit.
    """
    deleted = session.execute(
        delete(SignInSession)
        .where(SignInSession.created_at < now - SESSION_KEPT)
        .execution_options(synchronize_session=False)
    )
    return deleted.rowcount if isinstance(deleted, CursorResult) else 0
