"""Notices: owed to each mailbox with its day in words, proven by acceptance, answered by a link."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true, update
from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.accounts.tables import Account
from postmaster.blackouts.reads import list_days_not_counted
from postmaster.blackouts.rules import MailPath
from postmaster.days import london_day, start_of
from postmaster.lifecycle.batches import (
    BatchError,
    BatchStatus,
    Drop,
    ItemState,
    find_ready_day,
)
from postmaster.lifecycle.digests import owe_digests
from postmaster.lifecycle.letters import NOTICE, Facing, write_notice
from postmaster.lifecycle.membership import drop_members
from postmaster.lifecycle.rules import Reason
from postmaster.lifecycle.steps import get_batch_for, refresh_ready, step_batch
from postmaster.lifecycle.tables import BatchItem, LifecycleBatch
from postmaster.organisations.tables import Organisation
from postmaster.outbox.actions import owe
from postmaster.outbox.rules import MessageState, UnsendableError
from postmaster.outbox.tables import OutboxMessage

CAUSE = "lifecycle.notice"
# A notice goes from the service to a mailbox of the service.
PATH = MailPath.INTERNAL
# Beyond this no blackout is looked for: a notice waits no longer to be counted.
LONGEST_WAIT = timedelta(days=400)


@acts(Action.LIFECYCLE_RUN)
def begin_notices(session: Session, *, batch_id: int, by: Actor, now: datetime) -> None:
    """Begin to owe the notices of an approved batch.

    Raises:
        BatchError: it is not approved.
    """
    batch = get_batch_for(session, batch_id)
    step_batch(session, batch, BatchStatus.NOTICING, "lifecycle.notify", {}, by=by, now=now)


@acts(Action.LIFECYCLE_RUN)
def owe_notices(
    session: Session, *, batch_id: int, keep_at: str, most: int = 500, by: Actor, now: datetime
) -> int:
    """Owe up to `most` notices more; gives how many are left. The batch waits when none is.

    After the mailboxes their administrators are written to. Each notice names its day: the planned
    one, or the first its notice can have run, if that is later.

    Args:
        session: the transaction.
        batch_id: a batch that is noticing.
        keep_at: the address a token is put behind, where somebody keeps their account.
        most: how many at once.
        by: who.
        now: when.

    Raises:
        BatchError: the batch is not noticing.
    """
    batch = get_batch_for(session, batch_id)
    if batch.status != BatchStatus.NOTICING:
        raise BatchError(f"The batch is {batch.status}: no notices are owed now.")
    earliest = find_ready_day(london_day(now), batch.notice_days or 0, ())
    for item, facing in _list_facing(session, batch, most):
        item.deletes_on = max(item.deletes_on, earliest)
        _owe_one(session, batch, item, facing, keep_at=keep_at, now=now)
        batch.checkpoint = item.account_id
    session.flush()
    left = session.scalar(select(func.count()).where(*_untold(batch)))
    left = left or owe_digests(session, batch, most=max(1, most // 5), now=now)
    if not left:
        step_batch(session, batch, BatchStatus.WAITING, "lifecycle.wait", {}, by=by, now=now)
    return left or 0


def settle_notices(
    session: Session, *, batch_id: int, within: ColumnElement[bool] | None = None, now: datetime
) -> None:
    """Read the proofs: what a server took counts from that day, what came back lets the member go.

    The day each is ready is found anew: a blackout that began since takes its days away. `within`
    narrows it to some members.
    """
    within = true() if within is None else within
    batch = get_batch_for(session, batch_id)
    if not batch.notice_days:
        return
    _take_accepted(session, batch, within)
    gone = select(OutboxMessage.message_id).where(
        OutboxMessage.cause == CAUSE,
        OutboxMessage.state.in_([MessageState.FAILED, MessageState.BOUNCED]),
    )
    bounced = BatchItem.message_id.in_(gone)
    drop_members(session, batch_id, bounced, within=within, why=Drop.NOTICE_FAILED, now=now)
    _find_ready_days(session, batch, within)


def look_at_notices(session: Session, *, batch_id: int, now: datetime) -> LifecycleBatch:
    """Settle the notices of a waiting batch, and keep beside it when, and what is ready first."""
    settle_notices(session, batch_id=batch_id, now=now)
    batch = get_batch_for(session, batch_id)
    batch.looked_at = now
    refresh_ready(session, batch)
    return batch


def _untold(batch: LifecycleBatch) -> tuple[ColumnElement[bool], ...]:
    """Members no notice is owed to yet; those before the checkpoint were seen to."""
    return (
        BatchItem.batch_id == batch.batch_id,
        BatchItem.account_id > batch.checkpoint,
        BatchItem.state == ItemState.MEMBER,
    )


def _list_facing(
    session: Session, batch: LifecycleBatch, most: int
) -> Sequence[tuple[BatchItem, Facing]]:
    rows = session.execute(
        select(BatchItem, Account.address, Account.status_since, Organisation.name)
        .join(Account, Account.account_id == BatchItem.account_id)
        .join(Organisation, Organisation.ods_code == BatchItem.organisation)
        .where(*_untold(batch))
        .order_by(BatchItem.account_id)
        .limit(most)
    )
    return [
        (item, Facing(address, item.organisation, name, since, item.deletes_on))
        for item, address, since, name in rows
    ]


def _owe_one(
    session: Session,
    batch: LifecycleBatch,
    item: BatchItem,
    facing: Facing,
    *,
    keep_at: str,
    now: datetime,
) -> None:
    token = secrets.token_urlsafe(32)
    told = Facing(
        facing.address, facing.organisation, facing.organisation_name, facing.status_since,
        item.deletes_on,
    )  # fmt: skip
    subject, text = write_notice(told, Reason(batch.reason), link=f"{keep_at}{token}")
    try:
        item.message_id = owe(
            session,
            cause=CAUSE,
            cause_key=f"{batch.batch_id}-{item.account_id}",
            recipient=facing.address,
            subject=subject,
            text=text,
            template=NOTICE,
            is_secret=True,
            now=now,
        )
    except UnsendableError:
        session.flush()
        mine = BatchItem.account_id == item.account_id
        drop_members(session, batch.batch_id, mine, why=Drop.NOTICE_FAILED, now=now)
        session.refresh(item)
        return
    item.keep_key, item.state = digest_token(token), ItemState.OWED


def _take_accepted(session: Session, batch: LifecycleBatch, within: ColumnElement[bool]) -> None:
    accepted = and_(
        OutboxMessage.message_id == BatchItem.message_id,
        OutboxMessage.state == MessageState.ACCEPTED,
    )
    session.execute(
        update(BatchItem)
        .where(
            BatchItem.batch_id == batch.batch_id,
            BatchItem.state == ItemState.OWED,
            within,
            accepted,
        )
        .values(state=ItemState.NOTICED, accepted_at=OutboxMessage.accepted_at)
        .execution_options(synchronize_session=False)
    )


def _find_ready_days(session: Session, batch: LifecycleBatch, within: ColumnElement[bool]) -> None:
    """One statement for each London day on which notices were accepted."""
    mine = and_(BatchItem.batch_id == batch.batch_id, BatchItem.state == ItemState.NOTICED, within)
    low, high = session.execute(
        select(func.min(BatchItem.accepted_at), func.max(BatchItem.accepted_at)).where(mine)
    ).one()
    if low is None or high is None:
        return
    day, last = london_day(low), london_day(high)
    lost = list_days_not_counted(session, mail_path=PATH, first=day, last=last + LONGEST_WAIT)
    while day <= last:
        ready = find_ready_day(day, batch.notice_days or 0, lost)
        named = case((BatchItem.deletes_on > ready, BatchItem.deletes_on), else_=ready)
        session.execute(
            update(BatchItem)
            .where(
                mine,
                BatchItem.accepted_at >= start_of(day),
                BatchItem.accepted_at < start_of(day + timedelta(days=1)),
                or_(BatchItem.ready_on.is_(None), BatchItem.ready_on != named),
            )
            .values(ready_on=named)
            .execution_options(synchronize_session=False)
        )
        day += timedelta(days=1)


def digest_token(token: str) -> str:
    """What is kept of the token in a notice's link."""
    return hashlib.sha256(token.encode()).hexdigest()
