"""What was said of each thing planned, kept as it was said; audited and shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lamppost.generation.actions import Area, bump_generation
from lamppost.status.plans.tables import PlanHistory
from postmaster.audit.actions import record


@dataclass(frozen=True, slots=True)
class Said:
    """One entry of a history."""

    number: int
    at: datetime
    words: str
    said_by: str


def keep(session: Session, *, kind: str, ref: str, words: str, by: str, now: datetime) -> None:
    """Add an entry to the history, with the audit and a new generation of the status pages."""
    last = session.scalar(
        select(func.max(PlanHistory.number)).where(PlanHistory.kind == kind, PlanHistory.ref == ref)
    )
    session.add(
        PlanHistory(kind=kind, ref=ref, number=(last or 0) + 1, at=now, words=words, said_by=by)
    )
    session.flush()
    record(
        session, action=f"plans.{kind}", kind=kind, key=ref, changes={"said": (None, words)},
        by=by, now=now,
    )  # fmt: skip
    bump_generation(session, Area.STATUS)


def list_history(session: Session, *, kind: str, ref: str) -> Sequence[Said]:
    """Everything said of one, oldest first."""
    rows = session.execute(
        select(PlanHistory.number, PlanHistory.at, PlanHistory.words, PlanHistory.said_by)
        .where(PlanHistory.kind == kind, PlanHistory.ref == ref)
        .order_by(PlanHistory.number)
    )
    return tuple(Said(*row) for row in rows)
