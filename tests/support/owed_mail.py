"""Messages owed, for tests."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from postmaster.outbox.actions import owe

NOW = datetime(2018, 4, 9, 8, 0, tzinfo=UTC)


def owe_one(
    session: Session,
    *,
    key: str = "1",
    recipient: str = "ann@practice.test",
    subject: str = "A message",
    text: str = "Hello.\n",
    is_secret: bool = False,
    now: datetime = NOW,
    cause: str = "people.invite",
) -> int:
    """Owe a message; what is not given is plain."""
    return owe(
        session,
        cause=cause,
        cause_key=key,
        recipient=recipient,
        subject=subject,
        text=text,
        template="invitation-1",
        is_secret=is_secret,
        now=now,
    )
