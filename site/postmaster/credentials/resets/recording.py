"""Write a reset down: the event, the day it counts for, and the audit, in one transaction."""

from datetime import datetime

from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.accounts.tables import Account
from postmaster.audit.actions import record
from postmaster.credentials.resets.rules import Channel, Outcome, Proof
from postmaster.credentials.resets.tables import ResetDay, ResetEvent
from postmaster.days import london_day
from postmaster.upserts import insert_into


def record_reset(
    session: Session,
    account: Account,
    *,
    channel: Channel,
    proof: Proof,
    outcome: Outcome,
    unlocked: bool = False,
    by: Actor,
    now: datetime,
) -> int:
    """Keep a reset, done or not; one that is done counts for its day in London. Gives its id."""
    event = ResetEvent(
        account_id=account.account_id,
        organisation=account.organisation,
        channel=channel,
        at=now,
        actor=by.reference,
        proof=proof,
        unlocked=unlocked,
        outcome=outcome,
    )
    session.add(event)
    session.flush()
    if outcome is Outcome.DONE:
        _count(session, account.organisation, channel, now)
    _audit(session, event, by=by, now=now)
    return event.event_id


def _audit(session: Session, event: ResetEvent, *, by: Actor, now: datetime) -> None:
    record(
        session,
        action="credentials.reset",
        kind="account",
        key=str(event.account_id),
        organisation=event.organisation,
        changes={
            "channel": (None, event.channel),
            "proof": (None, event.proof),
            "outcome": (None, event.outcome),
            "unlocked": (None, event.unlocked),
        },
        by=by.reference,
        now=now,
    )


def _count(session: Session, organisation: str, channel: Channel, now: datetime) -> None:
    named = {"day": london_day(now), "organisation": organisation, "channel": channel.value}
    session.execute(
        insert_into(session, ResetDay)
        .values(**named, resets=1)
        .on_conflict_do_update(index_elements=list(named), set_={"resets": ResetDay.resets + 1})
    )
