"""What the rules of a reset ask about an account, read from its row."""

from datetime import datetime

from sqlalchemy.orm import Session

from postmaster.accounts.changes import find_days
from postmaster.accounts.rules import Kind, Status, is_locked
from postmaster.accounts.tables import Account
from postmaster.credentials.answers.reads import get_set_at
from postmaster.credentials.resets.rules import Standing
from postmaster.days import london_day
from postmaster.policy.numbers import Key
from postmaster.policy.rules import Policy

PREFIX = "account:"


def subject_of(account_id: int) -> str:
    """Under which subject an account's password is kept."""
    return f"{PREFIX}{account_id}"


def read_standing(session: Session, account: Account, *, policy: Policy, now: datetime) -> Standing:
    """Where an account stands at a moment."""
    is_leaver = account.status == Status.LEAVER
    return Standing(
        kind=Kind(account.kind),
        status=Status(account.status),
        is_blocked=account.sign_in_blocked,
        is_locked=is_locked(account.locked_until, now),
        is_due=is_leaver and find_days(account, london_day(now)) > policy[Key.LEAVER_KEPT_DAYS],
        has_accepted=account.accepted_at is not None,
        has_questions=get_set_at(session, account_id=account.account_id) is not None,
    )
