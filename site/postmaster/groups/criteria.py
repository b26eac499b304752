"""What lists hold, as SQL: accounts of a condition, lists within lists, who was on one when."""

from datetime import datetime

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    and_,
    exists,
    false,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute

from postmaster.access.tables import ScopeLink
from postmaster.accounts.rules import EFFECTS, Status
from postmaster.accounts.tables import Account
from postmaster.groups.conditions import Condition
from postmaster.groups.tables import ActivePeriod, ListMember
from postmaster.organisations.tables import Organisation

Moment = datetime | ColumnElement[datetime]
RECEIVING = tuple(sorted(status.value for status in Status if EFFECTS[status].receives))
LISTED = tuple(sorted(status.value for status in Status if EFFECTS[status].lists))


def matches(condition: Condition) -> ColumnElement[bool]:
    """The accounts a condition takes; nothing named takes nobody."""
    where = [
        names_organisation(condition, Account.organisation),
        Account.status.in_(LISTED),
        Account.kind.in_([kind.value for kind in condition.kinds]),
    ]
    if condition.job_title:
        where.append(Account.job_title == condition.job_title)
    return and_(*where)


def names_organisation(
    condition: Condition, code: InstrumentedAttribute[str]
) -> ColumnElement[bool]:
    """Whether an organisation's code is one the condition is about."""
    if condition.is_everywhere:
        return true()
    if not condition.organisations:
        return false()
    if not condition.takes_under:
        return code.in_(condition.organisations)
    return code.in_(select(ScopeLink.below).where(ScopeLink.above.in_(condition.organisations)))


def is_left_out(condition: Condition) -> ColumnElement[bool]:
    """An organisation with accounts that a condition leaves out; none means it takes everybody."""
    has_accounts = exists().where(
        Account.organisation == Organisation.ods_code, Account.status.in_(LISTED)
    )
    return and_(~names_organisation(condition, Organisation.ods_code), has_accounts)


def was_on(at: Moment) -> ColumnElement[bool]:
    """Whether a membership held at a moment."""
    return and_(
        ListMember.since <= at, or_(ListMember.ended_at.is_(None), ListMember.ended_at > at)
    )


def was_active(
    list_id: InstrumentedAttribute[int] | ColumnElement[int], at: Moment
) -> ColumnElement[bool]:
    """Whether a list was active at a moment."""
    return exists().where(
        ActivePeriod.list_id == list_id,
        ActivePeriod.from_at <= at,
        or_(ActivePeriod.to_at.is_(None), ActivePeriod.to_at > at),
    )


def reached_lists(start: Select[int, int], at: Moment) -> CTE:
    """Every list within those a statement selects, themselves among them: pairs of both ids.

    A UNION, so that a circle of lists comes to its end. A list that is not active leads nowhere.
    """
    walk = start.cte("reached", recursive=True)
    step = select(walk.c.top, ListMember.nested_id).where(
        ListMember.list_id == walk.c.list_id,
        ListMember.nested_id.is_not(None),
        was_on(at),
        was_active(ListMember.nested_id, at),  # type: ignore[arg-type]  # not null, said above
    )
    return walk.union(step)


def start_at(list_id: int) -> Select[int, int]:
    """Where `reached_lists` begins for one list, whatever its state."""
    return select(
        literal(list_id, BigInteger).label("top"), literal(list_id, BigInteger).label("list_id")
    )


def select_members(reached: CTE, at: Moment) -> Select[int | None]:
    """The accounts kept by hand on the lists reached."""
    return select(ListMember.account_id).where(
        ListMember.list_id.in_(select(reached.c.list_id)),
        ListMember.account_id.is_not(None),
        was_on(at),
    )
