"""Lock and unlock an account: an overlay over its state, which changes nothing of the state."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.accounts.changes import note
from postmaster.accounts.rules import ALIVE, is_locked
from postmaster.accounts.tables import Account
from postmaster.policy.numbers import Key
from postmaster.policy.rules import Policy


def lock_when_guessed(
    session: Session, account: Account, *, tries: int, policy: Policy, by: Actor, now: datetime
) -> bool:
    """Lock an account after too many wrong passwords; whether it is locked by this."""
    if tries < policy[Key.LOCK_AFTER_FAILURES] or account.status not in ALIVE:
        return False
    until = now + timedelta(minutes=policy[Key.LOCK_MINUTES])
    if account.locked_until is not None and account.locked_until >= until:
        return False
    _set(session, account, until, "credentials.lock", by=by, now=now)
    return True


def unlock(session: Session, account: Account, *, by: Actor, now: datetime) -> bool:
    """End the lock of an account; whether one held. Its status, blocks and days stay."""
    if not is_locked(account.locked_until, now):
        return False
    _set(session, account, None, "credentials.unlock", by=by, now=now)
    return True


def _set(
    session: Session,
    account: Account,
    until: datetime | None,
    action: str,
    *,
    by: Actor,
    now: datetime,
) -> None:
    before = account.locked_until.isoformat() if account.locked_until else None
    account.locked_until = until
    changes = {"locked_until": (before, until.isoformat() if until else None)}
    note(session, account, action, changes, by=by, now=now)
