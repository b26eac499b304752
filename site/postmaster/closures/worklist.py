"""One worklist: its accounts by where they stand, and the roles held for the organisation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.access.roles import Role
from postmaster.access.tables import RoleGrant
from postmaster.accounts.rules import Kind, Status
from postmaster.accounts.tables import Account
from postmaster.closures.criteria import standing_of
from postmaster.closures.rules import Standing

KEY = (Account.address_key,)


@dataclass(frozen=True, slots=True)
class Group:
    """How many accounts of a worklist share a kind and a standing."""

    kind: Kind
    standing: Standing
    accounts: int


@dataclass(frozen=True, slots=True)
class HeldHere:
    """A role held for an organisation that closes."""

    grant_id: str
    address: str
    role: Role
    since: datetime


@dataclass(frozen=True, slots=True)
class WorklistRow:
    """One account of a worklist."""

    account_id: int
    address: str
    name: str
    kind: Kind
    status: Status
    since: datetime | None
    is_held: bool
    is_in_batch: bool
    standing: Standing


def list_groups(session: Session, *, reader: Actor, ods_code: str) -> Sequence[Group]:
    """A worklist in figures, by kind and standing."""
    standing = standing_of().label("standing")
    rows = session.execute(
        select(Account.kind, standing, func.count())
        .where(*_mine(reader, ods_code))
        .group_by(Account.kind, standing)
        .order_by(Account.kind, standing)
    )
    return [Group(Kind(kind), Standing(where), count) for kind, where, count in rows]


def select_worklist(
    *,
    reader: Actor,
    ods_code: str,
    kind: Kind | None = None,
    standing: Standing | None = None,
) -> Select[*tuple[Any, ...]]:
    """The accounts of an organisation, not yet ordered; the key `address_key` first."""
    where = standing_of()
    rows = select(
        Account.address_key,
        Account.account_id,
        Account.address,
        Account.name,
        Account.kind,
        Account.status,
        Account.status_since,
        Account.hold_count,
        Account.batch_id,
        where.label("standing"),
    ).where(*_mine(reader, ods_code))
    if kind is not None:
        rows = rows.where(Account.kind == kind)
    return rows if standing is None else rows.where(where == standing.value)


def list_held_here(session: Session, *, reader: Actor, ods_code: str) -> Sequence[HeldHere]:
    """The roles held for the organisation itself; each needs an outcome too."""
    rows = session.scalars(
        select(RoleGrant)
        .where(
            RoleGrant.scope == ods_code,
            RoleGrant.ended_at.is_(None),
            in_scope(reader, Action.ACCOUNTS_READ, RoleGrant.scope),
        )
        .order_by(RoleGrant.role, RoleGrant.address_key)
    )
    return [
        HeldHere(str(row.grant_id), row.address_key, Role(row.role), row.granted_at) for row in rows
    ]


def to_row(row: Row[*tuple[Any, ...]]) -> WorklistRow:
    """A row of `select_worklist` as a value."""
    _, account_id, address, name, kind, status, since, holds, batch, standing = tuple(row)
    return WorklistRow(
        account_id, address, name, Kind(kind), Status(status), since, holds > 0,
        batch is not None, Standing(standing),
    )  # fmt: skip


def _mine(reader: Actor, ods_code: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Account.organisation == ods_code,
        Account.status != Status.PURGED,
        in_scope(reader, Action.ACCOUNTS_READ, Account.organisation),
    )
