"""Invitations: sent, looked at, accepted once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from lamppost.database import read_only, unit_of_work
from lamppost.people.joining import (
    AddressError,
    PersonExistsError,
    activate_person,
    give_grants,
    make_person,
)
from lamppost.people.means import Means
from lamppost.people.messages import owe_invitation
from lamppost.people.outcomes import HalfSession, PasswordFaults, SignInBusy
from lamppost.people.rules import (
    INVITATION_LASTS,
    LONGEST_NAME,
    LONGEST_USER_AGENT,
    PersonState,
    clean,
    digest_token,
    fold,
    fold_source,
    make_token,
)
from lamppost.people.signing import begin_half_session
from lamppost.people.standing import ensure_over
from lamppost.people.tables import Invitation, Person
from postmaster.access.acting import acts
from postmaster.access.actors import Actor, Grant
from postmaster.access.matrix import Action
from postmaster.audit.actions import record
from postmaster.credentials.hashing import HashingBusyError
from postmaster.credentials.rules import judge_password

__all__ = ["AddressError", "PersonExistsError"]


class InvitationOverError(Exception):
    """This invitation has been used, has expired or was replaced by a newer one."""


@dataclass(frozen=True, slots=True)
class Invited:
    """Who was invited. The link is for the message; only the command line may show it."""

    person_id: str
    link: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """An invitation that may be accepted now."""

    person_id: str
    email: str
    name: str
    expires_at: datetime


@acts(Action.PEOPLE_INVITE)
def invite(
    session: Session,
    means: Means,
    *,
    email: str,
    name: str,
    organisation: str | None,
    grants: Sequence[Grant] = (),
    is_sent: bool = True,
    by: Actor,
    now: datetime,
) -> Invited:
    """Invite somebody, or invite them again, which ends the older invitation.

    `organisation` is their home, None for those of the whole service. `is_sent` is False at the
    command line, which prints the link.

    Raises:
        AddressError: not an address.
        PersonExistsError: they sign in already, or are disabled.
        RefusedError: not in the inviter's organisations, or a role out of their reach.
        ScopeError: no such organisation, or a role without the scope it needs.
    """
    person = session.scalar(select(Person).where(Person.address_key == fold(email)))
    if person is None:
        person = make_person(
            session, email=email, name=name, organisation=organisation, by=by, now=now
        )
    elif person.state != PersonState.INVITED:
        raise PersonExistsError(f"{person.email} is {person.state} already.")
    else:
        ensure_over(session, by=by, action=Action.PEOPLE_INVITE, person=person)
    give_grants(session, person=person, grants=grants, by=by, now=now)
    return _open_invitation(session, means, person, is_sent=is_sent, by=by, now=now)


def get_invitation(session: Session, *, token: str, now: datetime) -> OpenInvitation | None:
    """The invitation of a link; None when used, expired, replaced or never made."""
    row = session.execute(
        select(Person.person_id, Person.email, Person.name, Invitation.expires_at)
        .join(Invitation, Invitation.person_id == Person.person_id)
        .where(
            Invitation.token_digest == digest_token(token),
            Invitation.used_at.is_(None),
            Invitation.ended_at.is_(None),
            Invitation.expires_at > now,
            Person.state == PersonState.INVITED,
        )
    ).first()
    return None if row is None else OpenInvitation(*row)


def accept_invitation(
    engine: Engine,
    means: Means,
    *,
    token: str,
    name: str,
    password: str,
    source: str,
    user_agent: str,
    now: datetime,
) -> HalfSession | PasswordFaults | SignInBusy:
    """Set name and password; gives a half session whose next step is setting up the factor.

    Raises:
        InvitationOverError: used, expired or replaced.
    """
    with read_only(engine) as session:
        invitation = get_invitation(session, token=token, now=now)
    if invitation is None:
        raise InvitationOverError
    chosen = clean(name, LONGEST_NAME) or invitation.name
    faults = judge_password(password, names=(means.service_name, chosen, invitation.email))
    if faults:
        return PasswordFaults(faults)
    try:
        password_hash = means.hasher.hash(password)
    except HashingBusyError:
        return SignInBusy()
    with unit_of_work(engine) as session:
        if not _use(session, token, now):
            raise InvitationOverError
        activate_person(session, invitation.person_id, chosen, password_hash, now)
        return begin_half_session(
            session,
            means,
            person_id=invitation.person_id,
            source=fold_source(source),
            user_agent=clean(user_agent, LONGEST_USER_AGENT),
            now=now,
        )


def end_invitations(session: Session, *, person_id: str, now: datetime) -> None:
    """End the invitations of a person that were not used."""
    session.execute(
        update(Invitation)
        .where(
            Invitation.person_id == person_id,
            Invitation.used_at.is_(None),
            Invitation.ended_at.is_(None),
        )
        .values(ended_at=now)
    )


def _open_invitation(
    session: Session, means: Means, person: Person, *, is_sent: bool, by: Actor, now: datetime
) -> Invited:
    end_invitations(session, person_id=person.person_id, now=now)
    token = make_token()
    row = Invitation(
        invitation_id=uuid4(),
        token_digest=digest_token(token),
        person_id=person.person_id,
        sent_at=now,
        sent_by=by.reference,
        expires_at=now + INVITATION_LASTS,
    )
    session.add(row)
    session.flush()
    link = f"{means.base_url}/invitation/{token}"
    if is_sent:
        owe_invitation(
            session,
            means,
            invitation_id=row.invitation_id,
            recipient=person.email,
            link=link,
            expires_at=row.expires_at,
            now=now,
        )
    record(
        session,
        action="people.invite",
        kind="person",
        key=person.person_id,
        organisation=person.organisation,
        changes={"expires_at": (None, row.expires_at.isoformat())},
        personal={"email": person.email},
        by=by.reference,
        now=now,
    )
    return Invited(person.person_id, link)


def _use(session: Session, token: str, now: datetime) -> bool:
    """Use the invitation up; of two who bring it at once, one is told that it is over."""
    used = session.execute(
        update(Invitation)
        .where(
            Invitation.token_digest == digest_token(token),
            Invitation.used_at.is_(None),
            Invitation.ended_at.is_(None),
            Invitation.expires_at > now,
        )
        .values(used_at=now)
        .returning(Invitation.invitation_id)
    )
    return used.first() is not None
