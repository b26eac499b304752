"""An outcome decided, held up, let go on, taken back. None commits; nothing is deleted by any."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts, ensure
from postmaster.access.actors import Actor, Target
from postmaster.access.matrix import Action
from postmaster.access.reads import get_above
from postmaster.access.rules import may
from postmaster.accounts.rules import Kind, Status, fold_address
from postmaster.accounts.tables import Account
from postmaster.audit.actions import Changes, record
from postmaster.closures.criteria import is_closing
from postmaster.closures.members import Choice, freeze_items
from postmaster.closures.reads import count_items
from postmaster.closures.rules import (
    ClosureError,
    ItemState,
    Outcome,
    PlanState,
    check_step,
)
from postmaster.closures.tables import ClosurePlan
from postmaster.closures.targets import check_target, list_reach
from postmaster.days import london_day
from postmaster.organisations.tables import Organisation
from postmaster.policy.reads import get_policy


@acts(Action.CLOSURES_SETTLE)
def make_choice(
    session: Session,
    *,
    organisation: str,
    outcome: Outcome,
    target: str = "",
    owner: str = "",
    kinds: tuple[Kind, ...] = (),
    account_ids: tuple[int, ...] = (),
    by: Actor,
) -> Choice:
    """Check an outcome as somebody typed it; writes nothing. What comes back can be previewed.

    Raises:
        ClosureError: the organisation does not close, or the target or owner will not do.
    """
    ensure_over(session, organisation, by)
    check_closing(session, organisation)
    choice = Choice(
        organisation,
        outcome,
        kinds=kinds,
        account_ids=account_ids,
        is_national=may(by, Action.ROLES_NATIONAL).is_allowed,
    )
    if outcome is Outcome.TRANSFER:
        code = check_target(session, ods_code=organisation, target=target, by=by)
        return replace(choice, target=code)
    if outcome is not Outcome.KEEP:
        return choice
    if owner.strip():
        owner_id, home = _find_owner(session, owner, organisation, by)
        return replace(choice, owner_id=owner_id, target=home)
    return replace(choice, within=list_reach(session, ods_code=organisation, by=by))


@acts(Action.CLOSURES_SETTLE)
def decide_outcome(session: Session, *, choice: Choice, by: Actor, now: datetime) -> int:
    """Decide an outcome for every account of a choice; gives the plan's number.

    Nothing is done to an account yet: `running.run_chunk` does it, piece by piece.

    Raises:
        ClosureError: it takes no account at all.
    """
    ensure_over(session, choice.organisation, by)
    plan = ClosurePlan(
        organisation=choice.organisation,
        outcome=choice.outcome,
        target=choice.target,
        owner_id=choice.owner_id,
        is_national=choice.is_national,
        state=PlanState.RUNNING,
        created_at=now,
        created_by=by.reference,
        policy_version=get_policy(session, on=london_day(now)).version,
        checkpoint=0,
    )
    session.add(plan)
    session.flush()
    freeze_items(session, plan.plan_id, choice)
    states = count_items(session, plan_id=plan.plan_id)
    if not states[ItemState.WAITING]:
        raise ClosureError("There is no account it could be done to. See why each is left out.")
    changes: Changes = {
        "outcome": (None, choice.outcome),
        "target": (None, choice.target),
        "accounts": (None, states[ItemState.WAITING]),
        "left_out": (None, states[ItemState.SKIPPED]),
    }
    note_plan(session, plan, "closures.decide", changes, by=by, now=now)
    return plan.plan_id


@acts(Action.CLOSURES_SETTLE)
def pause_plan(session: Session, *, plan_id: int, by: Actor, now: datetime) -> None:
    """Stop after the chunk it is in; it can go on, or be taken back.

    Raises:
        ClosureError: it does not run.
    """
    plan = get_plan_for(session, plan_id, by)
    check_step(PlanState(plan.state), PlanState.RUNNING)
    step_plan(session, plan, PlanState.PAUSED, "closures.pause", by=by, now=now)


@acts(Action.CLOSURES_SETTLE)
def resume_plan(session: Session, *, plan_id: int, by: Actor, now: datetime) -> None:
    """Let it go on where it stopped.

    Raises:
        ClosureError: it is not paused.
    """
    plan = get_plan_for(session, plan_id, by)
    check_step(PlanState(plan.state), PlanState.PAUSED)
    plan.state_note = None
    step_plan(session, plan, PlanState.RUNNING, "closures.resume", by=by, now=now)


@acts(Action.CLOSURES_SETTLE)
def take_back(session: Session, *, plan_id: int, by: Actor, now: datetime) -> None:
    """Begin to put every account back as it was; those changed since stay as they are.

    Raises:
        ClosureError: it is not over, or its days for that are.
    """
    plan = get_plan_for(session, plan_id, by)
    check_step(PlanState(plan.state), PlanState.DONE, PlanState.PAUSED)
    if plan.undo_until is not None and london_day(now) > plan.undo_until:
        raise ClosureError(f"It could be taken back until {plan.undo_until.isoformat()}.")
    plan.checkpoint = 0
    step_plan(session, plan, PlanState.UNDOING, "closures.undo", by=by, now=now)


def check_closing(session: Session, organisation: str) -> None:
    """Refuse an organisation that is open: nothing of it needs an outcome.

    Raises:
        ClosureError: it is open.
    """
    closing = select(Organisation.ods_code).where(Organisation.ods_code == organisation)
    if session.scalar(closing.where(is_closing())) is None:
        raise ClosureError("The organisation is open: nothing of it needs an outcome.")


def get_plan_for(session: Session, plan_id: int, by: Actor) -> ClosurePlan:
    """The plan, its row locked, for somebody who may decide for its organisation.

    Raises:
        ClosureError: there is none.
        postmaster.access.acting.RefusedError: the matrix says no.
    """
    plan = session.scalar(
        select(ClosurePlan)
        .where(ClosurePlan.plan_id == plan_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if plan is None:
        raise ClosureError("There is no such outcome.")
    ensure_over(session, plan.organisation, by)
    return plan


def ensure_over(session: Session, organisation: str, by: Actor) -> None:
    """Go on only if the actor may decide for an organisation.

    Raises:
        postmaster.access.acting.RefusedError: the matrix says no.
    """
    above = get_above(session, organisation=organisation)
    ensure(by, Action.CLOSURES_SETTLE, Target("organisation", organisation, organisation, above))


def step_plan(
    session: Session,
    plan: ClosurePlan,
    wanted: PlanState,
    action: str,
    changes: Changes | None = None,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Give a plan another state, audited."""
    before, plan.state = plan.state, wanted
    told = {**(changes or {}), "state": (before, wanted)}
    note_plan(session, plan, action, told, by=by, now=now)


def note_plan(
    session: Session, plan: ClosurePlan, action: str, changes: Changes, *, by: Actor, now: datetime
) -> None:
    """Audit something about a plan, under the organisation that closes."""
    session.flush()
    record(
        session,
        action=action,
        kind="closure",
        key=str(plan.plan_id),
        organisation=plan.organisation,
        changes=changes,
        by=by.reference,
        now=now,
    )


def _find_owner(session: Session, owner: str, organisation: str, by: Actor) -> tuple[int, str]:
    row = session.execute(
        select(Account.account_id, Account.organisation).where(
            Account.address_key == fold_address(owner),
            Account.kind == Kind.PERSON,
            Account.status.in_([Status.ACTIVE, Status.INACTIVE, Status.DISABLED]),
        )
    ).one_or_none()
    if row is None:
        words = "No person's account that works has this address. Check it."
        raise ClosureError(words, field="owner")
    try:
        home = check_target(session, ods_code=organisation, target=row.organisation, by=by)
    except ClosureError as error:
        raise ClosureError(str(error), field="owner") from None
    return row.account_id, home
