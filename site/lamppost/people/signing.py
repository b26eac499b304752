"""Signing in: look, check outside any transaction, write. A first factor, then a second."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from lamppost.database import read_only, unit_of_work
from lamppost.people.factors import has_factor, make_recovery_codes, place_factor
from lamppost.people.means import Means
from lamppost.people.methods import (
    Check,
    FirstFactor,
    SecondFactor,
    TypedCode,
    TypedPassword,
    TypedRecoveryCode,
)
from lamppost.people.outcomes import (
    BEGIN_AGAIN,
    CODE_REFUSED,
    TRY_LATER,
    HalfSession,
    SignedInSession,
    SignInBusy,
    SignInRefused,
)
from lamppost.people.rules import (
    LONGEST_ADDRESS,
    LONGEST_USER_AGENT,
    PersonState,
    clean,
    fold,
    fold_source,
)
from lamppost.people.sessions import (
    ROTATION,
    LiveSession,
    end_rows,
    find_session,
    open_session,
)
from lamppost.people.tables import Person
from lamppost.people.throttle import count_failure, forgive, get_wait
from postmaster.access.actors import Actor, ActorKind
from postmaster.audit.actions import record
from postmaster.credentials.hashing import HashingBusyError
from postmaster.credentials.reads import get_credential


@dataclass(frozen=True, slots=True)
class _Try:
    """One try to sign in: for which account, from where."""

    account: str
    source: str
    user_agent: str
    now: datetime


@dataclass(frozen=True, slots=True)
class _Step:
    """The second step of a try: with which half session, from where."""

    token: str
    source: str
    now: datetime


def sign_in_with_password(
    engine: Engine,
    means: Means,
    *,
    email: str,
    password: str,
    source: str,
    user_agent: str,
    now: datetime,
) -> HalfSession | SignInRefused | SignInBusy:
    """The first step. `source` is the client's address as the trusted proxies tell it."""
    words = clean(user_agent, LONGEST_USER_AGENT)
    this_try = _Try(fold(email[:LONGEST_ADDRESS]), fold_source(source), words, now)
    return _begin(engine, means, TypedPassword(means, password), this_try)


def sign_in_with_code(
    engine: Engine, means: Means, *, token: str, code: str, source: str, now: datetime
) -> SignedInSession | SignInRefused:
    """The second step: a code of the authenticator.

    The first code of an authenticator that waits confirms it; the recovery codes come with it.
    """
    return _complete(engine, means, TypedCode(means, code), _Step(token, fold_source(source), now))


def sign_in_with_recovery_code(
    engine: Engine, means: Means, *, token: str, code: str, source: str, now: datetime
) -> SignedInSession | SignInRefused:
    """The second step without the authenticator: one of the recovery codes."""
    step = _Step(token, fold_source(source), now)
    return _complete(engine, means, TypedRecoveryCode(means, code), step)


def sign_out(session: Session, *, token: str, now: datetime) -> None:
    """End the session of a cookie; nothing happens when it is over already."""
    found = find_session(session, token=token, now=now)
    if found is not None:
        end_rows(session, session_id=found.session_id, by=found.reference, now=now)
        _record(session, "people.sign_out", found, now)


def begin_half_session(
    session: Session,
    means: Means,
    *,
    person_id: str,
    source: str,
    user_agent: str,
    now: datetime,
) -> HalfSession:
    """A half session for somebody whose first factor was right; a secret waits if none does."""
    kept = get_credential(session, subject=person_id)
    needs_set_up = not has_factor(session, person_id=person_id)
    if needs_set_up:
        place_factor(session, means, person_id=person_id, now=now)
    token = open_session(
        session,
        person_id=person_id,
        session_key="" if kept is None else kept.session_key,
        source=source,
        user_agent=user_agent,
        has_both_factors=False,
        now=now,
    )
    return HalfSession(token, person_id, needs_set_up)


def _begin(
    engine: Engine, means: Means, first: FirstFactor, this_try: _Try
) -> HalfSession | SignInRefused | SignInBusy:
    with read_only(engine) as session:
        wait = get_wait(session, account=this_try.account, source=this_try.source, now=this_try.now)
        if wait is not None:
            return SignInRefused(TRY_LATER, retry_after=wait)
        person_id = _find_active(session, this_try.account)
        check: Check = first.look(session, person_id=person_id)
    try:
        is_right = check()
    except HashingBusyError:
        return SignInBusy()
    with unit_of_work(engine) as session:
        # Read again: the person may have been disabled while the password was checked.
        if not is_right or person_id is None or _find_active(session, this_try.account) is None:
            count_failure(
                session, account=this_try.account, source=this_try.source, now=this_try.now
            )
            return SignInRefused()
        return begin_half_session(
            session,
            means,
            person_id=person_id,
            source=this_try.source,
            user_agent=this_try.user_agent,
            now=this_try.now,
        )


def _find_active(session: Session, account: str) -> str | None:
    return session.scalar(
        select(Person.person_id).where(
            Person.address_key == account, Person.state == PersonState.ACTIVE
        )
    )


def _complete(
    engine: Engine, means: Means, second: SecondFactor, step: _Step
) -> SignedInSession | SignInRefused:
    with unit_of_work(engine) as session:
        half = find_session(session, token=step.token, now=step.now)
        if half is None or half.both_factors_at is not None:
            return SignInRefused(BEGIN_AGAIN, must_begin_again=True)
        where = {"account": half.address_key, "source": step.source}
        wait = get_wait(session, **where, now=step.now)
        if wait is not None:
            return SignInRefused(TRY_LATER, retry_after=wait)
        needs_set_up = not has_factor(session, person_id=half.person_id)
        if not second.spend(session, person_id=half.person_id, now=step.now):
            count_failure(session, **where, now=step.now)
            return SignInRefused(CODE_REFUSED)
        if end_rows(session, session_id=half.session_id, by=ROTATION, now=step.now) != 1:
            return SignInRefused(BEGIN_AGAIN, must_begin_again=True)
        codes = _first_codes(session, means, half, step.now) if needs_set_up else ()
        return SignedInSession(_open_whole(session, half, step), half.person_id, codes)


def _first_codes(
    session: Session, means: Means, half: LiveSession, now: datetime
) -> tuple[str, ...]:
    """The recovery codes that come with a new authenticator."""
    _record(session, "people.factor_confirmed", half, now)
    by = Actor(ActorKind.PERSON, half.person_id, organisation=half.organisation)
    return make_recovery_codes(session, means, by=by, now=now)


def _open_whole(session: Session, half: LiveSession, step: _Step) -> str:
    forgive(session, account=half.address_key, source=step.source)
    _record(session, "people.sign_in", half, step.now)
    return open_session(
        session,
        person_id=half.person_id,
        session_key=half.session_key,
        source=step.source,
        user_agent=half.user_agent,
        has_both_factors=True,
        now=step.now,
    )


def _record(session: Session, action: str, found: LiveSession, now: datetime) -> None:
    record(
        session,
        action=action,
        kind="person",
        key=found.person_id,
        organisation=found.organisation,
        by=found.reference,
        now=now,
    )
