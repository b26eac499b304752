"""A member kept: by the link in its notice, or by its administrator. It leaves and is spared."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.accounts.activity import keep_account
from postmaster.accounts.tables import Account
from postmaster.lifecycle.batches import IN_FLIGHT, BatchError, Drop, ItemState
from postmaster.lifecycle.membership import drop_members
from postmaster.lifecycle.noticing import digest_token
from postmaster.lifecycle.steps import get_batch_for
from postmaster.lifecycle.tables import BatchItem


def find_keeping(session: Session, *, token: str) -> tuple[str, BatchItem] | None:
    """The address and member a link is about, while it can still be kept."""
    row = session.execute(
        select(Account.address, BatchItem)
        .join(BatchItem, BatchItem.account_id == Account.account_id)
        .where(
            BatchItem.keep_key == digest_token(token),
            BatchItem.state.in_([*sorted(IN_FLIGHT), ItemState.DROPPED]),
        )
    ).first()
    return None if row is None else (row[0], row[1])


def keep_by_link(session: Session, *, token: str, by: Actor, now: datetime) -> bool:
    """Keep the account of a link: it leaves its batch and is spared; False when it is too late."""
    found = find_keeping(session, token=token)
    if found is None:
        return False
    item = found[1]
    if item.state == ItemState.DROPPED:
        return item.why == Drop.KEPT
    get_batch_for(session, item.batch_id)
    mine = BatchItem.account_id == item.account_id
    if not drop_members(session, item.batch_id, mine, why=Drop.KEPT, now=now):
        return False
    keep_account(session, account_id=item.account_id, by=by, now=now)
    return True


@acts(Action.ACCOUNTS_STATE)
def keep_member(
    session: Session, *, batch_id: int, account_id: int, by: Actor, now: datetime
) -> None:
    """Its administrator keeps an account: it leaves the batch and is spared for a while.

    Raises:
        BatchError: it is no member any more.
        postmaster.access.acting.RefusedError: the account is of another organisation.
    """
    get_batch_for(session, batch_id)
    mine = BatchItem.account_id == account_id
    if not drop_members(session, batch_id, mine, why=Drop.KEPT, now=now):
        raise BatchError("The account is no member of the batch any more.")
    keep_account(session, account_id=account_id, by=by, now=now)
