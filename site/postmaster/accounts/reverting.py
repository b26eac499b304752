"""A sweep taken back: accounts as they were before it, unless they were changed since."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, select, update
from sqlalchemy.orm import Session

from postmaster.accounts.sweeps import Sweep, count_rows, say_change
from postmaster.accounts.tables import Account, AccountChange, MailboxMember
from postmaster.audit.actions import record_from

REVERTED = "lifecycle.undo"


def revert_sweep(session: Session, sweep: Sweep, *, spared_until: datetime) -> int:
    """Put accounts of a batch back as they were before it; gives how many.

    Those changed since keep what they are now: their revision tells. The others are spared for a
    while, so that the next batch does not take them tomorrow. Whoever calls it has locked them.
    """
    change = (
        select(AccountChange)
        .where(
            AccountChange.batch_id == sweep.batch_id,
            AccountChange.action == sweep.action,
            AccountChange.account_id.between(sweep.first, sweep.last),
        )
        .subquery()
    )
    same = and_(Account.account_id == change.c.account_id, Account.revision == change.c.revision)
    _tell(session, sweep, select(Account).join(change, same), change.c.before_status)
    _give_mailboxes(session, sweep, select(Account.account_id).join(change, same))
    back = session.execute(
        update(Account)
        .where(same)
        .values(
            status=change.c.before_status,
            status_since=change.c.before_since,
            prior_status=change.c.before_prior,
            reason_code=change.c.before_reason,
            policy_version=change.c.before_version,
            spared_until=spared_until,
            revision=Account.revision + 1,
        )
        .execution_options(synchronize_session=False)
    )
    return count_rows(back)


def _tell(session: Session, sweep: Sweep, chosen: Select[Any], before: ColumnElement[Any]) -> None:
    record_from(
        session,
        action=REVERTED,
        kind="account",
        by=sweep.by,
        now=sweep.now,
        rows=chosen.with_only_columns(
            cast(Account.account_id, String),
            Account.organisation,
            say_change(Account.status, before, sweep.batch_id),
        ),
    )


def _give_mailboxes(session: Session, sweep: Sweep, reverted: Select[int]) -> None:
    session.execute(
        update(MailboxMember)
        .where(
            MailboxMember.ended_by_batch == sweep.batch_id,
            MailboxMember.account_id.in_(reverted),
        )
        .values(ended_at=None, ended_reason=None, ended_by_batch=None)
        .execution_options(synchronize_session=False)
    )
