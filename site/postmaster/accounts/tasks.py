"""What waits for an administrator about accounts: holds to look at, days that come, requests."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.access.tasks import Task
from postmaster.accounts.conversions import RequestState
from postmaster.accounts.rules import Status
from postmaster.accounts.tables import Account, AccountConversion, AccountHold
from postmaster.days import first_day_reaching, london_day, start_of
from postmaster.policy.numbers import Key
from postmaster.policy.reads import get_policy
from postmaster.policy.rules import UnknownDayError

# So many days before a disabled account's day it is somebody's task.
AHEAD = timedelta(days=30)


def list_tasks(session: Session, *, reader: Actor, now: datetime) -> Sequence[Task]:
    """Holds to review, disabled accounts whose day comes, requests to decide."""
    return [*_list_own(session, reader, now), *_list_requests(session, reader)]


def is_ending(session: Session, *, now: datetime) -> ColumnElement[bool]:
    """Disabled, and its own day or the longest a policy keeps it comes within a month."""
    soon = london_day(now) + AHEAD
    ending: list[ColumnElement[bool]] = [Account.disabled_until <= soon]
    try:
        months = get_policy(session, on=london_day(now))[Key.DISABLED_KEPT_MONTHS]
    except UnknownDayError:
        months = None
    if months is not None:
        began = start_of(first_day_reaching(soon, months) + timedelta(days=1))
        ending.append(Account.status_since < began)
    disabled = (Account.status == Status.DISABLED) & (Account.status != Status.ACTIVE)
    return disabled & or_(*ending)


def _list_own(session: Session, reader: Actor, now: datetime) -> Iterator[Task]:
    if not may(reader, Action.ACCOUNTS_STATE).is_allowed:
        return
    mine = in_scope(reader, Action.ACCOUNTS_STATE, Account.organisation)
    holds = session.scalars(
        select(func.count())
        .select_from(AccountHold)
        .join(Account, Account.account_id == AccountHold.account_id)
        .where(AccountHold.lifted_at.is_(None), AccountHold.review_on <= london_day(now), mine)
    ).one()
    if holds:
        words = "1 hold is" if holds == 1 else f"{holds:,} holds are"
        yield Task(holds, f"{words} to be looked at: lift or keep", "/admin/accounts/holds/")
    ending = session.scalars(
        select(func.count()).select_from(Account).where(is_ending(session, now=now), mine)
    ).one()
    if ending:
        one = ending == 1
        words = (
            "1 disabled account reaches its day"
            if one
            else f"{ending:,} disabled accounts reach their day"
        )
        yield Task(ending, f"{words} within 30 days", "/admin/accounts/reports/disabled/")


def _list_requests(session: Session, reader: Actor) -> Iterator[Task]:
    if not may(reader, Action.APPLICATIONS_CONVERT).is_allowed:
        return
    count, since = session.execute(
        select(func.count(), func.min(AccountConversion.asked_at)).where(
            AccountConversion.state == RequestState.ASKED
        )
    ).one()
    if count:
        words = "1 account waits" if count == 1 else f"{count:,} accounts wait"
        yield Task(count, f"{words} to become another kind", "/admin/accounts/requests/", since)
