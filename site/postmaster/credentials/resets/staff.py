"""What staff do after an identity check: reset a password, unlock, clear the security questions.

Nothing changes before the check has passed. One that failed is kept, counted and audited, so the
caller commits either way and tells which it was.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import delete
from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.accounts.changes import get_for, target_of
from postmaster.accounts.rules import AccountError, Kind
from postmaster.accounts.tables import Account
from postmaster.credentials.actions import AuditedAs, set_password
from postmaster.credentials.answers.actions import clear_answers
from postmaster.credentials.kinds import password_policy
from postmaster.credentials.locks.actions import unlock
from postmaster.credentials.locks.tries import (
    forgive,
)
from postmaster.credentials.resets.identity import Check, passes
from postmaster.credentials.resets.letters import owe_temporary
from postmaster.credentials.resets.recording import record_reset
from postmaster.credentials.resets.rules import (
    Channel,
    Deed,
    Outcome,
    channel_of,
    find_deed_fault,
)
from postmaster.credentials.resets.standing import read_standing, subject_of
from postmaster.credentials.resets.steps import Texts
from postmaster.credentials.resets.tables import TemporaryPassword
from postmaster.credentials.resets.temporary import Temporary
from postmaster.days import london_day
from postmaster.policy.numbers import Key
from postmaster.policy.reads import get_policy
from postmaster.policy.rules import Policy


@dataclass(frozen=True, slots=True)
class Given:
    """What a reset by staff sets and by what it goes; `texts` is None where no gateway is."""

    temporary: Temporary
    texts: Texts | None
    unlocks: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether the check passed and the deed is done, and whether the password went by message."""

    is_done: bool
    is_sent: bool = False


REFUSED = Checked(is_done=False)


@acts(Action.ACCOUNTS_RESET)
def reset_password(
    session: Session,
    key: bytes,
    *,
    account_id: int,
    check: Check,
    given: Given,
    by: Actor,
    now: datetime,
) -> Checked:
    """Give an account a temporary password that must be changed; the old one is over at once.

    It goes to the registered mobile where there is one, and is shown to staff only where not.

    Raises:
        AccountError: the account cannot be reset, or the check cannot be made.
    """
    account, channel = _find(session, account_id, Deed.RESET, by=by, now=now)
    note = partial(
        record_reset, session, account, channel=channel, proof=check.proof, by=by, now=now
    )
    if not passes(session, key, account, Deed.RESET, check, by=by, now=now):
        note(outcome=Outcome.REFUSED)
        return REFUSED
    policy = get_policy(session, on=london_day(now))
    _set_temporary(session, account, given.temporary, policy, by=by, now=now)
    unlocked = given.unlocks and unlock(session, account, by=by, now=now)
    event = note(outcome=Outcome.DONE, unlocked=unlocked)
    return Checked(is_done=True, is_sent=_send(session, account, given, policy, event, now=now))


@acts(Action.ACCOUNTS_RESET)
def unlock_account(
    session: Session, key: bytes, *, account_id: int, check: Check, by: Actor, now: datetime
) -> Checked:
    """End the lock of an account.

    Raises:
        AccountError: it is not locked, or the check cannot be made.
    """
    account, _ = _find(session, account_id, Deed.UNLOCK, by=by, now=now)
    if not passes(session, key, account, Deed.UNLOCK, check, by=by, now=now):
        return REFUSED
    unlock(session, account, by=by, now=now)
    forgive(session, account=account.address)
    return Checked(is_done=True)


@acts(Action.ACCOUNTS_RESET)
def clear_questions(
    session: Session, key: bytes, *, account_id: int, check: Check, by: Actor, now: datetime
) -> Checked:
    """Take the security questions of an account away, so that its owner sets new ones.

    Raises:
        AccountError: there are none, the account is not in use, or the check cannot be made.
    """
    account, _ = _find(session, account_id, Deed.CLEAR, by=by, now=now)
    if not passes(session, key, account, Deed.CLEAR, check, by=by, now=now):
        return REFUSED
    clear_answers(session, account_id=account.account_id, by=by, now=now)
    return Checked(is_done=True)


def _find(
    session: Session, account_id: int, deed: Deed, *, by: Actor, now: datetime
) -> tuple[Account, Channel]:
    account = get_for(session, account_id, Action.ACCOUNTS_RESET, by)
    policy = get_policy(session, on=london_day(now))
    standing = read_standing(session, account, policy=policy, now=now)
    fault = find_deed_fault(deed, standing)
    if fault is not None:
        raise AccountError(fault)
    return account, channel_of(by, target_of(session, account))


def _set_temporary(
    session: Session,
    account: Account,
    temporary: Temporary,
    policy: Policy,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Put the temporary password in force; one that was sent before is over with the old one."""
    number = account.account_id
    set_password(
        session,
        subject=subject_of(number),
        password_hash=temporary.password_hash,
        must_change=True,
        remembered=password_policy(Kind(account.kind), policy).remembered,
        of=AuditedAs("account", str(number), account.organisation),
        by=by,
        now=now,
    )
    session.execute(delete(TemporaryPassword).where(TemporaryPassword.account_id == number))


def _send(
    session: Session, account: Account, given: Given, policy: Policy, event: int, *, now: datetime
) -> bool:
    """Owe the text message where there is a mobile and a gateway; whether it is."""
    if not account.mobile or given.texts is None:
        return False
    owe_temporary(
        session,
        account,
        password=given.temporary.password,
        lasts=f"{policy[Key.RESET_GIVEN_HOURS]} hours",
        sign_in_at=given.texts.sign_in_at,
        cause_key=f"event {event}",
        now=now,
    )
    return True
