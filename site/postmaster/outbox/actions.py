"""Owe a message. Called by the actions of rooms above, inside their transaction."""

import hashlib
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.outbox.rules import MessageChannel, MessageState, check_message
from postmaster.outbox.tables import OutboxMessage
from postmaster.upserts import insert_into


def owe(
    session: Session,
    *,
    cause: str,
    cause_key: str,
    recipient: str,
    subject: str,
    text: str,
    template: str,
    is_secret: bool,
    now: datetime,
    unsubscribe: str | None = None,
    channel: MessageChannel = MessageChannel.EMAIL,
) -> int:
    """Owe a message from this transaction on; gives its id. Owing it again changes nothing.

    Args:
        session: the transaction of the change it tells of.
        cause: what the message is about, `people.invite`.
        cause_key: which one, such as the invitation's id; never an address.
        recipient: one plain address, or a UK mobile by text message.
        subject: one line.
        text: the body, plain text.
        template: the name (and version) of the words.
        is_secret: whether the body must be blanked once it is accepted, and shown to nobody.
        now: when.
        unsubscribe: where a reader of a list lets go by one click; None for a letter to one.
        channel: by mail, or by text message.

    Raises:
        postmaster.outbox.rules.UnsendableError: with the reason.
    """
    check_message(
        cause=cause, recipient=recipient, subject=subject, text=text, template=template,
        channel=channel,
    )  # fmt: skip
    named = {"cause": cause, "cause_key": cause_key, "recipient": recipient, "template": template}
    said: dict[str, Any] = {"subject": subject, "body": text, "unsubscribe": unsubscribe}
    _insert_once(session, named, now, is_secret=is_secret, channel=channel.value, **said)
    return session.execute(select(OutboxMessage.message_id).filter_by(**named)).scalar_one()


def _insert_once(
    session: Session, named: dict[str, str], now: datetime, *, body: str, **values: object
) -> None:
    session.execute(
        insert_into(session, OutboxMessage)
        .values(
            **named,
            **values,
            body=body,
            body_sha256=hashlib.sha256(body.encode()).hexdigest(),
            mail_message_id=uuid4().hex,
            state=MessageState.OWED,
            tries=0,
            next_try_at=now,
            created_at=now,
            owed_at=now,
        )
        .on_conflict_do_nothing(index_elements=list(named))
    )
