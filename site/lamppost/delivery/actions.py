"""What people do to mail: try it again."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from postmaster.access.acting import acts, ensure
from postmaster.access.actors import Actor, Target
from postmaster.access.matrix import Action
from postmaster.audit.actions import record
from postmaster.outbox.carrying import put_back
from postmaster.outbox.reads import get_message


@acts(Action.DELIVERY_RETRY)
def retry(
    session: Session, *, message_ids: Collection[int], by: Actor, now: datetime
) -> Sequence[int]:
    """Owe failed and bounced messages afresh; gives the ids of those that still had their text."""
    for message_id in message_ids:
        ensure(by, Action.DELIVERY_RETRY, Target("message", str(message_id)))
    before = {
        message.message_id: message
        for message_id in message_ids
        if (message := get_message(session, message_id=message_id)) is not None
    }
    done = put_back(session, message_ids=message_ids, now=now)
    for message_id in done:
        record(
            session,
            action=Action.DELIVERY_RETRY,
            kind="message",
            key=str(message_id),
            by=by.reference,
            now=now,
            changes={
                "state": (before[message_id].state, "owed"),
                "tries": (before[message_id].tries, 0),
            },
        )
    return done
