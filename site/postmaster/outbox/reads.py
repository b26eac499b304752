"""Questions about messages owed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from postmaster.outbox.carrying import CARRIED
from postmaster.outbox.rules import MessageState
from postmaster.outbox.tables import OutboxMessage


@dataclass(frozen=True, slots=True)
class Message:
    """A message and what became of it. `body` is None when it is secret, or blanked.

    `has_text` says whether there is a text that could be sent again.
    """

    message_id: int
    cause: str
    cause_key: str
    recipient: str
    subject: str
    template: str
    body: str | None
    body_sha256: str
    is_secret: bool
    has_text: bool
    mail_message_id: str
    state: MessageState
    tries: int
    next_try_at: datetime | None
    created_at: datetime
    accepted_at: datetime | None
    report_at: datetime | None
    report: str | None
    last_error: str | None

    @property
    def can_be_retried(self) -> bool:
        """Whether it failed or bounced and still has its text."""
        return self.has_text and self.state in (MessageState.FAILED, MessageState.BOUNCED)


def get_message(session: Session, *, message_id: int) -> Message | None:
    """One message, a secret body left out."""
    row = session.get(OutboxMessage, message_id)
    return None if row is None else _message(row)


def select_messages(
    *, state: MessageState | None = None, cause: str | None = None
) -> Select[int, str, str, str, str, datetime, int]:
    """The rows of a list, not yet ordered; the key `message_id` first."""
    statement = select(
        OutboxMessage.message_id,
        OutboxMessage.state,
        OutboxMessage.cause,
        OutboxMessage.recipient,
        OutboxMessage.subject,
        OutboxMessage.created_at,
        OutboxMessage.tries,
    )
    if state is not None:
        statement = statement.where(OutboxMessage.state == state)
    if cause is not None:
        statement = statement.where(OutboxMessage.cause == cause)
    return statement


def list_causes(session: Session) -> Sequence[str]:
    """Every cause there is a message for, in order."""
    return session.scalars(
        select(OutboxMessage.cause).distinct().order_by(OutboxMessage.cause)
    ).all()


def count_by_state(session: Session) -> Mapping[MessageState, int]:
    """How many messages are in each state; every state is there."""
    rows = session.execute(select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state))
    found = {MessageState(state): count for state, count in rows}
    return {state: found.get(state, 0) for state in MessageState}


def has_due(session: Session, *, now: datetime) -> bool:
    """Whether anything is due, asked without a claim."""
    due = select(OutboxMessage.message_id).where(
        OutboxMessage.state.in_(CARRIED), OutboxMessage.next_try_at <= now
    )
    return session.scalar(due.limit(1)) is not None


def get_oldest_owed_at(session: Session) -> datetime | None:
    """Since when the oldest message that no server has taken is owed."""
    return session.scalar(
        select(func.min(OutboxMessage.owed_at)).where(OutboxMessage.state.in_(CARRIED))
    )


def get_oldest_failed_at(session: Session) -> datetime | None:
    """Since when the oldest failed message was owed."""
    return session.scalar(
        select(func.min(OutboxMessage.owed_at)).where(OutboxMessage.state == MessageState.FAILED)
    )


def list_retriable(session: Session, *, state: MessageState | None = None) -> Sequence[int]:
    """The ids of failed (or bounced) messages that still have their text, oldest first."""
    states = (MessageState.FAILED, MessageState.BOUNCED) if state is None else (state,)
    return session.scalars(
        select(OutboxMessage.message_id)
        .where(OutboxMessage.state.in_(states), OutboxMessage.body.is_not(None))
        .order_by(OutboxMessage.message_id)
    ).all()


def _message(row: OutboxMessage) -> Message:
    return Message(
        message_id=row.message_id,
        cause=row.cause,
        cause_key=row.cause_key,
        recipient=row.recipient,
        subject=row.subject,
        template=row.template,
        body=None if row.is_secret else row.body,
        body_sha256=row.body_sha256,
        is_secret=row.is_secret,
        has_text=row.body is not None,
        mail_message_id=row.mail_message_id,
        state=MessageState(row.state),
        tries=row.tries,
        next_try_at=row.next_try_at,
        created_at=row.created_at,
        accepted_at=row.accepted_at,
        report_at=row.report_at,
        report=row.report,
        last_error=row.last_error,
    )
