"""A letter to each administrator of the accounts of a batch: nobody reads a leaver's mail."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Select, String, exists, func, literal, select
from sqlalchemy.orm import Session

from postmaster.access.roles import Role
from postmaster.access.tables import RoleGrant, ScopeLink
from postmaster.accounts.tables import Account
from postmaster.lifecycle.batches import ItemState
from postmaster.lifecycle.letters import DIGEST, MOST_LISTED, write_digest
from postmaster.lifecycle.rules import Reason
from postmaster.lifecycle.tables import BatchItem, LifecycleBatch
from postmaster.outbox.actions import owe
from postmaster.outbox.rules import UnsendableError
from postmaster.outbox.tables import OutboxMessage

CAUSE = "lifecycle.digest"
ADDRESSED = (
    Role.LOCAL_ADMINISTRATOR,
    Role.PRIMARY_LOCAL_ADMINISTRATOR,
    Role.SECTOR_ADMINISTRATOR,
)
_TOLD = (ItemState.OWED, ItemState.NOTICED)


def owe_digests(session: Session, batch: LifecycleBatch, *, most: int, now: datetime) -> int:
    """Owe up to `most` letters to administrators more; gives how many are left.

    Whoever cannot be written to is passed over: the panel's lists are there for them.
    """
    waiting = session.execute(_select_waiting(batch)).all()
    sent = 0
    for address, total in waiting:
        if sent == most:
            break
        subject, text = write_digest(
            batch.batch_id, _list_accounts(session, batch, address), total, Reason(batch.reason)
        )
        try:
            owe(
                session,
                cause=CAUSE,
                cause_key=str(batch.batch_id),
                recipient=address,
                subject=subject,
                text=text,
                template=DIGEST,
                is_secret=False,
                now=now,
            )
        except UnsendableError:
            continue
        sent += 1
    return max(0, len(waiting) - sent) if sent == most else 0


def _select_waiting(batch: LifecycleBatch) -> Select[str, int]:
    """Administrators who have not been written to, and how many accounts each is to hear of."""
    counts = (
        select(BatchItem.organisation, func.count().label("accounts"))
        .where(BatchItem.batch_id == batch.batch_id, BatchItem.state.in_(_TOLD))
        .group_by(BatchItem.organisation)
        .subquery()
    )
    owed = exists().where(
        OutboxMessage.cause == CAUSE,
        OutboxMessage.cause_key == literal(str(batch.batch_id), String),
        OutboxMessage.recipient == RoleGrant.address_key,
    )
    theirs = (
        select(RoleGrant.address_key, ScopeLink.below)
        .join(ScopeLink, ScopeLink.above == RoleGrant.scope)
        .where(RoleGrant.ended_at.is_(None), RoleGrant.role.in_(ADDRESSED), ~owed)
        .distinct()
        .subquery()
    )
    return (
        select(theirs.c.address_key, func.sum(counts.c.accounts))
        .join(counts, counts.c.organisation == theirs.c.below)
        .group_by(theirs.c.address_key)
        .order_by(theirs.c.address_key)
    )


def _list_accounts(
    session: Session, batch: LifecycleBatch, address: str
) -> Sequence[tuple[str, str, date]]:
    theirs = (
        select(ScopeLink.below)
        .join(RoleGrant, RoleGrant.scope == ScopeLink.above)
        .where(
            RoleGrant.address_key == address,
            RoleGrant.ended_at.is_(None),
            RoleGrant.role.in_(ADDRESSED),
        )
    )
    rows = session.execute(
        select(BatchItem.organisation, Account.address, BatchItem.deletes_on)
        .join(Account, Account.account_id == BatchItem.account_id)
        .where(
            BatchItem.batch_id == batch.batch_id,
            BatchItem.state.in_(_TOLD),
            BatchItem.organisation.in_(theirs),
        )
        .order_by(BatchItem.organisation, Account.address)
        .limit(MOST_LISTED)
    )
    return [(row[0], row[1], row[2]) for row in rows]
