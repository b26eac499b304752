"""How long the register keeps what: single messages a while, daily counts longer, then nothing."""

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from postmaster.days import london_day
from postmaster.policy.numbers import Key
from postmaster.policy.reads import get_policy
from postmaster.spoofing.tables import (
    SpoofDay,
    SpoofPair,
    SpoofRecipient,
    SpoofSighting,
    SpoofWayOut,
)

AT_ONCE = 5000


def forget_old(session: Session, *, now: datetime) -> int:
    """Delete what is past its time, some thousand rows a call; gives how many messages went."""
    policy = get_policy(session, on=london_day(now))
    seen_until = now - timedelta(days=policy[Key.SPOOF_SIGHTING_KEPT_DAYS])
    old = (
        select(SpoofSighting.sighting_id)
        .where(SpoofSighting.received_at < seen_until)
        .order_by(SpoofSighting.received_at)
        .limit(AT_ONCE)
    )
    gone = session.scalars(old).all()
    for start in range(0, len(gone), 500):
        some = gone[start : start + 500]
        session.execute(delete(SpoofRecipient).where(SpoofRecipient.sighting_id.in_(some)))
        session.execute(delete(SpoofSighting).where(SpoofSighting.sighting_id.in_(some)))
    kept_from = london_day(now) - timedelta(days=policy[Key.SPOOF_REGISTER_KEPT_DAYS])
    session.execute(
        delete(SpoofDay)
        .where(SpoofDay.on_day < kept_from)
        .execution_options(synchronize_session=False)
    )
    written = session.execute(
        delete(SpoofPair)
        .where(SpoofPair.last_seen_at < now - timedelta(days=policy[Key.SPOOF_REGISTER_KEPT_DAYS]))
        .where(
            ~exists().where(SpoofDay.pair_id == SpoofPair.pair_id),
            ~exists().where(SpoofSighting.pair_id == SpoofPair.pair_id),
            ~exists().where(SpoofWayOut.pair_id == SpoofPair.pair_id),
        )
        .execution_options(synchronize_session=False)
    )
    pairs = written.rowcount if isinstance(written, CursorResult) else 0
    return len(gone) + pairs
