"""An outcome is done in chunks: each is one transaction that locks, judges anew, and remembers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, String, and_, case, func, literal, or_, select, update
from sqlalchemy.orm import Session

from postmaster.access.acting import RefusedError, acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.accounts.actions import mark_leaver
from postmaster.accounts.mailboxes import take_over
from postmaster.accounts.moves import Move, move_accounts
from postmaster.accounts.rules import AccountError, Status
from postmaster.accounts.sweeps import count_rows, lock_accounts
from postmaster.accounts.tables import Account
from postmaster.closures.actions import get_plan_for, step_plan
from postmaster.closures.letters import tell_receivers
from postmaster.closures.members import Choice, skip_of
from postmaster.closures.reads import count_items
from postmaster.closures.rules import (
    REASON,
    ItemState,
    Outcome,
    PlanState,
    Skip,
    check_step,
)
from postmaster.closures.tables import ClosureItem, ClosurePlan
from postmaster.days import london_day
from postmaster.organisations.criteria import takes_accounts
from postmaster.organisations.reads import can_take_accounts
from postmaster.organisations.tables import Organisation
from postmaster.policy.numbers import Key
from postmaster.policy.reads import get_policy

CHUNK = 2000
# Each leaver is written to: a letter of their own costs more than a row of a set.
LEAVERS_AT_ONCE = 200
MOVED, GIVEN_UP = "closures.transfer", "closures.give_up"


@dataclass(frozen=True, slots=True)
class ChunkResult:
    """What a chunk did; `is_over` when nothing more is left to do now."""

    done: int
    left_out: int
    is_over: bool


@acts(Action.CLOSURES_SETTLE)
def run_chunk(
    session: Session, *, plan_id: int, size: int = CHUNK, by: Actor, now: datetime
) -> ChunkResult:
    """Do the next accounts of a plan; those it no longer suits are left out, with why.

    Raises:
        ClosureError: the plan does not run.
    """
    plan = get_plan_for(session, plan_id, by)
    check_step(PlanState(plan.state), PlanState.RUNNING)
    if plan.target is not None and not can_take_accounts(session, ods_code=plan.target):
        plan.state_note = f"{plan.target} takes no accounts any more. Decide again."
        step_plan(session, plan, PlanState.PAUSED, "closures.pause", by=by, now=now)
        return ChunkResult(0, 0, is_over=True)
    most = min(size, LEAVERS_AT_ONCE) if plan.outcome == Outcome.LEAVER else size
    bounds = next_bounds(session, plan, ItemState.WAITING, most)
    if bounds is None:
        return _finish(session, plan, by=by, now=now)
    mine = in_chunk(plan, bounds)
    lock_accounts(session, Account.account_id.in_(select(ClosureItem.account_id).where(mine)))
    left_out = _leave_out(session, plan, mine)
    _apply(session, plan, mine, bounds, by=by, now=now)
    done = settle_items(session, mine, ItemState.DONE)
    plan.checkpoint = bounds[1]
    session.flush()
    return ChunkResult(done, left_out, is_over=False)


def in_chunk(
    plan: ClosurePlan, bounds: tuple[int, int], state: ItemState = ItemState.WAITING
) -> ColumnElement[bool]:
    """The items of a plan in a range of accounts that stand so."""
    return and_(
        ClosureItem.plan_id == plan.plan_id,
        ClosureItem.state == state,
        ClosureItem.account_id.between(*bounds),
    )


def next_bounds(
    session: Session, plan: ClosurePlan, state: ItemState, size: int
) -> tuple[int, int] | None:
    """The first and last account of the next chunk."""
    chunk = (
        select(ClosureItem.account_id)
        .where(
            ClosureItem.plan_id == plan.plan_id,
            ClosureItem.state == state,
            ClosureItem.account_id > plan.checkpoint,
        )
        .order_by(ClosureItem.account_id)
        .limit(size)
        .subquery()
    )
    low, high = session.execute(
        select(func.min(chunk.c.account_id), func.max(chunk.c.account_id))
    ).one()
    return None if low is None else (low, high)


def settle_items(
    session: Session, where: ColumnElement[bool], state: ItemState, why: Skip | None = None
) -> int:
    """Give items their state, with the revision their account has now; gives how many."""
    revision = select(Account.revision).where(Account.account_id == ClosureItem.account_id)
    made = session.execute(
        update(ClosureItem)
        .where(where)
        .values(state=state, why=why, revision=revision.scalar_subquery())
        .execution_options(synchronize_session=False)
    )
    return count_rows(made)


def make_move(plan: ClosurePlan, bounds: tuple[int, int], now: datetime) -> Move:
    """What a plan does to the accounts of a range; whoever decided it is who did it."""
    gives_up = plan.outcome == Outcome.DELETE
    return Move(
        plan_id=plan.plan_id,
        action=GIVEN_UP if gives_up else MOVED,
        first=bounds[0],
        last=bounds[1],
        by=plan.created_by,
        now=now,
        wanted=Status.INACTIVE if gives_up else None,
        reason_code=REASON if gives_up else None,
        policy_version=plan.policy_version if gives_up else None,
    )


def _apply(
    session: Session,
    plan: ClosurePlan,
    mine: ColumnElement[bool],
    bounds: tuple[int, int],
    *,
    by: Actor,
    now: datetime,
) -> None:
    if plan.outcome == Outcome.LEAVER:
        _do_each(
            session,
            mine,
            lambda one: mark_leaver(session, account_id=one, reason_code=REASON, by=by, now=now),
        )
        return
    if plan.owner_id is not None:
        owner_id = plan.owner_id
        _do_each(
            session,
            mine,
            lambda one: take_over(session, mailbox_id=one, owner_id=owner_id, by=by, now=now),
        )
    ids_now = select(ClosureItem.account_id).where(mine)
    chosen: ColumnElement[bool] = Account.account_id.in_(ids_now)
    to: ColumnElement[str] = Account.organisation.expression
    if plan.outcome == Outcome.DELETE:
        # One that was never opened, or is inactive, stays as it is: its clock runs already.
        chosen = and_(chosen, Account.status.in_([Status.ACTIVE, Status.DISABLED]))
    else:
        goes = select(ClosureItem.target).where(
            ClosureItem.plan_id == plan.plan_id, ClosureItem.account_id == Account.account_id
        )
        to = goes.correlate(Account).scalar_subquery()
    move_accounts(session, make_move(plan, bounds, now), chosen=chosen, to=to)


def _do_each(session: Session, mine: ColumnElement[bool], act: Callable[[int], None]) -> None:
    """Do what is done to one account at a time; one that refuses is left out, alone."""
    for account_id in session.scalars(select(ClosureItem.account_id).where(mine)).all():
        try:
            with session.begin_nested():
                act(account_id)
        except (AccountError, RefusedError):
            one = and_(mine, ClosureItem.account_id == account_id)
            settle_items(session, one, ItemState.SKIPPED, Skip.REFUSED)


def _leave_out(session: Session, plan: ClosurePlan, mine: ColumnElement[bool]) -> int:
    """Judge the locked accounts anew; gives how many are left out now."""
    choice = Choice(
        plan.organisation, Outcome(plan.outcome), plan.target, owner_id=plan.owner_id,
        is_national=plan.is_national,
    )  # fmt: skip
    is_gone = Account.status == Status.PURGED
    if plan.outcome != Outcome.TRANSFER:
        is_gone = or_(is_gone, Account.status == Status.DELETED)
    why = case(
        (Account.organisation != plan.organisation, literal(Skip.MOVED.value)),
        (is_gone, literal(Skip.GONE.value)),
        else_=_skip_again(choice),
    )
    found = (
        select(why).where(Account.account_id == ClosureItem.account_id).scalar_subquery()
    ).cast(String)
    made = session.execute(
        update(ClosureItem)
        .where(mine, found.is_not(None))
        .values(state=ItemState.SKIPPED, why=found)
        .execution_options(synchronize_session=False)
    )
    return count_rows(made)


def _skip_again(choice: Choice) -> ColumnElement[str | None]:
    """As when it was frozen; but an owner's organisation was frozen too and must only be open."""
    if choice.outcome is not Outcome.KEEP or choice.owner_id is not None:
        return skip_of(choice)
    fixed = Choice(choice.organisation, choice.outcome, owner_id=-1, target=choice.organisation)
    able = select(Organisation.ods_code).where(takes_accounts())
    return case(
        (ClosureItem.target.not_in(able), literal(Skip.NO_OWNER.value)), else_=skip_of(fixed)
    )


def _finish(session: Session, plan: ClosurePlan, *, by: Actor, now: datetime) -> ChunkResult:
    states = count_items(session, plan_id=plan.plan_id)
    days = get_policy(session, on=london_day(now))[Key.UNDO_WINDOW_DAYS]
    plan.finished_at = now
    plan.undo_until = date.fromordinal(london_day(now).toordinal() + days)
    if plan.outcome in {Outcome.TRANSFER, Outcome.KEEP}:
        tell_receivers(session, plan, now=now)
    changes = {
        "done": (0, states[ItemState.DONE]),
        "left_out": (0, states[ItemState.SKIPPED]),
    }
    step_plan(session, plan, PlanState.DONE, "closures.finish", changes, by=by, now=now)
    return ChunkResult(0, 0, is_over=True)
