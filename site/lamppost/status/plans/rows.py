"""The row of something planned, whatever it is: one writer at a time, and its version."""

from typing import TypeVar

from sqlalchemy.orm import Session

from lamppost.status.plans.tables import (
    ChangeRecord,
    KnownIssueRecord,
    ReleaseRecord,
    WindowRecord,
)
from lamppost.status.plans.texts import PlanError

R = TypeVar("R", WindowRecord, ChangeRecord, ReleaseRecord, KnownIssueRecord)
_NOUNS: dict[type, str] = {
    WindowRecord: "test",
    ChangeRecord: "change",
    ReleaseRecord: "release",
    KnownIssueRecord: "known issue",
}


def lock_plan(session: Session, record: type[R], ref: str) -> R:
    """The row of a reference, nobody else writing it.

    Raises:
        PlanError: there is none.
    """
    row = session.get(record, ref, with_for_update=True)
    if row is None:
        raise PlanError(f"There is no {_NOUNS[record]} {ref}.")
    return row


def get_plan_version(session: Session, record: type[R], ref: str) -> int:
    """Which version of it stands, for a form to be opened at."""
    return session.get_one(record, ref).version
