"""Questions about leave over the internet; a reader is answered within their scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Exists, Row, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.accounts.rules import EFFECTS, Status, fold_address
from postmaster.accounts.tables import Account
from postmaster.entitlements.rules import Protocol
from postmaster.entitlements.tables import ProtocolGrant


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


def get_submitter(session: Session, *, address: str, now: datetime) -> Submitter | None:
    """The account of an address as a submitter of mail; None where there is none."""
    row = session.execute(
        _select_submitters(now).where(Account.address_key == fold_address(address))
    ).one_or_none()
    return None if row is None else _to_submitter(row, now)


def list_submitters(session: Session, *, now: datetime) -> Sequence[Submitter]:
    """Every account with leave for SMTP at this moment, whatever its state."""
    rows = session.execute(
        _select_submitters(now).where(_is_granted(now)).order_by(Account.address_key)
    )
    return [_to_submitter(row, now) for row in rows]


def list_grants(session: Session, *, reader: Actor, account_id: int) -> Sequence[HeldGrant]:
    """Every leave an account has or had, newest first."""
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


def _is_granted(now: datetime) -> Exists:
    return exists().where(
        and_(
            ProtocolGrant.account_id == Account.account_id,
            ProtocolGrant.protocol == Protocol.SMTP,
            ProtocolGrant.from_at <= now,
            or_(ProtocolGrant.to_at.is_(None), ProtocolGrant.to_at > now),
        )
    )


def _select_submitters(now: datetime) -> Select[str, str, str, bool, datetime | None, bool]:
    return select(
        Account.address_key,
        Account.kind,
        Account.status,
        Account.sign_in_blocked,
        Account.locked_until,
        _is_granted(now),
    )


def _to_submitter(row: Row[str, str, str, bool, datetime | None, bool], now: datetime) -> Submitter:
    key, kind, status, is_blocked, locked_until, is_granted = row
    return Submitter(
        address_key=key,
        kind=kind,
        is_active=EFFECTS[Status(status)].sends and not is_blocked,
        is_granted=bool(is_granted),
        is_locked=locked_until is not None and locked_until > now,
    )
