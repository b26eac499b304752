"""Questions about accounts; a reader is answered within their scope."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.accounts.conversions import list_requests
from postmaster.accounts.criteria import Narrowing, select_accounts
from postmaster.accounts.records import AccountPage, AccountRow, HoldRow, MemberRow
from postmaster.accounts.rules import HoldKind, Kind, MemberRole, Status, fold_address
from postmaster.accounts.tables import (
    Account,
    AccountAlias,
    AccountChange,
    AccountHold,
    MailboxMember,
)
from postmaster.organisations.tables import Organisation

CHANGES_SHOWN = 20
HOLD_KEY = (AccountHold.review_on, AccountHold.hold_id)
# So many members of one mailbox are shown; a list of more is no longer read by people.
MEMBERS_SHOWN = 500


def to_row(row: Row[*tuple[Any, ...]]) -> AccountRow:
    """A row of `select_accounts` as a value."""
    _, account_id, address, name, kind, organisation, status, since, holds, batch = tuple(row)
    return AccountRow(
        account_id, address, name, Kind(kind), organisation, Status(status), since,
        is_held=bool(holds), is_in_batch=batch is not None,
    )  # fmt: skip


def list_accounts(
    session: Session,
    *,
    reader: Actor,
    narrowing: Narrowing,
    as_of: datetime,
    after: tuple[str, int] | None = None,
    limit: int = 50,
) -> Sequence[AccountRow]:
    """What a search finds, in the order of its keys; `after` is the key of the last one had."""
    found: list[Row[*tuple[Any, ...]]] = []
    for statement, key in select_accounts(reader=reader, narrowing=narrowing, as_of=as_of):
        further = statement if after is None else statement.where(_beyond(key, after))
        found += session.execute(further.order_by(*key).limit(limit))
    found.sort(key=lambda row: (row[0], row[1]))
    return [to_row(row) for row in found[:limit]]


def get_account(session: Session, *, reader: Actor, account_id: int) -> AccountPage | None:
    """An account whole; None when there is none or it is out of the reader's scope."""
    found = session.execute(
        select(Account, Organisation.name)
        .join(Organisation, Organisation.ods_code == Account.organisation)
        .where(
            Account.account_id == account_id,
            in_scope(reader, Action.ACCOUNTS_READ, Account.organisation),
        )
    ).first()
    if found is None:
        return None
    row, name = found
    own = AccountChange.account_id == account_id
    changes = select(AccountChange).where(own).order_by(AccountChange.change_id.desc())
    aliases = select(AccountAlias).where(AccountAlias.account_id == account_id)
    return AccountPage(
        row=row,
        organisation_name=name,
        owner=find_account(session, account_id=row.owner_id) if row.owner_id else None,
        holds=_list_holds(session, account_id),
        aliases=session.scalars(aliases.order_by(AccountAlias.address_key)).all(),
        members=_list_members(session, reader, MailboxMember.mailbox_id, account_id),
        mailboxes=_list_members(session, reader, MailboxMember.account_id, account_id),
        changes=session.scalars(changes.limit(CHANGES_SHOWN)).all(),
        change_count=session.scalars(select(func.count()).where(own)).one(),
        conversions=list_requests(session, account_id=account_id),
    )


def find_account(
    session: Session, *, account_id: int | None = None, address: str | None = None
) -> AccountRow | None:
    """One account by its number or its whole address, whoever looks after it; None for none.

    For an act that names an account of another organisation; never for a list.
    """
    by_id = Account.account_id == account_id
    where = by_id if address is None else Account.address_key == fold_address(address)
    row = session.scalar(select(Account).where(where))
    if row is None:
        return None
    return AccountRow(
        row.account_id, row.address, row.name, Kind(row.kind), row.organisation,
        Status(row.status), row.status_since,
        is_held=row.hold_count > 0, is_in_batch=row.batch_id is not None,
    )  # fmt: skip


def select_holds(*, reader: Actor, kind: HoldKind | None = None) -> Select[*tuple[Any, ...]]:
    """The holds in force on accounts of the reader's; the key of the list first, not ordered."""
    rows = _holds().where(in_scope(reader, Action.ACCOUNTS_READ, Account.organisation))
    return rows if kind is None else rows.where(AccountHold.kind == kind)


def get_hold(session: Session, *, reader: Actor, hold_id: int) -> HoldRow | None:
    """One hold in force; None when there is none or it is out of the reader's scope."""
    row = session.execute(select_holds(reader=reader).where(AccountHold.hold_id == hold_id)).first()
    return None if row is None else to_hold(row)


def to_hold(row: Row[*tuple[Any, ...]]) -> HoldRow:
    """A row of `select_holds` as a value."""
    review_on, hold_id, account_id, address, organisation, status, kind, reason, at, by = tuple(row)
    return HoldRow(
        hold_id, account_id, address, organisation, Status(status), HoldKind(kind), reason,
        review_on, at, by,
    )  # fmt: skip


def get_member(session: Session, *, member_id: int) -> MailboxMember | None:
    """A membership in force."""
    row = session.get(MailboxMember, member_id)
    return row if row is not None and row.ended_at is None else None


def _holds() -> Select[*tuple[Any, ...]]:
    return (
        select(
            *HOLD_KEY,
            Account.account_id,
            Account.address,
            Account.organisation,
            Account.status,
            AccountHold.kind,
            AccountHold.reason,
            AccountHold.placed_at,
            AccountHold.placed_by,
        )
        .join(Account, Account.account_id == AccountHold.account_id)
        .where(AccountHold.lifted_at.is_(None))
    )


def _list_holds(session: Session, account_id: int) -> Sequence[HoldRow]:
    rows = _holds().where(AccountHold.account_id == account_id).order_by(*HOLD_KEY)
    return [to_hold(row) for row in session.execute(rows)]


def _list_members(
    session: Session, reader: Actor, here: InstrumentedAttribute[int], account_id: int
) -> Sequence[MemberRow]:
    """The other side of each membership in force, owners first."""
    is_mailbox = here is MailboxMember.mailbox_id
    there = MailboxMember.account_id if is_mailbox else MailboxMember.mailbox_id
    rows = session.execute(
        select(
            MailboxMember.member_id, Account.account_id, Account.address, Account.name,
            Account.organisation, Account.status, MailboxMember.role, MailboxMember.since,
            in_scope(reader, Action.ACCOUNTS_READ, Account.organisation),
        )
        .join(Account, Account.account_id == there)
        .where(here == account_id, MailboxMember.ended_at.is_(None))
        .order_by(MailboxMember.role.desc(), Account.address_key)
        .limit(MEMBERS_SHOWN)
    )  # fmt: skip
    return [
        MemberRow(
            row[0], row[1], row[2], row[3], row[4], Status(row[5]), MemberRole(row[6]), row[7],
            bool(row[8]),
        )
        for row in rows
    ]  # fmt: skip


def _beyond(
    key: tuple[InstrumentedAttribute[str], InstrumentedAttribute[int]], after: tuple[str, int]
) -> ColumnElement[bool]:
    first, second = key
    text, number = after
    return (first > text) | ((first == text) & (second > number))
