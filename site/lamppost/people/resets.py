"""A lost second factor: asked for by one administrator, decided by another, or on the server."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lamppost.people.factors import remove_factors
from lamppost.people.means import Means
from lamppost.people.messages import owe_factor_notice
from lamppost.people.rules import LONGEST_REASON, PersonState, clean
from lamppost.people.sessions import end_rows
from lamppost.people.standing import ensure_over, get_row, is_over
from lamppost.people.tables import FactorReset, Person
from lamppost.people.throttle import lift_stop
from postmaster.access.acting import acts
from postmaster.access.actors import Actor, ActorKind
from postmaster.access.matrix import Action, get_matrix
from postmaster.access.reads import get_above, list_grants
from postmaster.access.roles import Reach
from postmaster.access.tables import RoleGrant
from postmaster.audit.actions import record

APPROVED, DECLINED = "approved", "declined"
ON_THE_SERVER = (
    "Nobody else may decide this. Invite a second administrator, or use "
    "`lamppost users reset-factor` on the server."
)
NOT_YOUR_OWN = "Somebody else must decide what you asked for."


class SecondPersonError(Exception):
    """A second administrator must decide; the message says whom or what to use."""


class ResetOverError(LookupError):
    """There is no such reset, or it has been decided already."""


@acts(Action.PEOPLE_FACTOR)
def ask_factor_reset(
    session: Session, *, person_id: str, reason: str, by: Actor, now: datetime
) -> UUID:
    """Ask for a reset of somebody's lost second factor; another administrator decides.

    Asking again while one waits gives the one that waits.

    Raises:
        NoSuchPersonError: no such person.
        RefusedError: out of scope, oneself, or somebody with a role the actor may not end.
        SecondPersonError: nobody else could decide; the words say what to do on the server.
    """
    person = get_row(session, person_id)
    ensure_over(session, by=by, action=Action.PEOPLE_FACTOR, person=person)
    waiting = session.scalar(
        select(FactorReset.reset_id).where(
            FactorReset.person_id == person_id, FactorReset.decided_at.is_(None)
        )
    )
    if waiting is not None:
        return waiting
    if not _has_second_person(session, person, by):
        raise SecondPersonError(ON_THE_SERVER)
    words = clean(reason, LONGEST_REASON)
    row = FactorReset(
        reset_id=uuid4(), person_id=person_id, reason=words, asked_at=now, asked_by=by.reference
    )
    session.add(row)
    session.flush()
    _record(session, "people.factor_ask", person, by=by, now=now, reason=words)
    return row.reset_id


@acts(Action.PEOPLE_FACTOR)
def approve_factor_reset(
    session: Session, means: Means, *, reset_id: UUID, by: Actor, now: datetime
) -> None:
    """Approve as the second person: factor and recovery codes go, sessions end, they are told.

    Raises:
        ResetOverError: no such reset, or decided already.
        SecondPersonError: the actor asked for it themselves, or is not a person.
        RefusedError: out of scope, oneself, or somebody with a role the actor may not end.
    """
    row, person = _get_waiting(session, reset_id)
    ensure_over(session, by=by, action=Action.PEOPLE_FACTOR, person=person)
    if by.kind is not ActorKind.PERSON or row.asked_by == by.reference:
        alone = not _has_second_person(session, person, by)
        raise SecondPersonError(ON_THE_SERVER if alone else NOT_YOUR_OWN)
    _decide(session, row, APPROVED, by=by, now=now)
    _reset(session, means, person, reset_id=reset_id, by=by, now=now)


@acts(Action.PEOPLE_FACTOR)
def decline_factor_reset(session: Session, *, reset_id: UUID, by: Actor, now: datetime) -> None:
    """Decline a reset; the asker may withdraw their own.

    Raises:
        ResetOverError: no such reset, or decided already.
        RefusedError: out of scope, oneself, or somebody with a role the actor may not end.
    """
    row, person = _get_waiting(session, reset_id)
    ensure_over(session, by=by, action=Action.PEOPLE_FACTOR, person=person)
    _decide(session, row, DECLINED, by=by, now=now)
    _record(session, "people.factor_decline", person, by=by, now=now)


@acts(Action.PEOPLE_FACTOR)
def reset_factor_on_server(
    session: Session, means: Means, *, person_id: str, by: Actor, now: datetime
) -> None:
    """Reset somebody's second factor from the server's own command line.

    Raises:
        SecondPersonError: asked for by anybody but the operator of the server.
    """
    if by.kind is not ActorKind.OPERATOR:
        raise SecondPersonError(NOT_YOUR_OWN)
    person = get_row(session, person_id)
    session.execute(
        update(FactorReset)
        .where(FactorReset.person_id == person_id, FactorReset.decided_at.is_(None))
        .values(decided_at=now, decided_by=by.reference, decision=APPROVED)
    )
    _reset(session, means, person, reset_id=uuid4(), by=by, now=now)


def _get_waiting(session: Session, reset_id: UUID) -> tuple[FactorReset, Person]:
    row = session.get(FactorReset, reset_id)
    if row is None or row.decided_at is not None:
        raise ResetOverError
    return row, get_row(session, row.person_id)


def _decide(session: Session, row: FactorReset, decision: str, *, by: Actor, now: datetime) -> None:
    decided = session.execute(
        update(FactorReset)
        .where(FactorReset.reset_id == row.reset_id, FactorReset.decided_at.is_(None))
        .values(decided_at=now, decided_by=by.reference, decision=decision)
        .returning(FactorReset.reset_id)
    )
    if decided.first() is None:
        raise ResetOverError


def _reset(
    session: Session, means: Means, person: Person, *, reset_id: UUID, by: Actor, now: datetime
) -> None:
    remove_factors(session, person_id=person.person_id)
    end_rows(session, person_id=person.person_id, by=by.reference, now=now)
    lift_stop(session, account=person.address_key)
    owe_factor_notice(session, means, reset_id=reset_id, recipient=person.email, now=now)
    _record(session, "people.factor_reset", person, by=by, now=now)


def _has_second_person(session: Session, person: Person, by: Actor) -> bool:
    """Whether anybody but the actor and the person themselves could decide."""
    reach = get_matrix()[Action.PEOPLE_FACTOR].reach
    above = get_above(session, organisation=person.organisation)
    everywhere = [role for role in reach if reach[role] is Reach.SERVICE]
    scoped = [role for role in reach if reach[role] is Reach.SCOPE]
    candidates = session.execute(
        select(Person.person_id, Person.organisation)
        .distinct()
        .join(RoleGrant, RoleGrant.person_id == Person.person_id)
        .where(
            Person.state == PersonState.ACTIVE,
            Person.person_id.not_in([by.key, person.person_id]),
            RoleGrant.ended_at.is_(None),
            RoleGrant.role.in_(everywhere)
            | (RoleGrant.role.in_(scoped) & RoleGrant.scope.in_(above)),
        )
    ).all()
    for person_id, organisation in candidates:
        grants = list_grants(session, person_id=person_id)
        other = Actor(ActorKind.PERSON, person_id, grants, organisation)
        if is_over(session, reader=other, action=Action.PEOPLE_FACTOR, person=person):
            return True
    return False


def _record(
    session: Session,
    action: str,
    person: Person,
    *,
    by: Actor,
    now: datetime,
    reason: str | None = None,
) -> None:
    record(
        session,
        action=action,
        kind="person",
        key=person.person_id,
        organisation=person.organisation,
        personal=None if reason is None else {"reason": reason},
        by=by.reference,
        now=now,
    )
