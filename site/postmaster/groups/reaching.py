"""Whom a list reaches at this moment: one statement, counted by organisation, never a loop."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, func, select, union
from sqlalchemy.orm import Session

from postmaster.access.tables import ScopeLink
from postmaster.accounts.tables import Account
from postmaster.groups.conditions import Condition, read_condition
from postmaster.groups.criteria import (
    RECEIVING,
    is_left_out,
    matches,
    reached_lists,
    start_at,
    was_on,
)
from postmaster.groups.entering import Entry
from postmaster.groups.tables import DistributionList, ListMember
from postmaster.organisations.tables import Organisation


@dataclass(frozen=True, slots=True)
class Reach:
    """How many a list reaches: accounts by organisation, and addresses outside."""

    organisations: Mapping[str, int]
    externals: int
    is_everyone: bool

    @property
    def accounts(self) -> int:
        """How many accounts of the service."""
        return sum(self.organisations.values())

    @property
    def total(self) -> int:
        """How many recipients."""
        return self.accounts + self.externals


@dataclass(frozen=True, slots=True)
class Recipients:
    """Whom a list would reach: lists kept by hand, conditions, what is added and what is taken.

    There is at least one list or one condition.
    """

    lists: tuple[int, ...]
    conditions: tuple[Condition, ...]
    add: tuple[Entry, ...] = ()
    end: tuple[int, ...] = ()


def gather(
    session: Session,
    *,
    list_id: int,
    condition: Condition | None,
    add: Sequence[Entry] = (),
    end: Iterable[int] = (),
    now: datetime,
) -> Recipients:
    """What a list is made of, through every list within it; `condition` is its own, if it has one.

    `list_id` 0 is a list that is yet to be made.
    """
    ended = tuple(end)
    tops = {list_id, *_kept_nested(session, list_id, ended, now)}
    tops |= {entry.nested_id for entry in add if entry.nested_id is not None}
    inner: set[int] = set()
    for top in sorted(tops - {list_id}):
        reached = reached_lists(start_at(top), now)
        inner |= set(session.scalars(select(reached.c.list_id)))
    active = session.execute(
        select(DistributionList.list_id, DistributionList.condition).where(
            DistributionList.list_id.in_(sorted(inner - {list_id})),
            DistributionList.status == "active",
        )
    ).all()
    texts = [text for _, text in active if text is not None]
    own = [] if condition is None else [condition]
    by_hand = tuple(number for number, text in active if text is None)
    lists = (list_id, *by_hand) if condition is None else by_hand
    return Recipients(lists, (*own, *map(read_condition, texts)), tuple(add), ended)


def select_accounts(recipients: Recipients, now: datetime) -> Select[*tuple[Any, ...]]:
    """The accounts reached: each once, those alone that receive."""
    reached = _select_reached(recipients, now).subquery()
    return select(reached.c.account_id).order_by(reached.c.account_id)


def measure(session: Session, recipients: Recipients, *, now: datetime) -> Reach:
    """Count the recipients by organisation, inside the database."""
    rows = session.execute(count_by_organisation(recipients, now))
    return Reach(
        {code: count for code, count in rows},
        _count_externals(session, recipients, now),
        is_everyone=any(is_everyone(session, one) for one in recipients.conditions),
    )


def count_by_organisation(recipients: Recipients, now: datetime) -> Select[*tuple[Any, ...]]:
    """How many recipients each organisation has."""
    reached = _select_reached(recipients, now).subquery()
    code = reached.c.organisation
    return select(code, func.count()).group_by(code).order_by(code)


def is_everyone(session: Session, condition: Condition) -> bool:
    """Whether a condition takes every organisation that has accounts, where there are several."""
    if not condition.organisations and not condition.is_everywhere:
        return False
    left_out = select(Organisation.ods_code).where(is_left_out(condition)).limit(1)
    if session.scalar(left_out) is not None:
        return False
    several = select(Organisation.ods_code).where(is_left_out(Condition())).limit(2)
    return len(session.scalars(several).all()) > 1


def find_seats(
    session: Session, codes: Iterable[str], *, owner: str
) -> Mapping[str, tuple[str, ...]]:
    """Whose approval reaching organisations needs: the topmost over each, with those under it.

    What stands under the owner needs nobody else's. For a practice it is the group over it, for a
    site of a sector its container.
    """
    wanted = sorted(set(codes))
    under = session.scalars(
        select(ScopeLink.below).where(ScopeLink.above == owner, ScopeLink.below.in_(wanted))
    )
    foreign = sorted(set(wanted) - set(under) - {owner})
    seats: dict[str, list[str]] = {}
    for code, top in _list_tops(session, foreign):
        seats.setdefault(top, []).append(code)
    return {top: tuple(seats[top]) for top in sorted(seats)}


def _list_tops(session: Session, codes: Sequence[str]) -> list[tuple[str, str]]:
    """Each code with what stands topmost over it: nothing stands over that but itself."""
    if not codes:
        return []
    over = ScopeLink.__table__.alias("over")
    tops = (
        select(ScopeLink.below, func.min(ScopeLink.above))
        .where(
            ScopeLink.below.in_(codes),
            ~select(over.c.above)
            .where(over.c.below == ScopeLink.above, over.c.above != ScopeLink.above)
            .exists(),
        )
        .group_by(ScopeLink.below)
        .order_by(ScopeLink.below)
    )
    return [(code, top) for code, top in session.execute(tops)]


def _kept_nested(session: Session, list_id: int, ended: tuple[int, ...], now: datetime) -> set[int]:
    rows = select(ListMember.nested_id).where(
        ListMember.list_id == list_id,
        ListMember.nested_id.is_not(None),
        ListMember.member_id.not_in(ended),
        was_on(now),
    )
    return {number for number in session.scalars(rows) if number is not None}


def _select_reached(
    recipients: Recipients, now: datetime
) -> Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]:
    """Each way to a recipient by an index of its own, and every account once.

    An OR of the ways would make the database read the whole estate.
    """
    columns = select(Account.account_id, Account.organisation)
    kept = select(ListMember.account_id).where(
        _is_kept(recipients, now), ListMember.account_id.is_not(None)
    )
    added = [one.account_id for one in recipients.add if one.account_id is not None]
    by_hand = columns.where(Account.status.in_(RECEIVING))
    ways = [columns.where(matches(condition)) for condition in recipients.conditions]
    if recipients.lists:
        ways.append(by_hand.where(Account.account_id.in_(kept)))
    if added:
        ways.append(by_hand.where(Account.account_id.in_(added)))
    return ways[0] if len(ways) == 1 else union(*ways)


def _is_kept(recipients: Recipients, now: datetime) -> ColumnElement[bool]:
    return and_(
        ListMember.list_id.in_(recipients.lists),
        ListMember.member_id.not_in(recipients.end),
        was_on(now),
    )


def _count_externals(session: Session, recipients: Recipients, now: datetime) -> int:
    kept = set(
        session.scalars(
            select(ListMember.external).where(
                _is_kept(recipients, now), ListMember.external.is_not(None)
            )
        )
    )
    return len(kept | {one.external for one in recipients.add if one.external is not None})
