"""What of spoofing waits for whom."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.access.tasks import Task
from postmaster.days import london_day
from postmaster.spoofing.steps import LeaveState, StageState, WayState
from postmaster.spoofing.tables import SpoofLeave, SpoofSighting, SpoofStage, SpoofWayOut

HOME = "/admin/spoofing/"
SOON = timedelta(days=14)


def list_tasks(session: Session, *, reader: Actor, now: datetime) -> Sequence[Task]:
    """Proposals and exceptions to decide, exceptions that end, open ways out, contradictions."""
    tasks: list[Task] = []
    if may(reader, Action.SPOOFING_SWITCH).is_allowed:
        tasks += _list_decisions(session, reader)
    if may(reader, Action.SPOOFING_WORK).is_allowed:
        tasks += _list_own(session, reader, now)
    return tasks


def _list_decisions(session: Session, reader: Actor) -> list[Task]:
    tasks = []
    proposals, since = session.execute(
        select(func.count(), func.min(SpoofStage.proposed_at)).where(
            SpoofStage.state == StageState.PROPOSED, SpoofStage.proposed_by != reader.reference
        )
    ).one()
    if proposals:
        tasks.append(_task(proposals, "stage of spoof policy", "to approve", "stages/", since))
    asked, since = session.execute(
        select(func.count(), func.min(SpoofLeave.asked_at)).where(
            SpoofLeave.state == LeaveState.ASKED, SpoofLeave.asked_by != reader.reference
        )
    ).one()
    if asked:
        tasks.append(_task(asked, "exception", "to decide", "exceptions/", since))
    wrong, since = session.execute(
        select(func.count(), func.min(SpoofSighting.received_at)).where(
            SpoofSighting.is_contradicted.is_(True)
        )
    ).one()
    if wrong:
        tasks.append(_task(wrong, "message", "went out against its verdict", "log/", since))
    return tasks


def _list_own(session: Session, reader: Actor, now: datetime) -> list[Task]:
    tasks = []
    today = london_day(now)
    ending = session.scalars(
        select(func.count()).where(
            SpoofLeave.state == LeaveState.APPROVED,
            SpoofLeave.to_on >= today,
            SpoofLeave.to_on <= today + SOON,
            in_scope(reader, Action.SPOOFING_WORK, SpoofLeave.organisation),
        )
    ).one()
    if ending:
        tasks.append(_task(ending, "exception", "ending within 14 days", "exceptions/", None))
    waiting, since = session.execute(
        select(func.count(), func.min(SpoofWayOut.changed_at)).where(
            SpoofWayOut.state.in_((WayState.ASKED, WayState.AGREED)),
            in_scope(reader, Action.SPOOFING_WORK, SpoofWayOut.organisation),
        )
    ).one()
    if waiting:
        tasks.append(_task(waiting, "way out", "to move on", "ways-out/", since))
    return tasks


def _task(count: int, noun: str, rest: str, address: str, since: datetime | None) -> Task:
    plural = (
        "ways out"
        if noun == "way out"
        else noun.replace("stage of", "stages of") + ("" if noun.startswith("stage") else "s")
    )
    words = f"{count:,} {noun if count == 1 else plural} {rest}"
    return Task(count, words, f"{HOME}{address}", since)
