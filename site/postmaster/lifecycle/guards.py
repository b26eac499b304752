"""What stops every batch: the kill switch, blackouts, and evidence of use that is missing."""

from datetime import date, datetime, timedelta
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.accounts.activity import Source
from postmaster.blackouts.reads import list_holding
from postmaster.lifecycle.batches import BatchError
from postmaster.lifecycle.tables import ActivityEvidence, LifecycleSwitch
from postmaster.policy.numbers import Key
from postmaster.policy.rules import Policy

THE_SWITCH = 1
# The usual volume is the median of so many days before.
USUAL_OVER = timedelta(days=28)
_COUNTS = {
    Source.SIGN_IN: Key.SIGN_IN_COUNTS,
    Source.SENDING: Key.SENDING_COUNTS,
    Source.PASSWORD: Key.PASSWORD_COUNTS,
}


def find_obstacle(session: Session, *, now: datetime) -> str | None:
    """Why no batch may run at this moment, in a sentence; None when nothing holds.

    Read in the transaction of every chunk.
    """
    switch = session.get(LifecycleSwitch, THE_SWITCH, populate_existing=True)
    if switch is not None and switch.is_stopped:
        return f"Every batch is stopped by {switch.changed_by}: {switch.why}"
    holding = list_holding(session, at=now)
    if holding:
        return f"Batches hold: {holding[0].reason}"
    return None


def check_clear(session: Session, *, now: datetime) -> None:
    """Refuse while something holds every batch.

    Raises:
        BatchError: with what holds.
    """
    obstacle = find_obstacle(session, now=now)
    if obstacle is not None:
        raise BatchError(obstacle)


def record_evidence(
    session: Session, *, source: Source, volume: int, on_day: date, now: datetime
) -> None:
    """Note how much use a source told of for a London day; telling it again replaces it."""
    session.merge(ActivityEvidence(source=source, on_day=on_day, volume=volume, received_at=now))
    session.flush()


def check_evidence(session: Session, *, policy: Policy, now: datetime) -> None:
    """Refuse to judge by use while a source that counts is late, empty or has fallen.

    Raises:
        BatchError: naming the source and what is wrong with it.
    """
    for source, key in _COUNTS.items():
        if policy[key]:
            _check_source(session, source, policy, now)


def _check_source(session: Session, source: Source, policy: Policy, now: datetime) -> None:
    newest = session.scalars(
        select(ActivityEvidence)
        .where(ActivityEvidence.source == source)
        .order_by(ActivityEvidence.on_day.desc())
        .limit(1)
    ).first()
    hours = policy[Key.EVIDENCE_FRESH_HOURS]
    if newest is None or now - newest.received_at > timedelta(hours=hours):
        raise BatchError(
            f"The newest evidence of use ({source}) is older than {hours} hours or missing: "
            "nobody is judged by it. See why the feed is late."
        )
    before = session.scalars(
        select(ActivityEvidence.volume).where(
            ActivityEvidence.source == source,
            ActivityEvidence.on_day < newest.on_day,
            ActivityEvidence.on_day >= newest.on_day - USUAL_OVER,
        )
    ).all()
    usual = median(before) if before else 0
    if newest.volume <= 0 or newest.volume * 1000 < usual * policy[Key.EVIDENCE_FALL_PERMILLE]:
        raise BatchError(
            f"The evidence of use ({source}) for {newest.on_day.isoformat()} tells of "
            f"{newest.volume:,} accounts where {usual:,.0f} are usual: nobody is judged by it."
        )
