"""What a grant is for, and whether it holds. Pure."""

from datetime import datetime
from enum import StrEnum


class Protocol(StrEnum):
    """What may be used over the internet."""

    SMTP = "smtp"
    POP = "pop"
    IMAP = "imap"


class GrantError(ValueError):
    """It cannot be granted or ended; the message says what to do."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


def is_in_force(from_at: datetime, to_at: datetime | None, at: datetime) -> bool:
    """Whether a grant holds at a moment; its last moment is no longer of it."""
    return from_at <= at and (to_at is None or at < to_at)
