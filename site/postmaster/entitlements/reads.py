"""Questions about leave over the internet; a reader is answered within their scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.accounts.rules import EFFECTS, Status, fold_address, is_locked
from postmaster.accounts.tables import Account
from postmaster.entitlements.criteria import select_granted
from postmaster.entitlements.rules import Protocol
from postmaster.entitlements.tables import ProtocolGrant
from postmaster.groups.tables import DistributionList

GRANT_KEY = (ProtocolGrant.grant_id,)


@dataclass(frozen=True, slots=True)
class Submitter:
    """Whether an account may submit mail by SMTP over the internet, and what stands in the way."""

    address_key: str
    kind: str
    is_active: bool
    is_granted: bool
    is_locked: bool


@dataclass(frozen=True, slots=True)
class HeldGrant:
    """One leave of an account."""

    grant_id: int
    protocol: Protocol
    from_at: datetime
    to_at: datetime | None
    reason: str
    granted_by: str


@dataclass(frozen=True, slots=True)
class GrantRow:
    """One leave as a list of many shows it: of an account or of a list, by its address."""

    grant_id: int
    account_id: int | None
    list_id: int | None
    address: str
    organisation: str
    protocol: Protocol
    from_at: datetime
    to_at: datetime | None
    reason: str
    granted_by: str
    is_everywhere: bool


def get_submitter(session: Session, *, address: str, now: datetime) -> Submitter | None:
    """The account of an address as a submitter of mail; None where there is none."""
    row = session.scalar(select(Account).where(Account.address_key == fold_address(address)))
    if row is None:
        return None
    granted = select_granted(Protocol.SMTP, now, account_id=row.account_id)
    return _to_submitter(row, session.scalar(granted.limit(1)) is not None, now)


def list_submitters(session: Session, *, now: datetime) -> Sequence[Submitter]:
    """Every account with leave for SMTP at this moment, its own or a list's, whatever its state."""
    granted = select_granted(Protocol.SMTP, now).subquery()
    rows = session.scalars(
        select(Account)
        .where(Account.account_id.in_(select(granted.c.account_id)))
        .order_by(Account.address_key)
    )
    return [_to_submitter(row, True, now) for row in rows]  # noqa: FBT003 - granted, by the query


def list_grants(session: Session, *, reader: Actor, account_id: int) -> Sequence[HeldGrant]:
    """Every leave of its own an account has or had, newest first."""
    rows = session.scalars(
        select(ProtocolGrant)
        .join(Account, Account.account_id == ProtocolGrant.account_id)
        .where(
            ProtocolGrant.account_id == account_id,
            in_scope(reader, Action.ACCOUNTS_READ, Account.organisation),
        )
        .order_by(ProtocolGrant.grant_id.desc())
    )
    return [
        HeldGrant(
            row.grant_id, Protocol(row.protocol), row.from_at, row.to_at, row.reason, row.granted_by
        )
        for row in rows
    ]


def select_grants(
    *,
    reader: Actor,
    now: datetime,
    organisation: str = "",
    protocol: Protocol | None = None,
    list_id: int | None = None,
    is_over: bool = False,
) -> Select[*tuple[Any, ...]]:
    """Leave of the reader's accounts and lists, in force or over; the key first, not ordered."""
    code = func.coalesce(Account.organisation, DistributionList.organisation)
    rows = _rows(reader).where(_is_over(now) if is_over else ~_is_over(now))
    if organisation:
        rows = rows.where(code == organisation)
    if protocol is not None:
        rows = rows.where(ProtocolGrant.protocol == protocol)
    return rows if list_id is None else rows.where(ProtocolGrant.list_id == list_id)


def get_grant(session: Session, *, reader: Actor, grant_id: int) -> GrantRow | None:
    """One leave; None when there is none or it is out of the reader's scope."""
    row = session.execute(_rows(reader).where(ProtocolGrant.grant_id == grant_id)).first()
    return None if row is None else to_grant(row)


def to_grant(row: Row[*tuple[Any, ...]]) -> GrantRow:
    """A row of `select_grants` as a value."""
    grant_id, account_id, list_id, address, code, protocol, *rest = tuple(row)
    return GrantRow(grant_id, account_id, list_id, address, code, Protocol(protocol), *rest)


def _rows(reader: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(
            *GRANT_KEY,
            ProtocolGrant.account_id,
            ProtocolGrant.list_id,
            func.coalesce(Account.address, DistributionList.address),
            func.coalesce(Account.organisation, DistributionList.organisation),
            ProtocolGrant.protocol,
            ProtocolGrant.from_at,
            ProtocolGrant.to_at,
            ProtocolGrant.reason,
            ProtocolGrant.granted_by,
            ProtocolGrant.is_everywhere,
        )
        .outerjoin(Account, Account.account_id == ProtocolGrant.account_id)
        .outerjoin(DistributionList, DistributionList.list_id == ProtocolGrant.list_id)
        .where(
            or_(
                in_scope(reader, Action.GROUPS_READ, Account.organisation),
                in_scope(reader, Action.GROUPS_READ, DistributionList.organisation),
            )
        )
    )


def _is_over(now: datetime) -> ColumnElement[bool]:
    return func.coalesce(ProtocolGrant.to_at <= now, False)


def _to_submitter(row: Account, is_granted: bool, now: datetime) -> Submitter:  # noqa: FBT001 - a fact of the row
    return Submitter(
        address_key=row.address_key,
        kind=row.kind,
        is_active=EFFECTS[Status(row.status)].sends and not row.sign_in_blocked,
        is_granted=is_granted,
        is_locked=is_locked(row.locked_until, now),
    )
