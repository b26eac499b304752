"""What everybody may do to their own account, whatever their roles."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from lamppost.database import read_only, unit_of_work
from lamppost.people.means import Means
from lamppost.people.messages import owe_password_notice
from lamppost.people.outcomes import (
    BEGIN_AGAIN,
    TRY_LATER,
    PasswordChanged,
    PasswordFaults,
    SignInBusy,
    SignInRefused,
)
from lamppost.people.rules import fold_source
from lamppost.people.sessions import LiveSession, end_rows, find_session
from lamppost.people.tables import SignInSession
from lamppost.people.throttle import count_failure, get_wait
from postmaster.access.actors import Actor
from postmaster.audit.actions import record
from postmaster.credentials.actions import set_password
from postmaster.credentials.hashing import HashingBusyError
from postmaster.credentials.reads import list_remembered
from postmaster.credentials.rules import REUSED, judge_password

WRONG_CURRENT = "The present password is wrong."


def end_own_session(session: Session, *, session_id: str, by: Actor, now: datetime) -> bool:
    """End one of one's own sign-ins; False when it is not one's own or is over."""
    try:
        key = UUID(session_id)
    except ValueError:
        return False
    owner = select(SignInSession.person_id).where(SignInSession.session_id == key)
    if session.scalar(owner) != by.key:
        return False
    ended = end_rows(session, session_id=key, by=by.reference, now=now)
    if ended:
        record_ended(session, ended, by, now)
    return bool(ended)


def end_own_other_sessions(session: Session, *, token: str, by: Actor, now: datetime) -> int:
    """End all of one's own sign-ins but the one of this cookie; gives how many."""
    found = find_session(session, token=token, now=now)
    if found is None or found.person_id != by.key:
        return 0
    ended = end_rows(session, person_id=by.key, but=found.session_id, by=by.reference, now=now)
    if ended:
        record_ended(session, ended, by, now)
    return ended


def change_password(
    engine: Engine,
    means: Means,
    *,
    token: str,
    current: str,
    password: str,
    source: str,
    by: Actor,
    now: datetime,
) -> PasswordChanged | PasswordFaults | SignInRefused | SignInBusy:
    """Change one's own password; the session of this cookie stays, the others are over."""
    came_from = fold_source(source)
    with read_only(engine) as session:
        found = find_session(session, token=token, now=now)
        if found is None or found.person_id != by.key or found.both_factors_at is None:
            return SignInRefused(BEGIN_AGAIN, must_begin_again=True)
        wait = get_wait(session, account=found.address_key, source=came_from, now=now)
        remembered = list_remembered(session, subject=by.key)
    if wait is not None:
        return SignInRefused(TRY_LATER, retry_after=wait)
    names = (means.service_name, found.name, found.email)
    try:
        if not means.hasher.verify(next(iter(remembered), None), current):
            with unit_of_work(engine) as session:
                count_failure(session, account=found.address_key, source=came_from, now=now)
            return SignInRefused(WRONG_CURRENT)
        faults = judge_password(password, names=names)
        if not faults and any(means.hasher.verify(one, password) for one in remembered):
            faults = (REUSED,)
        if faults:
            return PasswordFaults(faults)
        password_hash = means.hasher.hash(password)
    except HashingBusyError:
        return SignInBusy()
    with unit_of_work(engine) as session:
        return _write_password(session, means, found, password_hash, by=by, now=now)


def _write_password(
    session: Session,
    means: Means,
    found: LiveSession,
    password_hash: str,
    *,
    by: Actor,
    now: datetime,
) -> PasswordChanged:
    key = set_password(session, subject=by.key, password_hash=password_hash, by=by, now=now)
    ended = end_rows(session, person_id=by.key, but=found.session_id, by=by.reference, now=now)
    session.execute(
        update(SignInSession)
        .where(SignInSession.session_id == found.session_id)
        .values(session_key=key)
        .execution_options(synchronize_session=False)
    )
    owe_password_notice(session, means, person_id=by.key, recipient=found.email, now=now)
    record_ended(session, ended, by, now)
    return PasswordChanged(ended)


def record_ended(session: Session, ended: int, by: Actor, now: datetime) -> None:
    """Audit how many of one's own sign-ins one ended."""
    record(
        session,
        action="people.end_sessions",
        kind="person",
        key=by.key,
        organisation=by.organisation,
        changes={"sessions": (ended, 0)},
        by=by.reference,
        now=now,
    )
