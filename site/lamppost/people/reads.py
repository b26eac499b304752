"""Questions about those who sign in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lamppost.people.directory import get_person, list_offered, list_people, visible_to
from lamppost.people.factors import has_factor
from lamppost.people.rows import FactorResetRow, InvitationRow, PersonRow, SessionRow
from lamppost.people.rules import SESSION_LASTS, PersonState
from lamppost.people.sessions import find_session
from lamppost.people.standing import is_over
from lamppost.people.tables import FactorReset, Invitation, Person, SignInSession
from postmaster.access.actors import Actor, ActorKind
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.access.reads import list_grants
from postmaster.access.roles import Role
from postmaster.access.rules import may
from postmaster.access.tables import RoleGrant
from postmaster.access.tasks import Task
from postmaster.credentials.tables import Credential

__all__ = [
    "FactorResetRow",
    "InvitationRow",
    "PersonRow",
    "SessionRow",
    "get_person",
    "list_offered",
    "list_people",
]
PEOPLE = "/admin/people/"
RESETS = "/admin/people/resets/"
FEWEST_TENANT_ADMINISTRATORS = 2
ENDING_SOON = timedelta(days=1)
LONGEST_LIST = 200


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


def get_signed_in(session: Session, *, token: str, now: datetime) -> SignedIn | None:
    """Whose live session a cookie names; None when ended, expired or the person disabled."""
    found = find_session(session, token=token, now=now)
    if found is None:
        return None
    grants = list_grants(session, person_id=found.person_id)
    return SignedIn(
        person_id=found.person_id,
        email=found.email,
        name=found.name,
        session_id=str(found.session_id),
        signed_in_at=found.both_factors_at or found.created_at,
        actor=Actor(ActorKind.PERSON, found.person_id, grants, found.organisation),
        has_both_factors=found.both_factors_at is not None,
        has_second_factor=has_factor(session, person_id=found.person_id),
        must_change_password=found.must_change,
    )


def list_sessions(
    session: Session, *, reader: Actor, person_id: str, now: datetime
) -> Sequence[SessionRow]:
    """Live sign-ins, newest first: one's own, or those of somebody the reader may disable."""
    person = session.get(Person, person_id)
    if person is None or not (
        reader.key == person_id
        or is_over(session, reader=reader, action=Action.PEOPLE_DISABLE, person=person)
    ):
        return []
    rows = session.scalars(
        select(SignInSession)
        .join(Credential, Credential.subject == SignInSession.person_id)
        .where(
            SignInSession.person_id == person_id,
            SignInSession.session_key == Credential.session_key,
            SignInSession.revoked_at.is_(None),
            SignInSession.both_factors_at > now - SESSION_LASTS,
        )
        .order_by(SignInSession.both_factors_at.desc(), SignInSession.session_id)
        .limit(LONGEST_LIST)
    )
    return [
        SessionRow(
            session_id=str(row.session_id),
            person_id=row.person_id,
            signed_in_at=row.both_factors_at or row.created_at,
            source=row.source,
            user_agent=row.user_agent,
        )
        for row in rows
    ]


def list_invitations(session: Session, *, reader: Actor, now: datetime) -> Sequence[InvitationRow]:
    """Invitations that may still be used, of people the reader may see; newest first."""
    rows = session.execute(
        select(Person, Invitation)
        .join(Invitation, Invitation.person_id == Person.person_id)
        .where(
            visible_to(reader),
            Person.state == PersonState.INVITED,
            Invitation.used_at.is_(None),
            Invitation.ended_at.is_(None),
            Invitation.expires_at > now,
        )
        .order_by(Invitation.sent_at.desc(), Invitation.invitation_id)
        .limit(LONGEST_LIST)
    )
    return [
        InvitationRow(
            person_id=person.person_id,
            email=person.email,
            name=person.name,
            organisation=person.organisation,
            sent_at=invitation.sent_at,
            sent_by=invitation.sent_by,
            expires_at=invitation.expires_at,
        )
        for person, invitation in rows
    ]


def list_factor_resets(session: Session, *, reader: Actor) -> Sequence[FactorResetRow]:
    """Resets that wait, of people whose factor the reader may reset; oldest first."""
    rows = session.execute(
        select(Person, FactorReset)
        .join(FactorReset, FactorReset.person_id == Person.person_id)
        .where(
            FactorReset.decided_at.is_(None),
            in_scope(reader, Action.PEOPLE_FACTOR, Person.organisation),
        )
        .order_by(FactorReset.asked_at, FactorReset.reset_id)
        .limit(LONGEST_LIST)
    )
    return [
        FactorResetRow(
            reset_id=reset.reset_id,
            person_id=person.person_id,
            email=person.email,
            name=person.name,
            organisation=person.organisation,
            reason=reset.reason,
            asked_at=reset.asked_at,
            asked_by=reset.asked_by,
            can_decide=reset.asked_by != reader.reference
            and reader.kind is ActorKind.PERSON
            and is_over(session, reader=reader, action=Action.PEOPLE_FACTOR, person=person),
        )
        for person, reset in rows
    ]


def count_tenant_administrators(session: Session) -> int:
    """How many active people are tenant administrators."""
    return (
        session.scalar(
            select(func.count(RoleGrant.person_id.distinct()))
            .join(Person, Person.person_id == RoleGrant.person_id)
            .where(
                RoleGrant.role == Role.TENANT_ADMINISTRATOR,
                RoleGrant.ended_at.is_(None),
                Person.state == PersonState.ACTIVE,
            )
        )
        or 0
    )


def list_tasks(session: Session, *, reader: Actor, now: datetime) -> Sequence[Task]:
    """What waits for this reader among the people."""
    tasks = []
    if may(reader, Action.PEOPLE_FACTOR).is_allowed:
        waiting = [row for row in list_factor_resets(session, reader=reader) if row.can_decide]
        if waiting:
            count = len(waiting)
            noun = "reset waits" if count == 1 else "resets wait"
            words = f"{count} authenticator {noun} for you to decide"
            tasks.append(Task(count, words, RESETS, waiting[0].asked_at))
    if may(reader, Action.PEOPLE_INVITE).is_allowed:
        ending = [
            row
            for row in list_invitations(session, reader=reader, now=now)
            if row.expires_at - now < ENDING_SOON
        ]
        if ending:
            count = len(ending)
            noun = "invitation ends" if count == 1 else "invitations end"
            tasks.append(Task(count, f"{count} {noun} within a day, not yet accepted", PEOPLE))
    missing = FEWEST_TENANT_ADMINISTRATORS - count_tenant_administrators(session)
    if Role.TENANT_ADMINISTRATOR in reader.roles and missing > 0:
        words = "There is only one tenant administrator: approvals need a second one"
        tasks.append(Task(missing, words, PEOPLE))
    return tasks
