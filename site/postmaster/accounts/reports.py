"""Reports about mailboxes and people: those nobody owns, those one person may have twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.accounts.criteria import count_owners, is_mailbox, is_namesake
from postmaster.accounts.rules import ALIVE, Kind, Status
from postmaster.accounts.tables import Account

MAILBOX_KEY = (Account.organisation, Account.address_key)
SAME_KEY = (Account.organisation, Account.name_key, Account.account_id)
DISABLED_KEY = (Account.status_since, Account.account_id)


@dataclass(frozen=True, slots=True)
class SameRow:
    """An account whose organisation has another of the same name or local number."""

    account_id: int
    address: str
    name: str
    organisation: str
    status: Status
    external_id: str | None


def select_badly_owned(
    *, reader: Actor, organisation: str | None = None, fewer_than: int = 2
) -> Select[*tuple[Any, ...]]:
    """Living shared mailboxes and rooms with fewer living owners; the key first, not ordered."""
    owners = count_owners()
    return select(
        *MAILBOX_KEY, Account.account_id, Account.address, Account.name, Account.kind,
        Account.status, owners.label("owners"),
    ).where(is_mailbox(), owners < fewer_than, *_mine(reader, organisation))  # fmt: skip


def select_same(*, reader: Actor, organisation: str | None = None) -> Select[*tuple[Any, ...]]:
    """Living people who share name or local number within an organisation; the key first.

    Looked for beside each account until a page is full, namesakes by the index of the name.
    """
    other = aliased(Account)
    living = sorted(ALIVE)
    beside = and_(
        other.account_id != Account.account_id,
        other.kind == Kind.PERSON,
        other.status.in_(living),
    )
    named = select(other.account_id).where(
        beside, is_namesake(Account.organisation, Account.name_key, of=other)
    )
    numbered = select(other.account_id).where(
        beside,
        other.organisation == Account.organisation,
        other.external_id == Account.external_id,
    )
    return select(
        *SAME_KEY[:2], Account.account_id, Account.address, Account.name, Account.status,
        Account.external_id,
    ).where(
        Account.kind == Kind.PERSON,
        Account.status.in_(living),
        named.exists() | numbered.exists(),
        *_mine(reader, organisation),
    )  # fmt: skip


def to_same(row: Row[*tuple[Any, ...]]) -> SameRow:
    """A row of `select_same` as a value."""
    organisation, _, account_id, address, name, status, external_id = tuple(row)
    return SameRow(account_id, address, name, organisation, Status(status), external_id)


def select_disabled(
    *, reader: Actor, ending: ColumnElement[bool], organisation: str | None = None
) -> Select[*tuple[Any, ...]]:
    """Disabled accounts whose day comes; the key first, not ordered."""
    return select(
        *DISABLED_KEY, Account.address, Account.name, Account.organisation, Account.disabled_until,
        Account.reason_code,
    ).where(ending, *_mine(reader, organisation))  # fmt: skip


def count_stands(
    session: Session, *, reader: Actor, organisation: str | None = None
) -> Sequence[tuple[str, str, int]]:
    """How many accounts of each kind stand where, purged ones left out."""
    rows = session.execute(
        select(Account.kind, Account.status, func.count())
        .where(Account.status != Status.PURGED, *_mine(reader, organisation))
        .group_by(Account.kind, Account.status)
        .order_by(Account.kind, Account.status)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _mine(reader: Actor, organisation: str | None) -> list[ColumnElement[bool]]:
    mine = [in_scope(reader, Action.ACCOUNTS_READ, Account.organisation)]
    if organisation is not None:
        mine.append(Account.organisation == organisation)
    return mine
