"""A self-service reset up to the text message: begun, asked, answered. The same for every address.

Whoever is not there, gave the wrong digits or has no questions goes through the same steps with the
same work and sees the same pages; nothing they see tells which of it was so.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from postmaster.access.actors import system
from postmaster.accounts.rules import Kind, fold_address
from postmaster.accounts.tables import Account
from postmaster.credentials.answers.reads import do_characters_fit
from postmaster.credentials.answers.rules import Asked, choose_asked
from postmaster.credentials.locks.tries import Purpose, Try, count_try, get_wait
from postmaster.credentials.resets.letters import owe_temporary
from postmaster.credentials.resets.recording import record_reset
from postmaster.credentials.resets.rules import Channel, Outcome, Proof, find_reset_fault
from postmaster.credentials.resets.standing import read_standing
from postmaster.credentials.resets.tables import ResetStep, TemporaryPassword
from postmaster.credentials.resets.temporary import Temporary
from postmaster.credentials.resets.tokens import digest_token, make_token
from postmaster.days import london_day
from postmaster.policy.numbers import Key
from postmaster.policy.reads import get_policy
from postmaster.policy.rules import Policy

BY = system("self-service reset")
_DIGITS = 4


class Answered(StrEnum):
    """How the answers were taken. `TAKEN` says nothing of whether they were right."""

    TAKEN = "taken"
    NO_MOBILE = "no mobile"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Waits:
    """There were too many tries; how long until the next."""

    retry_after: timedelta


@dataclass(frozen=True, slots=True)
class Texts:
    """What the text message says beside the password: where to sign in."""

    sign_in_at: str


def begin_reset(
    session: Session, key: bytes, *, address: str, digits: str, source: str, now: datetime
) -> str | Waits:
    """Begin the steps for an address and the last digits of its mobile; gives the browser's token.

    Every beginning counts as a try, whatever was typed. No digits fit an account without a mobile:
    its owner gets as far as being told whom to ask.
    """
    policy = get_policy(session, on=london_day(now))
    one = Try(Purpose.RESET, address, source)
    wait = get_wait(session, one, policy=policy, now=now)
    if wait is not None:
        return Waits(wait)
    count_try(session, one, policy=policy, now=now)
    folded = fold_address(address)
    account = session.scalar(select(Account).where(Account.address_key == folded))
    mobile = (account.mobile if account is not None else None) or ""
    fits = hmac.compare_digest(mobile[-_DIGITS:].encode(), digits.strip().encode())
    token = make_token()
    session.add(
        ResetStep(
            token_digest=digest_token(token),
            account_id=account.account_id if account is not None and fits else None,
            subject=hmac.digest(key, folded.encode("utf-8", "surrogatepass"), "sha256").hex(),
            began_at=now,
            until=now + timedelta(minutes=policy[Key.RESET_STEPS_MINUTES]),
            is_answered=False,
        )
    )
    session.flush()
    return token


def list_asked(
    session: Session, key: bytes, *, token: str, now: datetime
) -> tuple[Asked, ...] | None:
    """The characters that are asked of whoever has this token; None when its time is over."""
    step = find_step(session, token=token, now=now)
    if step is None or step.is_answered:
        return None
    policy = get_policy(session, on=london_day(step.began_at))
    return choose_asked(
        key,
        subject=step.subject,
        on=london_day(step.began_at),
        places=range(1, policy[Key.ANSWERS_PAIRS] + 1),
        each=policy[Key.ANSWERS_ASKED_EACH],
        among=policy[Key.ANSWERS_MIN_LENGTH],
    )


def answer_reset(
    session: Session,
    key: bytes,
    *,
    token: str,
    given: Mapping[Asked, str],
    temporary: Temporary,
    texts: Texts,
    now: datetime,
) -> Answered:
    """Take the answers, once. Right ones owe the text message; wrong ones end the steps silently.

    `temporary` is made for every answer, right or wrong, so that both take as long.
    """
    step = find_step(session, token=token, now=now)
    if step is None or step.is_answered:
        return Answered.OVER
    asked = list_asked(session, key, token=token, now=now) or ()
    step.is_answered = True
    typed = {one: given.get(one, "") for one in asked}
    is_right = do_characters_fit(session, key, account_id=step.account_id or 0, given=typed, at=now)
    account = session.get(Account, step.account_id or 0, with_for_update=True)
    if account is None:
        return Answered.TAKEN
    policy = get_policy(session, on=london_day(now))
    standing = read_standing(session, account, policy=policy, now=now)
    can_be = find_reset_fault(standing) is None and standing.kind is Kind.PERSON
    if not is_right or not can_be:
        _record(session, account, Outcome.REFUSED, now=now)
        return Answered.TAKEN
    if not account.mobile:
        _record(session, account, Outcome.NO_MOBILE, now=now)
        return Answered.NO_MOBILE
    _send(session, account, temporary, texts, policy, now=now)
    return Answered.TAKEN


def find_step(session: Session, *, token: str, now: datetime) -> ResetStep | None:
    """The steps a token belongs to, while their time is not over."""
    step = session.get(ResetStep, digest_token(token))
    return step if step is not None and step.until > now else None


def forget_old_steps(session: Session, *, now: datetime) -> None:
    """Delete steps and temporary passwords whose time is over."""
    session.execute(delete(ResetStep).where(ResetStep.until < now))
    session.execute(delete(TemporaryPassword).where(TemporaryPassword.until < now))


def _record(session: Session, account: Account, outcome: Outcome, *, now: datetime) -> None:
    record_reset(
        session,
        account,
        channel=Channel.SELF_SERVICE,
        proof=Proof.ANSWERS_AND_MOBILE,
        outcome=outcome,
        by=BY,
        now=now,
    )


def _send(
    session: Session,
    account: Account,
    temporary: Temporary,
    texts: Texts,
    policy: Policy,
    *,
    now: datetime,
) -> None:
    minutes = policy[Key.RESET_TEMPORARY_MINUTES]
    session.merge(
        TemporaryPassword(
            account_id=account.account_id,
            password_hash=temporary.password_hash,
            sent_at=now,
            until=now + timedelta(minutes=minutes),
        )
    )
    owe_temporary(
        session,
        account,
        password=temporary.password,
        lasts=f"{minutes} minutes",
        sign_in_at=texts.sign_in_at,
        cause_key=f"{account.account_id}-{now.isoformat()}",
        now=now,
    )
