"""What automation does every night: shadows where it only looks, batches where it goes further."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.days import london_day, say_day
from postmaster.lifecycle.batches import BY_USE, BatchStatus, needs_notice
from postmaster.lifecycle.choosing import choose_members
from postmaster.lifecycle.cutoffs import make_cutoffs
from postmaster.lifecycle.guards import check_clear, check_evidence
from postmaster.lifecycle.modes import Mode
from postmaster.lifecycle.rules import LEADS_TO, Reason
from postmaster.lifecycle.shadowing import cast_shadows, settle_shadows
from postmaster.lifecycle.steps import note_batch, settle_approval, step_batch
from postmaster.lifecycle.tables import LifecycleBatch, LifecycleNight, LifecycleOrganisation
from postmaster.lifecycle.words import WORDS
from postmaster.policy.numbers import Key
from postmaster.policy.reads import get_policy

# Without a notice there is nothing to do in notify-only mode.
REASONS = {
    Mode.SHADOW: tuple(reason for reason in LEADS_TO if needs_notice(reason)),
    Mode.NOTIFY_ONLY: tuple(reason for reason in LEADS_TO if needs_notice(reason)),
    Mode.LIVE: tuple(LEADS_TO),
}


def list_due_sweeps(session: Session, *, now: datetime) -> Sequence[tuple[Mode, Reason]]:
    """The sweeps of today that are not done, of the modes some organisation stands in."""
    modes = set(
        session.scalars(
            select(LifecycleOrganisation.mode)
            .where(LifecycleOrganisation.mode != Mode.OFF)
            .distinct()
        )
    )
    done = {
        (mode, reason)
        for mode, reason in session.execute(
            select(LifecycleNight.mode, LifecycleNight.reason).where(
                LifecycleNight.on_day == london_day(now), LifecycleNight.is_done
            )
        )
    }
    return [
        (mode, reason)
        for mode, reasons in REASONS.items()
        for reason in reasons
        if mode in modes and (mode, reason) not in done
    ]


@acts(Action.LIFECYCLE_RUN)
def sweep(session: Session, *, mode: Mode, reason: Reason, by: Actor, now: datetime) -> int:
    """Do the sweep of today for one mode and reason, once; gives how many accounts it took.

    Everything that holds for a batch made by a person holds here: evidence, thresholds, caps,
    freezes, holds, notice and its days. The approval is that of the mode, given by two people; a
    batch that passes a threshold waits for a person all the same.

    Raises:
        postmaster.lifecycle.batches.BatchError: something holds every batch, or the evidence of use
            is not to be trusted.
    """
    today = london_day(now)
    night = session.get(LifecycleNight, (today, mode, reason), with_for_update=True)
    if night is not None and night.is_done:
        return 0
    check_clear(session, now=now)
    policy = get_policy(session, on=today)
    if reason in BY_USE:
        check_evidence(session, policy=policy, now=now)
    batch_id = None
    if mode is Mode.SHADOW:
        cutoffs = make_cutoffs(policy, as_of=now)
        runs_on = today + timedelta(days=policy[Key.NOTICE_DAYS])
        settle_shadows(session, reason=reason, cutoffs=cutoffs)
        count = cast_shadows(session, reason=reason, cutoffs=cutoffs, runs_on=runs_on)
    else:
        batch_id, count = _make_batch(session, mode, reason, by=by, now=now)
    note_night(session, mode=mode, reason=reason, batch_id=batch_id, accounts=count, now=now)
    return count


def note_night(
    session: Session,
    *,
    mode: Mode,
    reason: Reason,
    batch_id: int | None = None,
    accounts: int = 0,
    held: str | None = None,
    now: datetime,
) -> None:
    """Remember what came of a sweep of today; one that was held is tried again."""
    session.merge(
        LifecycleNight(
            on_day=london_day(now),
            mode=mode,
            reason=reason,
            batch_id=batch_id,
            accounts=accounts,
            held=held,
            is_done=held is None,
            noted_at=now,
        )
    )
    session.flush()


def _make_batch(
    session: Session, mode: Mode, reason: Reason, *, by: Actor, now: datetime
) -> tuple[int | None, int]:
    today = london_day(now)
    policy = get_policy(session, on=today)
    wait = policy[Key.NOTICE_DAYS] if needs_notice(reason) else 0
    batch = LifecycleBatch(
        reason=reason,
        title=f"Automatic: {WORDS[reason]}, {say_day(today)}",
        mode=mode,
        run_on=today + timedelta(days=wait),
        status=BatchStatus.DRAFT,
        status_since=now,
        created_at=now,
        created_by=by.reference,
        member_count=0,
        checkpoint=0,
    )
    session.add(batch)
    session.flush()
    if not choose_members(session, batch, policy, now=now):
        session.delete(batch)
        session.flush()
        return None, 0
    note_batch(session, batch, "lifecycle.draft", {"mode": (None, mode)}, by=by, now=now)
    changes = {"members": (0, batch.member_count), "hash": (None, batch.frozen_hash)}
    step_batch(session, batch, BatchStatus.FROZEN, "lifecycle.freeze", changes, by=by, now=now)
    if batch.tripped is None:
        batch.approved_at, batch.approved_by = now, f"mode:{mode}"
        step_batch(session, batch, BatchStatus.APPROVED, "lifecycle.approve", {}, by=by, now=now)
        if needs_notice(reason):
            step_batch(session, batch, BatchStatus.NOTICING, "lifecycle.notify", {}, by=by, now=now)
        else:
            settle_approval(session, batch, by=by, now=now)
    return batch.batch_id, batch.member_count


def may_run_alone(batch: LifecycleBatch, *, today: date) -> bool:
    """Whether the worker runs a batch by itself today: automatic, live, and something is ready."""
    ready = batch.ready_on is not None and batch.ready_on <= today
    return batch.mode == Mode.LIVE and batch.status == BatchStatus.WAITING and ready
