"""Set and clear security questions; called by the resets, which ask who may."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CursorResult, delete
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.accounts.rules import AccountError, Kind
from postmaster.accounts.tables import Account
from postmaster.audit.actions import record
from postmaster.credentials.answers.rules import (
    AnswersError,
    Pair,
    digest_answer,
    find_faults,
    prepare,
)
from postmaster.credentials.answers.tables import SecurityAnswer
from postmaster.days import london_day
from postmaster.features.reads import was_live
from postmaster.features.rules import Feature
from postmaster.policy.reads import get_policy


def set_answers(
    session: Session,
    key: bytes,
    *,
    account_id: int,
    pairs: Sequence[Pair],
    by: Actor,
    now: datetime,
) -> None:
    """Put an owner's questions in the place of those before; what is kept shows no answer.

    Raises:
        AnswersError: they will not do, with the faults of each field.
        AccountError: only people have security questions.
    """
    account = session.get_one(Account, account_id)
    if account.kind != Kind.PERSON:
        raise AccountError("Only a person's account has security questions.")
    faults = find_faults(pairs, get_policy(session, on=london_day(now)))
    if faults:
        raise AnswersError(faults)
    is_folded = was_live(session, feature=Feature.ANSWERS_CASE_INSENSITIVE, at=now)
    had = _forget(session, account_id)
    for place, pair in enumerate(pairs, 1):
        digests = digest_answer(
            key, account_id=account_id, place=place, answer=pair.answer, is_folded=is_folded
        )
        session.add(
            SecurityAnswer(
                account_id=account_id,
                place=place,
                question=prepare(pair.question),
                digests=" ".join(digests),
                is_folded=is_folded,
                set_at=now,
            )
        )
    session.flush()
    _note(session, account, "credentials.answers", had, len(pairs), by=by, now=now)


def clear_answers(session: Session, *, account_id: int, by: Actor, now: datetime) -> bool:
    """Take an account's questions away, so that its owner sets new ones; whether it had any."""
    account = session.get_one(Account, account_id)
    had = _forget(session, account_id)
    if had:
        _note(session, account, "credentials.clear-answers", had, 0, by=by, now=now)
    return bool(had)


def _forget(session: Session, account_id: int) -> int:
    gone = session.execute(delete(SecurityAnswer).where(SecurityAnswer.account_id == account_id))
    return gone.rowcount if isinstance(gone, CursorResult) else 0


def _note(
    session: Session, account: Account, action: str, had: int, has: int, *, by: Actor, now: datetime
) -> None:
    record(
        session, action=action, kind="account", key=str(account.account_id),
        organisation=account.organisation, changes={"questions": (had, has)},
        by=by.reference, now=now,
    )  # fmt: skip
