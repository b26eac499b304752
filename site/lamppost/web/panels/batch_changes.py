"""What is posted about a batch: its steps from the freezing to the undo, and one member kept."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lamppost.web.context import now, session, writing
from lamppost.web.forms import read_number, strip_text
from lamppost.web.guard import actor, panel
from postmaster.access.matrix import Action
from postmaster.lifecycle.actions import abort_batch, approve_batch, freeze_batch, raise_limit
from postmaster.lifecycle.batch_reads import get_batch
from postmaster.lifecycle.batches import BatchError
from postmaster.lifecycle.keeping import keep_member
from postmaster.lifecycle.noticing import begin_notices
from postmaster.lifecycle.running import begin_run, pause_run
from postmaster.lifecycle.undoing import approve_undo, ask_undo

blueprint = Blueprint(
    "batch_changes", __name__, url_prefix="/admin/lifecycle/batches/<int:batch_id>"
)
LONGEST_WHY = 2000
# Of a share in thousandths, or of a day in per cent of a usual one.
MOST_DIGITS = 6


@blueprint.post("/freeze")
@panel(Action.LIFECYCLE_RUN)
def freeze(batch_id: int) -> ResponseReturnValue:
    """Choose the members once and for all."""
    return _answer(
        batch_id,
        "The members are chosen. Somebody else can now approve them.",
        lambda made: freeze_batch(made, batch_id=batch_id, by=actor(), now=now()),
    )


@blueprint.post("/raise")
@panel(Action.LIFECYCLE_RUN)
def raise_number(batch_id: int) -> ResponseReturnValue:
    """Raise the number a threshold stopped it at."""
    permille, percent = _number("permille"), _number("norm_percent")
    return _answer(
        batch_id,
        "The number is raised for this batch.",
        lambda made: raise_limit(
            made,
            batch_id=batch_id,
            permille=permille,
            norm_percent=percent,
            why=_why(),
            by=actor(),
            now=now(),
        ),
    )


@blueprint.post("/approve")
@panel(Action.LIFECYCLE_RUN)
def approve(batch_id: int) -> ResponseReturnValue:
    """Approve the members that were shown."""
    shown = request.form.get("frozen_hash", "")
    return _answer(
        batch_id,
        "Approved. The notices can go.",
        lambda made: approve_batch(
            made, batch_id=batch_id, frozen_hash=shown, by=actor(), now=now()
        ),
    )


@blueprint.post("/notify")
@panel(Action.LIFECYCLE_RUN)
def notify(batch_id: int) -> ResponseReturnValue:
    """Let the worker owe every notice."""
    return _answer(
        batch_id,
        "The notices are on their way.",
        lambda made: begin_notices(made, batch_id=batch_id, by=actor(), now=now()),
    )


@blueprint.post("/run")
@panel(Action.LIFECYCLE_RUN)
def run(batch_id: int) -> ResponseReturnValue:
    """Let the worker run what is ready."""
    return _answer(
        batch_id,
        "The batch runs. This page follows it.",
        lambda made: begin_run(made, batch_id=batch_id, by=actor(), now=now()),
    )


@blueprint.post("/pause")
@panel(Action.LIFECYCLE_RUN)
def pause(batch_id: int) -> ResponseReturnValue:
    """Stop after the chunk it is in."""
    return _answer(
        batch_id,
        "The batch is paused.",
        lambda made: pause_run(made, batch_id=batch_id, why=_why(), by=actor(), now=now()),
    )


@blueprint.post("/abort")
@panel(Action.LIFECYCLE_RUN)
def end(batch_id: int) -> ResponseReturnValue:
    """End it for good: its members are let go."""
    return _answer(
        batch_id,
        "The batch is ended. Its members are free again.",
        lambda made: abort_batch(made, batch_id=batch_id, why=_why(), by=actor(), now=now()),
    )


@blueprint.post("/ask-undo")
@panel(Action.LIFECYCLE_RUN)
def ask_back(batch_id: int) -> ResponseReturnValue:
    """Ask for it to be taken back."""
    return _answer(
        batch_id,
        "Asked for. Somebody else must approve it.",
        lambda made: ask_undo(made, batch_id=batch_id, why=_why(), by=actor(), now=now()),
    )


@blueprint.post("/approve-undo")
@panel(Action.LIFECYCLE_RUN)
def take_back(batch_id: int) -> ResponseReturnValue:
    """Approve that it is taken back; the worker does it."""
    return _answer(
        batch_id,
        "The batch is being taken back. This page follows it.",
        lambda made: approve_undo(made, batch_id=batch_id, by=actor(), now=now()),
    )


@blueprint.post("/keep")
@panel(Action.ACCOUNTS_STATE)
def keep(batch_id: int) -> ResponseReturnValue:
    """Let one member of one's own organisation go."""
    account_id = read_number(request.form.get("account_id")) or 0
    return _answer(
        batch_id,
        "The account stays, and no batch takes it for a while.",
        lambda made: keep_member(
            made, batch_id=batch_id, account_id=account_id, by=actor(), now=now()
        ),
    )


def _answer(batch_id: int, done: str, act: Callable[[Session], object]) -> ResponseReturnValue:
    """Do it, and go back to the page of the batch with what was done, or why it was not."""
    is_there = batch_id < 2**63 and get_batch(session(), reader=actor(), batch_id=batch_id)
    if not is_there:
        abort(404)
    try:
        with writing() as made:
            act(made)
        flash(done)
    except BatchError as error:
        flash(str(error))
    return redirect(f"/admin/lifecycle/batches/{batch_id}/", code=303)


def _number(name: str) -> int:
    return read_number(request.form.get(name), MOST_DIGITS) or 0


def _why() -> str:
    return strip_text(request.form.get("why"))[:LONGEST_WHY]
