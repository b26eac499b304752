"""Accounts that moved leave every batch they are a member of, in the transaction that moved them.

`closures` stands below and knows no batches: whoever runs an outcome runs it through here.
"""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.accounts.tables import Account
from postmaster.closures.rules import ItemState as OutcomeState
from postmaster.closures.running import CHUNK, ChunkResult, run_chunk
from postmaster.closures.tables import ClosureItem
from postmaster.lifecycle.batches import IN_FLIGHT, Drop
from postmaster.lifecycle.membership import drop_members
from postmaster.lifecycle.tables import BatchItem


def run_plan_chunk(
    session: Session, *, plan_id: int, size: int = CHUNK, by: Actor, now: datetime
) -> ChunkResult:
    """The next chunk of an outcome; whoever moves by it leaves their batch, reason `moved`.

    Raises:
        postmaster.closures.rules.ClosureError: the outcome does not run.
    """
    result = run_chunk(session, plan_id=plan_id, size=size, by=by, now=now)
    if result.done:
        drop_moved(session, plan_id=plan_id, now=now)
    return result


def drop_moved(session: Session, *, plan_id: int, now: datetime) -> int:
    """Let members go whose account an outcome took to another organisation; gives how many."""
    moved = exists().where(
        Account.account_id == BatchItem.account_id,
        Account.organisation != BatchItem.organisation,
        ClosureItem.plan_id == plan_id,
        ClosureItem.account_id == BatchItem.account_id,
        ClosureItem.state == OutcomeState.DONE,
    )
    batches = session.scalars(
        select(BatchItem.batch_id)
        .join(ClosureItem, ClosureItem.account_id == BatchItem.account_id)
        .where(ClosureItem.plan_id == plan_id, BatchItem.state.in_(sorted(IN_FLIGHT)))
        .distinct()
        .order_by(BatchItem.batch_id)
    ).all()
    return sum(drop_members(session, one, moved, why=Drop.MOVED, now=now) for one in batches)
