"""Figures of what was done, and what went out against its verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.days import london_day
from postmaster.spoofing.register import scope_of
from postmaster.spoofing.tables import SpoofDay, SpoofPair, SpoofSighting
from postmaster.spoofing.values import Action

MOST = 100


@dataclass(frozen=True, slots=True)
class Total:
    """What became of so many messages in the last seven days, and in the seven before."""

    action: Action
    messages: int
    before: int


@dataclass(frozen=True, slots=True)
class Contradicted:
    """A message that was delivered although it was to be blocked."""

    received_at: datetime
    queue_id: str
    claimed: str
    infrastructure: str
    action: Action


def list_totals(session: Session, *, reader: Actor, now: datetime) -> Sequence[Total]:
    """Messages by what became of them, for the reader's organisations."""
    today = london_day(now)
    scope = scope_of(reader)
    count = SpoofDay.counted if scope.compare(true()) else SpoofDay.messages
    is_new = SpoofDay.on_day > today - timedelta(days=7)
    rows = session.execute(
        select(SpoofDay.action, is_new, func.sum(count))
        .where(SpoofDay.on_day > today - timedelta(days=14), scope)
        .group_by(SpoofDay.action, is_new)
    )
    found: dict[tuple[str, bool], int] = {
        (action, bool(new)): int(messages) for action, new, messages in rows
    }
    return [
        Total(one, found.get((one, True), 0), found.get((one, False), 0))
        for one in Action
        if (one, True) in found or (one, False) in found
    ]


def list_contradicted(session: Session) -> Sequence[Contradicted]:
    """The newest messages the mail server delivered against their verdict."""
    rows = session.execute(
        select(SpoofSighting, SpoofPair.claimed, SpoofPair.infrastructure)
        .join(SpoofPair, SpoofPair.pair_id == SpoofSighting.pair_id)
        .where(SpoofSighting.is_contradicted.is_(True))
        .order_by(SpoofSighting.received_at.desc())
        .limit(MOST)
    )
    return [
        Contradicted(row.received_at, row.queue_id, claimed, key, Action(row.action))
        for row, claimed, key in rows
    ]
