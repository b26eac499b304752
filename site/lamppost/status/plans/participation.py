"""Which organisations take part in a BCDR test, by their own word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lamppost.clock import london_date
from lamppost.status.plans.tables import ParticipationRecord, WindowRecord
from lamppost.status.plans.texts import PlanError, check_words
from postmaster.access.acting import acts, ensure
from postmaster.access.actors import Actor, Target
from postmaster.access.matrix import Action
from postmaster.access.reads import get_above
from postmaster.audit.actions import record
from postmaster.organisations.tables import Organisation


@dataclass(frozen=True, slots=True)
class Participation:
    """What one organisation said of one test."""

    uid: str
    organisation: str
    name: str
    joins: bool
    note: str
    said_at: datetime


@acts(Action.WINDOWS_ANSWER)
def say_participation(
    session: Session,
    *,
    uid: str,
    organisation: str,
    joins: bool,
    note: str = "",
    by: Actor,
    now: datetime,
) -> None:
    """Say for an organisation of one's own whether it takes part; the last word counts.

    Raises:
        RefusedError: it is not one's own.
        PlanError: the test is over or cancelled, or there is no such test or organisation.
    """
    target = Target(
        "organisation", organisation, organisation, get_above(session, organisation=organisation)
    )
    ensure(by, Action.WINDOWS_ANSWER, target)
    window = session.get(WindowRecord, uid)
    if window is None or session.get(Organisation, organisation) is None:
        raise PlanError("There is no such test or organisation.", "organisation")
    if window.is_cancelled or window.ends_on < london_date(now):
        raise PlanError(f"{window.title} is over.")
    check_words(note=note)
    row = session.get(ParticipationRecord, (uid, organisation), with_for_update=True)
    before = None if row is None else row.joins
    row = row or ParticipationRecord(uid=uid, organisation=organisation)
    row.joins, row.note, row.said_at, row.said_by = joins, note, now, by.reference
    session.add(row)
    session.flush()
    record(
        session, action="windows.answer", kind="window", key=uid, organisation=organisation,
        changes={"joins": (before, joins)}, by=by.reference, now=now,
    )  # fmt: skip


def list_participation(session: Session, uid: str) -> Sequence[Participation]:
    """What every organisation said of a test, by name."""
    rows = session.execute(
        select(
            ParticipationRecord.uid,
            ParticipationRecord.organisation,
            Organisation.name,
            ParticipationRecord.joins,
            ParticipationRecord.note,
            ParticipationRecord.said_at,
        )
        .join(Organisation, Organisation.ods_code == ParticipationRecord.organisation)
        .where(ParticipationRecord.uid == uid)
        .order_by(Organisation.search_key, Organisation.ods_code)
    )
    return tuple(Participation(*row) for row in rows)


def count_joining(session: Session) -> dict[str, int]:
    """How many organisations take part in each test that has any."""
    rows = session.execute(
        select(ParticipationRecord.uid, func.count())
        .where(ParticipationRecord.joins)
        .group_by(ParticipationRecord.uid)
        .order_by(ParticipationRecord.uid)
    )
    return {uid: count for uid, count in rows}
