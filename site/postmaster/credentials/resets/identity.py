"""The check of an identity by staff: characters of an answer, or known in person and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.accounts.rules import AccountError, find_reason_fault
from postmaster.accounts.tables import Account
from postmaster.audit.actions import record
from postmaster.credentials.answers.reads import do_characters_fit
from postmaster.credentials.answers.rules import Asked, choose_asked
from postmaster.credentials.locks.tries import Purpose, Try, count_try, forgive_pair, get_wait
from postmaster.credentials.resets.rules import Deed, Proof
from postmaster.days import london_day
from postmaster.policy.numbers import Key
from postmaster.policy.reads import get_policy
from postmaster.policy.rules import Policy

SECONDS = 60
_FIRST = Asked(1, 1)


@dataclass(frozen=True, slots=True)
class Check:
    """How staff know the owner: characters of one answer, or in person with the reason why."""

    proof: Proof
    given: Mapping[Asked, str]
    why: str = ""


def list_desk_characters(
    key: bytes, *, account_id: int, place: int, policy: Policy, now: datetime
) -> tuple[Asked, ...]:
    """Which characters of one answer staff ask for; the same all day, so that nobody fishes."""
    return choose_asked(
        key,
        subject=f"desk {account_id}",
        on=london_day(now),
        places=[place],
        each=policy[Key.ANSWERS_ASKED_AT_DESK],
        among=policy[Key.ANSWERS_MIN_LENGTH],
    )


def passes(
    session: Session,
    key: bytes,
    account: Account,
    deed: Deed,
    check: Check,
    *,
    by: Actor,
    now: datetime,
) -> bool:
    """Make the check and audit how it ended; too many that failed make everybody wait.

    Raises:
        AccountError: there were too many tries, or it is not said how the owner is known.
    """
    policy = get_policy(session, on=london_day(now))
    one = Try(Purpose.DESK, account.address, by.reference)
    wait = get_wait(session, one, policy=policy, now=now)
    if wait is not None:
        minutes = int(wait.total_seconds()) // SECONDS + 1
        raise AccountError(f"Too many checks failed. Try again in {minutes} minutes.")
    if check.proof is Proof.KNOWN:
        fault = find_reason_fault(check.why.strip())
        if fault is not None:
            raise AccountError(fault, field="why")
        is_right = True
    else:
        is_right = _do_fit(session, key, account, check, policy, now=now)
    _note_check(session, account, deed, check, is_right=is_right, by=by, now=now)
    if is_right:
        forgive_pair(session, one, policy=policy)
    else:
        count_try(session, one, policy=policy, now=now)
    return is_right


def _do_fit(
    session: Session, key: bytes, account: Account, check: Check, policy: Policy, *, now: datetime
) -> bool:
    """Whether the characters are those asked for today, all of them, and right."""
    place = next(iter(check.given), _FIRST).place
    asked = list_desk_characters(
        key, account_id=account.account_id, place=place, policy=policy, now=now
    )
    typed = {one: check.given.get(one, "") for one in asked}
    return do_characters_fit(session, key, account_id=account.account_id, given=typed, at=now)


def _note_check(
    session: Session,
    account: Account,
    deed: Deed,
    check: Check,
    *,
    is_right: bool,
    by: Actor,
    now: datetime,
) -> None:
    record(
        session,
        action="credentials.check",
        kind="account",
        key=str(account.account_id),
        organisation=account.organisation,
        changes={
            "for": (None, deed),
            "proof": (None, check.proof),
            "passed": (None, is_right),
        },
        personal={"why": check.why.strip()} if check.proof is Proof.KNOWN else None,
        by=by.reference,
        now=now,
    )
