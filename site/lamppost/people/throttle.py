"""Failed sign-ins counted so that guessing stops and nobody can lock a ward out."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session


def get_wait(session: Session, *, account: str, source: str, now: datetime) -> timedelta | None:
    """How long this account must wait from this source; None when it may try."""
    raise NotImplementedError


def count_failure(session: Session, *, account: str, source: str, now: datetime) -> None:
    """Count a failed try."""
    raise NotImplementedError


def forgive(session: Session, *, account: str, source: str | None = None) -> None:
    """Forget the failures of an account: from one source after a sign-in, or all of them."""
    raise NotImplementedError
