"""Another authenticator in place of a working one, by the person it belongs to.

Until it is confirmed the new secret is nowhere but in their form, sealed: the old one goes on
working, and leaving the page undoes everything.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from cryptography.fernet import InvalidToken
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from lamppost.database import read_only, unit_of_work
from lamppost.people.factors import (
    WaitingFactor,
    describe_factor,
    find_step,
    place_factor,
    spend_code,
)
from lamppost.people.means import Means
from lamppost.people.messages import owe_replacement_notice
from lamppost.people.outcomes import (
    BEGIN_AGAIN,
    CODE_REFUSED,
    TRY_LATER,
    SignInBusy,
    SignInRefused,
)
from lamppost.people.own_account import WRONG_CURRENT, record_ended
from lamppost.people.rules import fold_source
from lamppost.people.sessions import LiveSession, end_rows, find_session
from lamppost.people.throttle import count_failure, get_wait
from postmaster.access.actors import Actor
from postmaster.audit.actions import record
from postmaster.credentials.hashing import HashingBusyError
from postmaster.credentials.reads import get_credential

OFFER_LASTS = timedelta(minutes=15)
OFFER_OVER = "This page was open too long. Scan the new picture and try again."


@dataclass(frozen=True, slots=True)
class Replacing:
    """What somebody typed: the sealed offer, their password, a code of each authenticator."""

    offer: str
    password: str
    present_code: str
    new_code: str
    source: str


@dataclass(frozen=True, slots=True)
class FactorReplaced:
    """The new authenticator holds; every other session of the person is over."""

    sessions_ended: int


@dataclass(frozen=True, slots=True)
class FactorFault:
    """One thing typed was wrong: `field` is its name in `Replacing`."""

    field: str
    words: str


def make_offer(means: Means, *, by: Actor, now: datetime) -> str:
    """A new secret, sealed for this person and for `OFFER_LASTS`."""
    words = json.dumps([by.key, pyotp.random_base32(), now.isoformat()])
    return means.seal.encrypt(words.encode()).decode()


def open_offer(
    means: Means, offer: str, *, email: str, by: Actor, now: datetime
) -> WaitingFactor | None:
    """The secret in an offer; None when it is not this person's, or too old."""
    try:
        person_id, secret, made_at = json.loads(means.seal.decrypt(offer.encode()))
    except (InvalidToken, ValueError):
        return None
    if person_id != by.key or now - datetime.fromisoformat(made_at) > OFFER_LASTS:
        return None
    return describe_factor(means, secret, email=email)


def replace_factor(
    engine: Engine, means: Means, *, token: str, replacing: Replacing, by: Actor, now: datetime
) -> FactorReplaced | FactorFault | SignInRefused | SignInBusy:
    """Put the offered authenticator in the place of the present one.

    Asks for the password and a code of each; the session of this cookie stays, the others are over.
    """
    came_from = fold_source(replacing.source)
    with read_only(engine) as session:
        found = find_session(session, token=token, now=now)
        if found is None or found.person_id != by.key or found.both_factors_at is None:
            return SignInRefused(BEGIN_AGAIN, must_begin_again=True)
        wait = get_wait(session, account=found.address_key, source=came_from, now=now)
        credential = get_credential(session, subject=by.key)
    if wait is not None:
        return SignInRefused(TRY_LATER, retry_after=wait)
    new = _check_new(means, replacing, email=found.email, by=by, now=now)
    if isinstance(new, FactorFault):
        return new
    kept = None if credential is None else credential.password_hash
    try:
        is_right = means.hasher.verify(kept, replacing.password)
    except HashingBusyError:
        return SignInBusy()
    fault = None if is_right else FactorFault("password", WRONG_CURRENT)
    with unit_of_work(engine) as session:
        code = replacing.present_code
        if is_right and not spend_code(session, means, person_id=by.key, code=code, now=now):
            fault = FactorFault("present_code", CODE_REFUSED)
        if fault is not None:
            count_failure(session, account=found.address_key, source=came_from, now=now)
            return fault
        return _finish(session, means, found, new, by=by, now=now)


def _check_new(
    means: Means, replacing: Replacing, *, email: str, by: Actor, now: datetime
) -> tuple[str, int] | FactorFault:
    """The offered secret and the step of the code that proves it is set up."""
    offered = open_offer(means, replacing.offer, email=email, by=by, now=now)
    if offered is None:
        return FactorFault("new_code", OFFER_OVER)
    step = find_step(offered.secret, replacing.new_code, now=now)
    return FactorFault("new_code", CODE_REFUSED) if step is None else (offered.secret, step)


def _finish(
    session: Session,
    means: Means,
    found: LiveSession,
    new: tuple[str, int],
    *,
    by: Actor,
    now: datetime,
) -> FactorReplaced:
    place_factor(
        session,
        means,
        person_id=by.key,
        now=now,
        secret=new[0],
        is_confirmed=True,
        last_step=new[1],
    )
    record(
        session,
        action="people.replace_factor",
        kind="person",
        key=by.key,
        organisation=by.organisation,
        by=by.reference,
        now=now,
    )
    ended = end_rows(session, person_id=by.key, but=found.session_id, by=by.reference, now=now)
    if ended:
        record_ended(session, ended, by, now)
    owe_replacement_notice(session, means, person_id=by.key, recipient=found.email, now=now)
    return FactorReplaced(ended)
