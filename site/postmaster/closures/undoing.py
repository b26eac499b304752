"""An outcome taken back in chunks: accounts as they were before it, unless changed since."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.accounts.actions import cancel_leaver
from postmaster.accounts.moves import put_back
from postmaster.accounts.sweeps import lock_accounts
from postmaster.accounts.tables import Account
from postmaster.closures.actions import get_plan_for, step_plan
from postmaster.closures.rules import ItemState, Outcome, PlanState, check_step
from postmaster.closures.running import (
    CHUNK,
    LEAVERS_AT_ONCE,
    ChunkResult,
    in_chunk,
    make_move,
    next_bounds,
    settle_items,
)
from postmaster.closures.tables import ClosureItem


@acts(Action.CLOSURES_SETTLE)
def undo_chunk(
    session: Session, *, plan_id: int, size: int = CHUNK, by: Actor, now: datetime
) -> ChunkResult:
    """Put the next accounts back; those changed since the outcome keep what they are now.

    Raises:
        ClosureError: the plan is not being taken back.
    """
    plan = get_plan_for(session, plan_id, by)
    check_step(PlanState(plan.state), PlanState.UNDOING)
    most = min(size, LEAVERS_AT_ONCE) if plan.outcome == Outcome.LEAVER else size
    bounds = next_bounds(session, plan, ItemState.DONE, most)
    if bounds is None:
        step_plan(session, plan, PlanState.UNDONE, "closures.undone", by=by, now=now)
        return ChunkResult(0, 0, is_over=True)
    mine = in_chunk(plan, bounds, ItemState.DONE)
    lock_accounts(session, Account.account_id.in_(select(ClosureItem.account_id).where(mine)))
    same = exists().where(
        Account.account_id == ClosureItem.account_id, Account.revision == ClosureItem.revision
    )
    changed = settle_items(session, mine & ~same, ItemState.KEPT_CHANGED)
    if plan.outcome == Outcome.LEAVER:
        for account_id in session.scalars(select(ClosureItem.account_id).where(mine)).all():
            cancel_leaver(session, account_id=account_id, by=by, now=now)
    else:
        put_back(session, make_move(plan, bounds, now))
    back = settle_items(session, mine, ItemState.UNDONE)
    plan.checkpoint = bounds[1]
    session.flush()
    return ChunkResult(back, changed, is_over=False)
