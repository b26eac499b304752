"""Sign in to choose a new password: look, check outside the transaction, write down."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor, system
from postmaster.accounts.rules import Kind, fold_address, is_locked
from postmaster.accounts.tables import Account, AccountConversion
from postmaster.credentials.kinds import ChangeReason, find_change_reason, find_expiry
from postmaster.credentials.locks.actions import lock_when_guessed
from postmaster.credentials.locks.tries import Purpose, Try, count_try, forgive_pair, get_wait
from postmaster.credentials.resets.rules import find_reset_fault
from postmaster.credentials.resets.standing import read_standing, subject_of
from postmaster.credentials.resets.steps import Waits
from postmaster.credentials.resets.tables import ResetStep, TemporaryPassword
from postmaster.credentials.resets.tokens import digest_token, make_token
from postmaster.credentials.tables import Credential
from postmaster.days import london_day
from postmaster.policy.numbers import Key
from postmaster.policy.reads import get_policy

BY = system("mail sign-in")


class SignedInBy(StrEnum):
    """With what somebody signed in: one sent or given, their own, or their own past its day."""

    TEMPORARY = "temporary"
    GIVEN = "given"
    DUE = "due"
    PASSWORD = "password"  # nosec B105 # noqa: S105 - a kind of sign-in, no password

    @property
    def must_change(self) -> bool:
        """Whether nothing but a new password comes next."""
        return self is not SignedInBy.PASSWORD


@dataclass(frozen=True, slots=True)
class Candidates:
    """What a typed password is checked against; None is checked as long and is never right."""

    account_id: int | None
    temporary: str | None = field(repr=False)
    own: str | None = field(repr=False)
    own_is: SignedInBy = SignedInBy.PASSWORD


NOBODY = Candidates(None, None, None)


def look_for_sign_in(
    session: Session, *, address: str, source: str, now: datetime
) -> Candidates | Waits:
    """What the password of an address is checked against; the wait when there were too many tries.

    A locked account signs in with a password just sent, and with no other.
    """
    policy = get_policy(session, on=london_day(now))
    one = Try(Purpose.SIGN_IN, address, source)
    wait = get_wait(session, one, policy=policy, now=now)
    if wait is not None:
        return Waits(wait)
    account = session.scalar(select(Account).where(Account.address_key == fold_address(address)))
    if account is None:
        return NOBODY
    standing = read_standing(session, account, policy=policy, now=now)
    if find_reset_fault(standing) is not None:
        return NOBODY
    sent = session.get(TemporaryPassword, account.account_id)
    own = session.get(Credential, subject_of(account.account_id))
    lasts = timedelta(hours=policy[Key.RESET_GIVEN_HOURS])
    is_over = own is not None and own.must_change and own.set_at + lasts < now
    reason = None if own is None else find_reason(session, account, own, now=now)
    return Candidates(
        account_id=account.account_id,
        temporary=sent.password_hash if sent is not None and sent.until > now else None,
        own=own.password_hash
        if own is not None and not is_over and not is_locked(account.locked_until, now)
        else None,
        own_is=_OWN_IS[reason],
    )


def finish_sign_in(
    session: Session,
    *,
    address: str,
    source: str,
    account_id: int | None,
    signed_in_by: SignedInBy | None,
    now: datetime,
) -> str | None:
    """Write the sign-in down; gives the token for the steps after it, or None when it was wrong.

    A wrong password is counted, and locks the account after too many from everywhere together.
    """
    policy = get_policy(session, on=london_day(now))
    one = Try(Purpose.SIGN_IN, address, source)
    account = session.get(Account, account_id or 0, with_for_update=True)
    if account is None or signed_in_by is None:
        tries = count_try(session, one, policy=policy, now=now)
        if account is not None:
            lock_when_guessed(session, account, tries=tries, policy=policy, by=BY, now=now)
        return None
    forgive_pair(session, one, policy=policy)
    if signed_in_by is SignedInBy.TEMPORARY and not _spend(session, account):
        return None
    token = make_token()
    session.add(
        ResetStep(
            token_digest=digest_token(token),
            account_id=account.account_id,
            subject="",
            began_at=now,
            until=now + timedelta(minutes=policy[Key.RESET_STEPS_MINUTES]),
            is_answered=True,
            signed_in_by=signed_in_by,
        )
    )
    session.flush()
    return token


def _spend(session: Session, account: Account) -> bool:
    """Use the password that was sent up: False when somebody was quicker, for it is good once."""
    sent = session.get(TemporaryPassword, account.account_id)
    if sent is None:
        return False
    session.delete(sent)
    return True


def find_reason(
    session: Session, account: Account, own: Credential, *, now: datetime
) -> ChangeReason | None:
    """Why the password of an account must be changed at its next sign-in."""
    set_on, today = london_day(own.set_at), london_day(now)
    expires_on = find_expiry(
        Kind(account.kind),
        set_on=set_on,
        then=get_policy(session, on=set_on),
        now=get_policy(session, on=today),
    )
    converted = select(AccountConversion.conversion_id).where(
        AccountConversion.account_id == account.account_id,
        AccountConversion.password_due_at > own.set_at,
    )
    return find_change_reason(
        is_given=own.must_change,
        is_converted=session.scalar(converted.limit(1)) is not None,
        expires_on=expires_on,
        today=today,
    )


def owner_of(account_id: int) -> Actor:
    """The owner of an account, as the audit names them when they act for themselves."""
    return system(f"owner of account {account_id}")


_OWN_IS = {
    None: SignedInBy.PASSWORD,
    ChangeReason.GIVEN: SignedInBy.GIVEN,
    ChangeReason.CONVERTED: SignedInBy.DUE,
    ChangeReason.EXPIRED: SignedInBy.DUE,
}
