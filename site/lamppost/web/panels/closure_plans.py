"""One outcome: how far it is, and what is posted to hold it up, let it go on, or take it back."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect
from flask.typing import ResponseReturnValue

from lamppost.web.context import now, session, writing
from lamppost.web.guard import actor, panel
from lamppost.web.htmx import render_page_or_block
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.accounts.rules import KIND_WORDS
from postmaster.closures.actions import pause_plan, resume_plan, take_back
from postmaster.closures.reads import PlanPage, get_plan
from postmaster.closures.rules import OUTCOME_WORDS, SKIP_WORDS, ClosureError, Outcome, PlanState
from postmaster.days import london_day

blueprint = Blueprint("closure_plans", __name__, url_prefix="/admin/organisations/outcomes")
HOME = "/admin/organisations/outcomes/"
# While these last the page asks again by itself.
MOVING = {PlanState.RUNNING, PlanState.UNDOING}


@blueprint.get("/<int:plan_id>/")
@panel(Action.ACCOUNTS_READ)
def show(plan_id: int) -> str:
    """One outcome and its figures."""
    found = _get(plan_id)
    row = found.row
    can_undo = row.undo_until is None or london_day(now()) <= row.undo_until
    return render_page_or_block(
        "closures/plan.html",
        "plan_progress",
        found=found,
        plan=row,
        here=f"{HOME}{plan_id}/",
        outcome=OUTCOME_WORDS[Outcome(row.outcome)],
        words=SKIP_WORDS,
        kinds=KIND_WORDS,
        is_moving=row.state in MOVING,
        can_undo=can_undo and row.state in {PlanState.DONE, PlanState.PAUSED},
        may_settle=may(actor(), Action.CLOSURES_SETTLE).is_allowed,
        back=(f"/admin/organisations/{row.organisation}/worklist/", "Worklist"),
    )


@blueprint.post("/<int:plan_id>/pause")
@panel(Action.CLOSURES_SETTLE)
def pause(plan_id: int) -> ResponseReturnValue:
    """Stop after the chunk it is in."""
    return _answer(plan_id, "It is paused.", pause_plan)


@blueprint.post("/<int:plan_id>/resume")
@panel(Action.CLOSURES_SETTLE)
def resume(plan_id: int) -> ResponseReturnValue:
    """Let it go on."""
    return _answer(plan_id, "It goes on.", resume_plan)


@blueprint.post("/<int:plan_id>/undo")
@panel(Action.CLOSURES_SETTLE)
def undo(plan_id: int) -> ResponseReturnValue:
    """Take it back; the worker does it."""
    return _answer(plan_id, "It is being taken back. This page follows it.", take_back)


def _answer(plan_id: int, done: str, act: Callable[..., None]) -> ResponseReturnValue:
    _get(plan_id)
    try:
        with writing() as made:
            act(made, plan_id=plan_id, by=actor(), now=now())
        flash(done)
    except ClosureError as error:
        flash(str(error))
    return redirect(f"{HOME}{plan_id}/", code=303)


def _get(plan_id: int) -> PlanPage:
    found = None
    if plan_id < 2**63:
        found = get_plan(session(), reader=actor(), plan_id=plan_id)
    return found or abort(404)
