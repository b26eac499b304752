"""Ways out as their readers see them, and how recipients hear of blocked mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.spoofing.steps import NEXT_WAY, Manner, Way, WayState
from postmaster.spoofing.tables import SpoofNotices, SpoofPair, SpoofWayOut


@dataclass(frozen=True, slots=True)
class WayOut:
    """One request, with the pair it is about."""

    way_out_id: int
    pair_id: int
    claimed: str
    infrastructure: str
    organisation: str
    way: Way
    state: WayState
    note: str
    asked_at: datetime
    changed_at: datetime
    changed_by: str

    @property
    def next_states(self) -> Sequence[WayState]:
        """What may follow."""
        return NEXT_WAY[self.state]


def list_ways_out(
    session: Session, *, reader: Actor, pair_id: int | None = None, limit: int = 200
) -> Sequence[WayOut]:
    """The requests of a reader's organisations, what waits first, then the newest."""
    statement = (
        select(SpoofWayOut, SpoofPair.claimed, SpoofPair.infrastructure)
        .join(SpoofPair, SpoofPair.pair_id == SpoofWayOut.pair_id)
        .where(in_scope(reader, Action.SPOOFING_READ, SpoofWayOut.organisation))
        .order_by(SpoofWayOut.state == WayState.DONE, SpoofWayOut.way_out_id.desc())
        .limit(limit)
    )
    if pair_id is not None:
        statement = statement.where(SpoofWayOut.pair_id == pair_id)
    return [_to_value(row, claimed, key) for row, claimed, key in session.execute(statement)]


def get_way_out(session: Session, *, reader: Actor, way_out_id: int) -> WayOut | None:
    """One request; None when it is none of the reader's organisations."""
    found = session.execute(
        select(SpoofWayOut, SpoofPair.claimed, SpoofPair.infrastructure)
        .join(SpoofPair, SpoofPair.pair_id == SpoofWayOut.pair_id)
        .where(SpoofWayOut.way_out_id == way_out_id)
        .where(in_scope(reader, Action.SPOOFING_READ, SpoofWayOut.organisation))
    ).one_or_none()
    return None if found is None else _to_value(*found)


def get_manner(session: Session, *, organisation: str) -> Manner:
    """How an organisation's recipients hear of blocked mail."""
    row = session.get(SpoofNotices, organisation)
    return Manner(row.manner) if row else Manner.DAILY


def _to_value(row: SpoofWayOut, claimed: str, infrastructure: str) -> WayOut:
    return WayOut(
        row.way_out_id, row.pair_id, claimed, infrastructure, row.organisation, Way(row.way),
        WayState(row.state), row.note, row.asked_at, row.changed_at, row.changed_by,
    )  # fmt: skip
