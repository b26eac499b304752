"""Questions about lists; a reader is answered within their scope."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.access.tables import ScopeLink
from postmaster.accounts.criteria import begins_with
from postmaster.accounts.rules import Status, fold_address
from postmaster.accounts.tables import Account
from postmaster.groups.conditions import read_condition
from postmaster.groups.records import ListPage, ListRow, MemberRow, OwnerRow
from postmaster.groups.resolving import find_list_hold, list_senders, reach_of
from postmaster.groups.rules import ListKind, ListStatus
from postmaster.groups.tables import DistributionList, ListMember, ListOwner
from postmaster.groups.waiting import list_changes
from postmaster.organisations.reads import get_names

KEY = (DistributionList.address_key, DistributionList.list_id)
# So many members of one list are shown; more are counted.
MEMBERS_SHOWN = 500


def select_lists(
    *,
    reader: Actor,
    prefix: str = "",
    organisation: str = "",
    kind: ListKind | None = None,
    status: ListStatus | None = None,
) -> Select[*tuple[Any, ...]]:
    """The reader's lists whose address begins so, the key first; not ordered."""
    rows = select(
        *KEY,
        DistributionList.address,
        DistributionList.kind,
        DistributionList.organisation,
        DistributionList.status,
        DistributionList.status_since,
        DistributionList.recipients,
        DistributionList.is_hidden,
    ).where(in_scope(reader, Action.GROUPS_READ, DistributionList.organisation))
    if folded := fold_address(prefix.replace("\x00", "")):
        rows = rows.where(begins_with(DistributionList.address_key, folded))
    if organisation:
        rows = rows.where(DistributionList.organisation == organisation)
    if kind is not None:
        rows = rows.where(DistributionList.kind == kind)
    return rows if status is None else rows.where(DistributionList.status == status)


def to_row(row: Row[*tuple[Any, ...]]) -> ListRow:
    """A row of `select_lists` as a value."""
    _, list_id, address, kind, organisation, status, since, recipients, hidden = tuple(row)
    return ListRow(
        list_id, address, ListKind(kind), organisation, ListStatus(status), since, recipients,
        hidden,
    )  # fmt: skip


def get_list(session: Session, *, reader: Actor, list_id: int, now: datetime) -> ListPage | None:
    """A list whole, counted now; None when there is none or it is out of the reader's scope."""
    row = session.scalar(
        select(DistributionList).where(
            DistributionList.list_id == list_id,
            in_scope(reader, Action.GROUPS_READ, DistributionList.organisation),
        )
    )
    if row is None:
        return None
    names = get_names(session, codes={row.organisation})
    reach = reach_of(session, row, now=now)
    is_active = row.status == ListStatus.ACTIVE
    return ListPage(
        row=row,
        organisation_name=names[row.organisation].name,
        condition=None if row.condition is None else read_condition(row.condition),
        owners=_list_owners(session, row),
        senders=list_senders(session, list_id),
        members=_list_members(session, reader, list_id),
        member_count=_count_members(session, list_id),
        reach=reach,
        held=find_list_hold(session, row, reach, now=now) if is_active else None,
        changes=list_changes(session, list_id=list_id),
    )


def find_list(session: Session, *, address: str) -> DistributionList | None:
    """The list of an address, whoever looks after it; for an act that names it."""
    return session.scalar(
        select(DistributionList).where(
            DistributionList.address_key == fold_address(address),
            DistributionList.status != ListStatus.REJECTED,
        )
    )


def get_member(session: Session, *, list_member_id: int) -> tuple[ListMember, str] | None:
    """A membership in force, and whose it is."""
    row = session.get(ListMember, list_member_id)
    if row is None or row.ended_at is not None:
        return None
    if row.external is not None:
        return row, row.external
    of_account = select(Account.address).where(Account.account_id == row.account_id)
    of_list = select(DistributionList.address).where(DistributionList.list_id == row.nested_id)
    return row, session.scalars(of_account if row.account_id is not None else of_list).one()


def get_owner(session: Session, *, list_owner_id: int) -> tuple[ListOwner, str] | None:
    """An ownership in force, and whose it is."""
    row = session.get(ListOwner, list_owner_id)
    if row is None or row.ended_at is not None:
        return None
    address = select(Account.address).where(Account.account_id == row.account_id)
    return row, session.scalars(address).one()


def _list_owners(session: Session, row: DistributionList) -> Sequence[OwnerRow]:
    under = exists().where(
        ScopeLink.above == row.organisation, ScopeLink.below == Account.organisation
    )
    rows = session.execute(
        select(
            ListOwner.owner_id, Account.account_id, Account.address, Account.name, Account.status,
            ListOwner.since, or_(Account.organisation == row.organisation, under),
        )
        .join(Account, Account.account_id == ListOwner.account_id)
        .where(ListOwner.list_id == row.list_id, ListOwner.ended_at.is_(None))
        .order_by(Account.address_key)
    )  # fmt: skip
    return [OwnerRow(*one[:4], Status(one[4]), one[5], bool(one[6])) for one in rows]


def _list_members(session: Session, reader: Actor, list_id: int) -> Sequence[MemberRow]:
    nested = aliased(DistributionList)
    words = func.coalesce(Account.address, nested.address, ListMember.external)
    rows: Select[*tuple[Any, ...]] = (
        select(
            ListMember.member_id, words, ListMember.account_id, ListMember.nested_id,
            func.coalesce(Account.organisation, nested.organisation), Account.status,
            ListMember.since, in_scope(reader, Action.ACCOUNTS_READ, Account.organisation),
            in_scope(reader, Action.GROUPS_READ, nested.organisation),
        )
        .outerjoin(Account, Account.account_id == ListMember.account_id)
        .outerjoin(nested, nested.list_id == ListMember.nested_id)
        .where(ListMember.list_id == list_id, ListMember.ended_at.is_(None))
        .order_by(words, ListMember.member_id)
        .limit(MEMBERS_SHOWN)
    )  # fmt: skip
    return [
        MemberRow(
            one[0], one[1], one[2], one[3], one[4], None if one[5] is None else Status(one[5]),
            one[6], is_mine=bool(one[7] if one[2] is not None else one[8]),
        )
        for one in session.execute(rows)
    ]  # fmt: skip


def _count_members(session: Session, list_id: int) -> int:
    rows = select(func.count()).where(ListMember.list_id == list_id, ListMember.ended_at.is_(None))
    return session.scalars(rows).one()
