"""A batch found and locked, taken from one status to the next, and who may decide on it."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor, ActorKind
from postmaster.audit.actions import Changes, record
from postmaster.lifecycle.batches import BatchError, BatchStatus, ItemState, check_step
from postmaster.lifecycle.tables import BatchItem, LifecycleBatch


def get_batch_for(session: Session, batch_id: int) -> LifecycleBatch:
    """The batch, its row locked until the transaction ends.

    Raises:
        BatchError: there is none.
    """
    batch = session.scalar(
        select(LifecycleBatch)
        .where(LifecycleBatch.batch_id == batch_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if batch is None:
        raise BatchError("There is no such batch.")
    return batch


def step_batch(
    session: Session,
    batch: LifecycleBatch,
    wanted: BatchStatus,
    action: str,
    changes: Changes,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Give the batch another status, audited.

    Raises:
        BatchError: that status cannot follow.
    """
    check_step(BatchStatus(batch.status), wanted)
    before, batch.status, batch.status_since = batch.status, wanted, now
    note_batch(session, batch, action, {**changes, "status": (before, wanted)}, by=by, now=now)


def note_batch(
    session: Session,
    batch: LifecycleBatch,
    action: str,
    changes: Changes,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Audit something about a batch."""
    session.flush()
    record(
        session,
        action=action,
        kind="batch",
        key=str(batch.batch_id),
        organisation=batch.organisation,
        changes=changes,
        by=by.reference,
        now=now,
    )


def check_second(batch: LifecycleBatch, by: Actor) -> None:
    """Refuse whoever made the batch, and whoever is no person signed in.

    Raises:
        BatchError: with who must decide.
    """
    if by.kind is not ActorKind.PERSON:
        raise BatchError("A second person decides this, signed in to the panels.")
    if by.reference == batch.created_by:
        raise BatchError("You made this batch. Somebody else must decide this.")


def settle_approval(session: Session, batch: LifecycleBatch, *, by: Actor, now: datetime) -> None:
    """Make the members of an approved batch that needs no notice ready on their day."""
    session.execute(
        update(BatchItem)
        .where(BatchItem.batch_id == batch.batch_id, BatchItem.state == ItemState.MEMBER)
        .values(state=ItemState.NOTICED, ready_on=BatchItem.deletes_on)
        .execution_options(synchronize_session=False)
    )
    refresh_ready(session, batch)
    step_batch(session, batch, BatchStatus.WAITING, "lifecycle.wait", {}, by=by, now=now)


def refresh_ready(session: Session, batch: LifecycleBatch) -> None:
    """Keep beside a batch the first day on which anything of it is ready, for lists and tasks."""
    batch.ready_on = session.scalar(
        select(func.min(BatchItem.ready_on)).where(
            BatchItem.batch_id == batch.batch_id, BatchItem.state == ItemState.NOTICED
        )
    )
    session.flush()
