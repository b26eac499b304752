"""The dated numbers of the policy register that the status goes by."""

from datetime import datetime

from sqlalchemy.orm import Session

from postmaster.days import london_day
from postmaster.policy.numbers import Key
from postmaster.policy.reads import get_policy


def get_number(session: Session, key: Key, *, now: datetime) -> int:
    """The value of a number as it holds today.

    Raises:
        postmaster.policy.rules.UnknownDayError: the register begins later, or is empty.
    """
    return get_policy(session, on=london_day(now))[key]


def get_minutes(session: Session, key: Key, *, now: datetime) -> int:
    """The same, of a number counted in minutes."""
    if not key.value.endswith("_minutes"):
        raise ValueError(f"{key} is not counted in minutes")
    return get_number(session, key, now=now)
