"""What carrying a message writes down: claimed, accepted, put off, failed, bounced, put back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import CursorResult, case, select, update
from sqlalchemy.orm import Session

from postmaster.outbox.rules import (
    CLAIM_HOLDS,
    SHORTEST_WAIT,
    MessageChannel,
    MessageState,
    clip,
    is_given_up,
    wait_after,
)
from postmaster.outbox.tables import OutboxMessage

CARRIED = (MessageState.OWED, MessageState.SENDING)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message somebody now sends; `lapses_at` is the claim. The body is kept out of its repr."""

    message_id: int
    cause: str
    recipient: str
    subject: str
    mail_message_id: str
    tries: int
    lapses_at: datetime
    body: str
    unsubscribe: str | None = None
    channel: MessageChannel = MessageChannel.EMAIL

    def __repr__(self) -> str:
        """The id alone: a body may be secret and a recipient is personal."""
        return f"Claimed({self.message_id})"


class Action(StrEnum):
    """What a delivery report says happened (RFC 3464, 2.3.3)."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"
    EXPANDED = "expanded"


def claim_due(session: Session, *, most: int, now: datetime) -> Sequence[Claimed]:
    """Claim what is due, the longest due first; commit before the network is touched.

    A claim that nobody finished lapses after `CLAIM_HOLDS`, and the message is due again.
    """
    due = (
        select(OutboxMessage)
        .where(OutboxMessage.state.in_(CARRIED), OutboxMessage.next_try_at <= now)
        .where(OutboxMessage.body.is_not(None))
        .order_by(OutboxMessage.next_try_at, OutboxMessage.message_id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    lapses_at = now + CLAIM_HOLDS
    claimed = []
    for row in session.scalars(due):
        row.state, row.next_try_at = MessageState.SENDING, lapses_at
        claimed.append(
            Claimed(
                message_id=row.message_id,
                cause=row.cause,
                recipient=row.recipient,
                subject=row.subject,
                mail_message_id=row.mail_message_id,
                tries=row.tries,
                lapses_at=lapses_at,
                body=row.body or "",
                unsubscribe=row.unsubscribe,
                channel=MessageChannel(row.channel),
            )
        )
    session.flush()
    return claimed


def accept(session: Session, *, message: Claimed, now: datetime) -> bool:
    """Write down that a server took the message, and blank a secret body; whether it was so."""
    return _write(
        session,
        message,
        is_claim_asked=False,
        state=MessageState.ACCEPTED,
        tries=OutboxMessage.tries + 1,
        accepted_at=now,
        next_try_at=None,
        last_error=None,
        body=case((OutboxMessage.is_secret, None), else_=OutboxMessage.body),
    )


def put_off(session: Session, *, message: Claimed, reason: str, now: datetime) -> bool:
    """Write down a refusal for now: due again after a growing wait, failed after five days."""
    tries = message.tries + 1
    if is_given_up(tries):
        return fail(session, message=message, reason=reason)
    return _write(
        session,
        message,
        state=MessageState.OWED,
        tries=tries,
        next_try_at=now + wait_after(tries),
        last_error=clip(reason),
    )


def fail(session: Session, *, message: Claimed, reason: str) -> bool:
    """Write down a refusal for good."""
    return _write(
        session,
        message,
        state=MessageState.FAILED,
        tries=message.tries + 1,
        next_try_at=None,
        last_error=clip(reason),
    )


def release(session: Session, *, message: Claimed, reason: str, now: datetime) -> bool:
    """Give a claim back untried, because no server could be spoken to: due in a minute."""
    return _write(
        session,
        message,
        state=MessageState.OWED,
        next_try_at=now + SHORTEST_WAIT,
        last_error=clip(reason),
    )


def take_report(
    session: Session, *, mail_message_id: str, action: Action, report: str, now: datetime
) -> bool:
    """Write a delivery report beside the message it is about; False when there is none such.

    `failed` makes it bounced, whatever was thought of it before: the server that reports had it.
    """
    values: dict[str, object] = {"report_at": now, "report": clip(report)}
    if action is Action.FAILED:
        values |= {"state": MessageState.BOUNCED, "next_try_at": None}
        values["body"] = case((OutboxMessage.is_secret, None), else_=OutboxMessage.body)
    made = session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.mail_message_id == mail_message_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return _changed(made)


def put_back(session: Session, *, message_ids: Collection[int], now: datetime) -> Sequence[int]:
    """Owe failed and bounced messages afresh, as new mail; gives the ids of those that were.

    One whose secret text is blanked cannot be sent again: what it was about must be done again.
    """
    rows = session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.message_id.in_(message_ids), OutboxMessage.body.is_not(None))
        .where(OutboxMessage.state.in_((MessageState.FAILED, MessageState.BOUNCED)))
        .order_by(OutboxMessage.message_id)
        .with_for_update()
    ).all()
    for row in rows:
        row.state, row.tries, row.next_try_at, row.owed_at = MessageState.OWED, 0, now, now
        row.mail_message_id, row.accepted_at = uuid4().hex, None
    session.flush()
    return [row.message_id for row in rows]


def _write(
    session: Session, message: Claimed, *, is_claim_asked: bool = True, **values: object
) -> bool:
    """Update the message if it is still ours; a late acceptance counts whoever claims it now."""
    statement = update(OutboxMessage).where(OutboxMessage.message_id == message.message_id)
    if is_claim_asked:
        statement = statement.where(
            OutboxMessage.state == MessageState.SENDING,
            OutboxMessage.next_try_at == message.lapses_at,
        )
    else:
        statement = statement.where(OutboxMessage.state.in_(CARRIED))
    statement = statement.values(**values).execution_options(synchronize_session=False)
    return _changed(session.execute(statement))


def _changed(made: object) -> bool:
    return isinstance(made, CursorResult) and made.rowcount > 0
