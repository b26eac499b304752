"""Questions to the register."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.policy.numbers import DatedNumber, Key
from postmaster.policy.rules import Policy, policy_on
from postmaster.policy.tables import PolicyNumber


def list_numbers(session: Session) -> Sequence[DatedNumber]:
    """Every number ever entered, by key, then by the day it begins."""
    rows = session.scalars(select(PolicyNumber).order_by(PolicyNumber.key, PolicyNumber.holds_from))
    return [
        DatedNumber(
            key=Key(row.key),
            value=row.value,
            holds_from=row.holds_from,
            era=row.era,
            source=row.source,
            is_assumed=row.is_assumed,
        )
        for row in rows
    ]


def get_number(session: Session, key: Key, *, on: date) -> int | None:
    """One number as it held on a day in London; None when nothing was entered for it by then."""
    return session.scalar(
        select(PolicyNumber.value)
        .where(PolicyNumber.key == key, PolicyNumber.holds_from <= on)
        .order_by(PolicyNumber.holds_from.desc())
        .limit(1)
    )


def get_policy(session: Session, *, on: date) -> Policy:
    """What held on a day in London.

    Raises:
        UnknownDayError: the day is before the register begins, or nothing was entered yet.
    """
    return policy_on(list_numbers(session), on)
