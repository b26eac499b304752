"""Choose a new password after a sign-in, which is what completes a self-service reset."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.accounts.activity import Source, record_activity
from postmaster.accounts.rules import Kind, is_locked
from postmaster.accounts.tables import Account
from postmaster.credentials.actions import AuditedAs, set_password
from postmaster.credentials.answers.actions import set_answers
from postmaster.credentials.answers.rules import Pair
from postmaster.credentials.kinds import PasswordPolicy, password_policy
from postmaster.credentials.locks.actions import unlock
from postmaster.credentials.locks.tries import forgive
from postmaster.credentials.reads import list_remembered
from postmaster.credentials.resets.letters import owe_changed
from postmaster.credentials.resets.recording import record_reset
from postmaster.credentials.resets.rules import Channel, Outcome, Proof, find_reset_fault
from postmaster.credentials.resets.signing import SignedInBy, owner_of
from postmaster.credentials.resets.standing import read_standing, subject_of
from postmaster.credentials.resets.steps import find_step
from postmaster.days import london_day
from postmaster.features.reads import was_live
from postmaster.features.rules import Feature
from postmaster.policy.reads import get_policy


@dataclass(frozen=True, slots=True)
class Changing:
    """Somebody signed in to change a password: whose, what it must be, what it may not be again."""

    account_id: int
    kind: Kind
    signed_in_by: SignedInBy
    asked: PasswordPolicy
    names: tuple[str, ...]
    has_questions: bool
    remembered: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The new password holds. `unlocked`: it ended a lock; `still_locked`: a lock still holds."""

    unlocked: bool
    still_locked: bool


def find_changing(session: Session, *, token: str, now: datetime) -> Changing | None:
    """Who signed in with this token; None when its time is over, or the account cannot any more."""
    step = find_step(session, token=token, now=now)
    if step is None or step.signed_in_by is None:
        return None
    account = session.get(Account, step.account_id or 0)
    if account is None:
        return None
    policy = get_policy(session, on=london_day(now))
    standing = read_standing(session, account, policy=policy, now=now)
    if find_reset_fault(standing) is not None:
        return None
    asked = password_policy(standing.kind, policy)
    remembered = list_remembered(session, subject=subject_of(account.account_id))
    return Changing(
        account_id=account.account_id,
        kind=standing.kind,
        signed_in_by=SignedInBy(step.signed_in_by),
        asked=asked,
        names=(account.name, account.address),
        has_questions=standing.has_questions,
        remembered=remembered[: asked.remembered],
    )


def choose_password(
    session: Session, *, token: str, password_hash: str, now: datetime
) -> Chosen | None:
    """Put the new password in force; None when the time for it is over.

    Only now is a self-service reset done, is counted, and ends a lock: where the release that does
    so was live at this moment, and not otherwise. Nothing else of the account comes back by it.
    """
    changing = find_changing(session, token=token, now=now)
    step = find_step(session, token=token, now=now)
    if changing is None or step is None:
        return None
    account = session.get_one(Account, changing.account_id, with_for_update=True)
    by, key = owner_of(account.account_id), str(account.account_id)
    set_password(
        session,
        subject=subject_of(account.account_id),
        password_hash=password_hash,
        remembered=changing.asked.remembered,
        of=AuditedAs("account", key, account.organisation),
        by=by,
        now=now,
    )
    is_reset = changing.signed_in_by is SignedInBy.TEMPORARY
    unlocked = is_reset and _complete(session, account, by=by, now=now)
    step.signed_in_by = SignedInBy.PASSWORD
    forgive(session, account=account.address)
    record_activity(
        session, account_id=account.account_id, source=Source.PASSWORD, at=now, by=by, now=now
    )
    owe_changed(session, account, now=now)
    return Chosen(unlocked, still_locked=is_locked(account.locked_until, now))


def _complete(session: Session, account: Account, *, by: Actor, now: datetime) -> bool:
    """A self-service reset is done: counted, and the lock ended where the release does so."""
    ends_lock = was_live(session, feature=Feature.SSPR_UNLOCKS, at=now)
    unlocked = ends_lock and unlock(session, account, by=by, now=now)
    record_reset(
        session,
        account,
        channel=Channel.SELF_SERVICE,
        proof=Proof.ANSWERS_AND_MOBILE,
        outcome=Outcome.DONE,
        unlocked=unlocked,
        by=by,
        now=now,
    )
    return unlocked


def set_own_questions(
    session: Session, key: bytes, *, token: str, pairs: Sequence[Pair], now: datetime
) -> bool:
    """Set the questions of whoever signed in; False when their time is over.

    Raises:
        postmaster.credentials.answers.rules.AnswersError: they will not do.
        postmaster.accounts.rules.AccountError: the account is not a person's.
    """
    changing = find_changing(session, token=token, now=now)
    if changing is None or changing.signed_in_by.must_change:
        return False
    by = owner_of(changing.account_id)
    set_answers(session, key, account_id=changing.account_id, pairs=pairs, by=by, now=now)
    return True
