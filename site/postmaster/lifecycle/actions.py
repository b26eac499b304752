"""A batch from its draft to its approval: drafted, frozen, raised, approved, aborted."""

from datetime import date, datetime

from sqlalchemy import true
from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.audit.actions import Changes
from postmaster.days import london_day
from postmaster.lifecycle.batches import (
    BY_USE,
    BatchError,
    BatchStatus,
    Drop,
    check_step,
    needs_notice,
)
from postmaster.lifecycle.choosing import choose_members, passes_norm
from postmaster.lifecycle.guards import check_evidence
from postmaster.lifecycle.living import count_living_in
from postmaster.lifecycle.membership import digest_members, drop_members
from postmaster.lifecycle.rules import LEADS_TO, Reason
from postmaster.lifecycle.shares import measure_shares
from postmaster.lifecycle.steps import (
    check_second,
    get_batch_for,
    note_batch,
    settle_approval,
    step_batch,
)
from postmaster.lifecycle.tables import LifecycleBatch
from postmaster.organisations.tables import Organisation
from postmaster.policy.reads import get_policy

LONGEST_TITLE = 200


@acts(Action.LIFECYCLE_RUN)
def draft_batch(
    session: Session,
    *,
    reason: Reason,
    title: str,
    run_on: date,
    organisation: str | None = None,
    cut_off: date | None = None,
    by: Actor,
    now: datetime,
) -> int:
    """Draft a batch: whom it is for, and the earliest day; gives its id. Nothing is chosen yet.

    Raises:
        BatchError: the reason leads nowhere, the title or the day will not do, or there is no such
            organisation.
    """
    _check_draft(session, reason, title, run_on, organisation, today=london_day(now))
    batch = LifecycleBatch(
        reason=reason,
        title=title.strip(),
        organisation=organisation,
        cut_off=cut_off,
        run_on=run_on,
        status=BatchStatus.DRAFT,
        status_since=now,
        created_at=now,
        created_by=by.reference,
        member_count=0,
        checkpoint=0,
    )
    session.add(batch)
    session.flush()
    changes: Changes = {"status": (None, BatchStatus.DRAFT), "reason": (None, reason)}
    note_batch(session, batch, "lifecycle.draft", changes, by=by, now=now)
    return batch.batch_id


@acts(Action.LIFECYCLE_RUN)
def freeze_batch(session: Session, *, batch_id: int, by: Actor, now: datetime) -> int:
    """Choose the members, once and for all; gives how many. From now on they can only leave.

    Raises:
        BatchError: it is no draft, nobody is due, or the evidence of use is not to be trusted.
    """
    batch = get_batch_for(session, batch_id)
    check_step(BatchStatus(batch.status), BatchStatus.FROZEN)
    policy = get_policy(session, on=london_day(now))
    if Reason(batch.reason) in BY_USE:
        check_evidence(session, policy=policy, now=now)
    if not choose_members(session, batch, policy, now=now):
        raise BatchError("Nobody is due for this reason. Look at the preview to see why.")
    changes: Changes = {"members": (0, batch.member_count), "hash": (None, batch.frozen_hash)}
    step_batch(session, batch, BatchStatus.FROZEN, "lifecycle.freeze", changes, by=by, now=now)
    return batch.member_count


@acts(Action.LIFECYCLE_RUN)
def raise_limit(
    session: Session,
    *,
    batch_id: int,
    permille: int,
    norm_percent: int = 0,
    why: str,
    by: Actor,
    now: datetime,
) -> None:
    """Allow a frozen batch that passed a threshold a larger share, by somebody else, with why.

    `norm_percent` is the larger day it is allowed, where that is what it passed.

    Raises:
        BatchError: nothing was passed, the number is too small, there is no reason, or it is one's
            own batch.
    """
    batch = get_batch_for(session, batch_id)
    check_second(batch, by)
    if batch.status != BatchStatus.FROZEN or batch.tripped is None:
        raise BatchError("No threshold was passed, so there is nothing to raise.")
    highest = measure_shares(session, batch, count_living_in(session, true()), limit=0).highest
    if permille < highest:
        raise BatchError(f"The batch takes up to {highest}‰: the number must be that or more.")
    passed = passes_norm(batch.norm_percent, get_policy(session, on=london_day(now)))
    if passed and norm_percent < (batch.norm_percent or 0):
        raise BatchError(
            f"Its largest day is {batch.norm_percent}% of a usual one: allow that or more."
        )
    if not why.strip():
        raise BatchError("Say why so many may go.")
    batch.limit_norm_percent = norm_percent if passed else None
    before, batch.limit_permille = batch.limit_permille, permille
    batch.limit_by, batch.limit_why = by.reference, why.strip()
    note_batch(session, batch, "lifecycle.raise", {"limit": (before, permille)}, by=by, now=now)


@acts(Action.LIFECYCLE_RUN)
def approve_batch(
    session: Session, *, batch_id: int, frozen_hash: str, by: Actor, now: datetime
) -> None:
    """Approve exactly the members that were frozen. Never by whoever made the batch.

    Raises:
        BatchError: it is one's own, another hash than the one shown, not frozen, or a threshold was
            passed and nobody raised the number.
    """
    batch = get_batch_for(session, batch_id)
    check_second(batch, by)
    check_step(BatchStatus(batch.status), BatchStatus.APPROVED)
    if frozen_hash != batch.frozen_hash or digest_members(session, batch) != frozen_hash:
        raise BatchError("The members are not those you were shown. Look at the batch again.")
    if batch.tripped is not None and batch.limit_permille is None:
        raise BatchError(f"{batch.tripped} Somebody else must raise the number first, with why.")
    batch.approved_at, batch.approved_by = now, by.reference
    step_batch(session, batch, BatchStatus.APPROVED, "lifecycle.approve", {}, by=by, now=now)
    if needs_notice(Reason(batch.reason)):
        return
    settle_approval(session, batch, by=by, now=now)


@acts(Action.LIFECYCLE_RUN)
def abort_batch(session: Session, *, batch_id: int, why: str, by: Actor, now: datetime) -> None:
    """End a batch for good: every member still in it is let go.

    Raises:
        BatchError: it is over, running, or there is no reason.
    """
    batch = get_batch_for(session, batch_id)
    check_step(BatchStatus(batch.status), BatchStatus.ABORTED)
    if not why.strip():
        raise BatchError("Say why the batch is ended.")
    drop_members(session, batch_id, true(), why=Drop.ABORTED, now=now)
    batch.status_note = why.strip()
    step_batch(session, batch, BatchStatus.ABORTED, "lifecycle.abort", {}, by=by, now=now)


def _check_draft(
    session: Session,
    reason: Reason,
    title: str,
    run_on: date,
    organisation: str | None,
    *,
    today: date,
) -> None:
    if reason not in LEADS_TO:
        raise BatchError(f"Nothing is done to accounts that are {reason}.")
    if not 0 < len(title.strip()) <= LONGEST_TITLE or not title.isprintable():
        raise BatchError(f"Give the batch a title of one line, {LONGEST_TITLE} characters at most.")
    if run_on < today:
        raise BatchError("The day it runs is past. Give today or a day to come.")
    if organisation is not None and session.get(Organisation, organisation) is None:
        raise BatchError(f"There is no organisation {organisation}.")
