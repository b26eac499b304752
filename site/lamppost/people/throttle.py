"""Failed sign-ins counted so that guessing stops and nobody can lock a ward out.

Three counts, and who each may refuse:
- an account from one source: that account from that source, longer each time;
- an account from all sources it is not known at: that account, but never where it is known;
- many accounts from one source: only accounts that never signed in from there.
A source is known when the person signed in from it, both factors, within thirty days.
"""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import case, delete, func, or_, select, update
from sqlalchemy.orm import Session

from lamppost.people.tables import Person, SignInSession, Throttle
from postmaster.upserts import insert_into

PAIR, ACCOUNT = "pair", "account"
PAIR_LIMIT = 10
PAIR_WAIT = timedelta(minutes=15)
# The wait doubles with each further failure: 15 minutes, 30, an hour … 16 hours.
PAIR_DOUBLINGS = 6
ACCOUNT_LIMIT = 100
ACCOUNT_WAIT = timedelta(days=1)
NOISY_ACCOUNTS = 50
NOISY_SPAN = timedelta(minutes=15)
KNOWN_FOR = timedelta(days=30)
# Failures this long apart are not one attack.
FORGOTTEN_AFTER = timedelta(days=1)


def get_wait(session: Session, *, account: str, source: str, now: datetime) -> timedelta | None:
    """How long this account must wait from this source; None when it may try."""
    pair = _wait_of(session, PAIR, _digest(account, source), now)
    if pair is not None:
        return pair
    last = _last_sign_in(session, account=account, source=source)
    if not _is_known(last, now):
        stop = _wait_of(session, ACCOUNT, _digest(account), now)
        if stop is not None:
            return stop
    if last is None and _count_accounts(session, source=source, now=now) > NOISY_ACCOUNTS:
        return NOISY_SPAN
    return None


def count_failure(session: Session, *, account: str, source: str, now: datetime) -> None:
    """Count a failed try: for the pair always, for the account only where it is not known."""
    failures = _count(session, PAIR, _digest(account, source), source, now)
    if failures >= PAIR_LIMIT:
        wait = PAIR_WAIT * 2 ** min(failures - PAIR_LIMIT, PAIR_DOUBLINGS)
        _block(session, PAIR, _digest(account, source), now + wait)
    if _is_known(_last_sign_in(session, account=account, source=source), now):
        return
    if _count(session, ACCOUNT, _digest(account), None, now) >= ACCOUNT_LIMIT:
        _block(session, ACCOUNT, _digest(account), now + ACCOUNT_WAIT)


def forgive(session: Session, *, account: str, source: str) -> None:
    """Forget the failures of an account from the source it has just signed in from."""
    _forget(session, PAIR, _digest(account, source))


def lift_stop(session: Session, *, account: str) -> None:
    """Let an account try again from anywhere, when an administrator has seen to it."""
    _forget(session, ACCOUNT, _digest(account))


def forget_old(session: Session, *, now: datetime) -> None:
    """Delete the counts that no longer mean anything."""
    session.execute(
        delete(Throttle).where(
            Throttle.last_failed_at < now - FORGOTTEN_AFTER,
            or_(Throttle.blocked_until.is_(None), Throttle.blocked_until < now),
        )
    )


def _count(session: Session, kind: str, key: str, source: str | None, now: datetime) -> int:
    """One more, counted by the database itself, so that two tries at once are two."""
    values = {"kind": kind, "key": key, "source": source, "failures": 1, "last_failed_at": now}
    statement = insert_into(session, Throttle).values(**values)
    started_again = Throttle.last_failed_at < now - FORGOTTEN_AFTER
    failures = session.scalar(
        statement.on_conflict_do_update(
            index_elements=["kind", "key"],
            set_={
                "failures": case((started_again, 1), else_=Throttle.failures + 1),
                "last_failed_at": now,
            },
        ).returning(Throttle.failures)
    )
    return failures or 0


def _block(session: Session, kind: str, key: str, until: datetime) -> None:
    session.execute(
        update(Throttle)
        .where(Throttle.kind == kind, Throttle.key == key)
        .values(blocked_until=until)
        .execution_options(synchronize_session=False)
    )


def _forget(session: Session, kind: str, key: str) -> None:
    session.execute(delete(Throttle).where(Throttle.kind == kind, Throttle.key == key))


def _wait_of(session: Session, kind: str, key: str, now: datetime) -> timedelta | None:
    until = session.scalar(
        select(Throttle.blocked_until).where(Throttle.kind == kind, Throttle.key == key)
    )
    return until - now if until is not None and until > now else None


def _last_sign_in(session: Session, *, account: str, source: str) -> datetime | None:
    return session.scalar(
        select(func.max(SignInSession.both_factors_at))
        .join(Person, Person.person_id == SignInSession.person_id)
        .where(Person.address_key == account, SignInSession.source == source)
    )


def _is_known(last: datetime | None, now: datetime) -> bool:
    return last is not None and now - last < KNOWN_FOR


def _count_accounts(session: Session, *, source: str, now: datetime) -> int:
    """How many accounts failed from a source lately: one row each."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Throttle)
            .where(Throttle.source == source, Throttle.last_failed_at > now - NOISY_SPAN)
        )
        or 0
    )


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
