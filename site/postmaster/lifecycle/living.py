"""Accounts that are not purged, counted: all, less those an index knows, so that no row is read."""

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from postmaster.accounts.rules import Status
from postmaster.accounts.tables import Account

# Named so, the partial index of what is not active finds them.
_PURGED = (Account.status != Status.ACTIVE, Account.status == Status.PURGED)


def count_living(session: Session, mine: ColumnElement[bool]) -> int:
    """How many there are of those a condition on the organisation allows."""
    every, purged = (
        select(func.count()).select_from(Account).where(mine, *where).scalar_subquery()
        for where in ((), _PURGED)
    )
    left: int = session.scalars(select(every - purged)).one()
    return left


def count_living_in(session: Session, mine: ColumnElement[bool]) -> dict[str, int]:
    """How many there are in each organisation that has any, of those a condition allows."""
    every, purged = (
        {
            code: count
            for code, count in session.execute(
                select(Account.organisation, func.count())
                .where(mine, *where)
                .group_by(Account.organisation)
            )
        }
        for where in ((), _PURGED)
    )
    living = {code: count - purged.get(code, 0) for code, count in every.items()}
    return {code: count for code, count in living.items() if count}
