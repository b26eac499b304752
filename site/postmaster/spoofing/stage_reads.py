"""Stages and exceptions as panels show them."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action as Right
from postmaster.spoofing.policy_reads import to_stage_row
from postmaster.spoofing.stages import choose_stage, holds
from postmaster.spoofing.steps import LeaveState, StageState
from postmaster.spoofing.tables import SpoofLeave, SpoofRelay, SpoofStage
from postmaster.spoofing.values import Action, Network, SpoofKind, Stage


@dataclass(frozen=True, slots=True)
class StageEntry:
    """One row of the timeline; `word` says in one where it stands at the moment asked about."""

    stage_id: int
    network: Network
    kind: SpoofKind | None
    stage: Stage
    action: Action | None
    from_at: datetime | None
    to_at: datetime | None
    rolled_back_at: datetime | None
    rolled_back_why: str | None
    source: str
    state: StageState
    proposed_at: datetime
    proposed_by: str
    approved_at: datetime | None
    approved_by: str | None
    ended_why: str | None
    replaces: int | None
    digest: str
    rehearsal: Mapping[str, Any]
    word: str


@dataclass(frozen=True, slots=True)
class LeaveEntry:
    """One exception."""

    leave_id: int
    organisation: str
    claimed: str
    infrastructure: str
    network: Network | None
    from_on: date
    to_on: date
    evidence: str
    owner: str
    state: LeaveState
    asked_at: datetime
    asked_by: str
    digest: str
    decided_at: datetime | None
    decided_by: str | None
    ended_why: str | None


@dataclass(frozen=True, slots=True)
class RelayEntry:
    """One registered relay."""

    relay_id: int
    domain: str
    network: str
    organisation: str
    registered_at: datetime
    ended_at: datetime | None


def list_stages(session: Session, *, now: datetime) -> Sequence[StageEntry]:
    """Every row there is or was: what is to come first, then the newest."""
    rows = session.scalars(select(SpoofStage).order_by(SpoofStage.stage_id)).all()
    held = _list_held(session, now)
    entries = [_to_stage(row, now, held) for row in rows]
    return sorted(entries, key=_place, reverse=True)


def get_stage(session: Session, *, stage_id: int, now: datetime) -> StageEntry | None:
    """One row; None where there is none."""
    row = session.get(SpoofStage, stage_id)
    return None if row is None else _to_stage(row, now, _list_held(session, now))


def list_in_force(
    session: Session, *, now: datetime
) -> Mapping[Network, Mapping[SpoofKind, Action]]:
    """What becomes of each kind of spoof at a moment, by network."""
    approved = session.scalars(select(SpoofStage).where(SpoofStage.state == StageState.APPROVED))
    rows = [to_stage_row(row) for row in approved]
    kinds = (SpoofKind.EXACT_DOMAIN, SpoofKind.SUBDOMAIN, SpoofKind.LOOKALIKE,
             SpoofKind.DISPLAY_NAME, SpoofKind.MALFORMED)  # fmt: skip
    return {
        network: {
            kind: choose_stage(rows, network=network, kind=kind, at=now).action for kind in kinds
        }
        for network in Network
    }


def list_leaves(session: Session, *, reader: Actor, limit: int = 200) -> Sequence[LeaveEntry]:
    """The exceptions of a reader's organisations, the newest first."""
    rows = session.scalars(
        select(SpoofLeave)
        .where(in_scope(reader, Right.SPOOFING_READ, SpoofLeave.organisation))
        .order_by(SpoofLeave.leave_id.desc())
        .limit(limit)
    )
    return [_to_leave(row) for row in rows]


def get_leave(session: Session, *, reader: Actor, leave_id: int) -> LeaveEntry | None:
    """One exception; None where there is none of the reader's organisations."""
    row = session.scalar(
        select(SpoofLeave)
        .where(SpoofLeave.leave_id == leave_id)
        .where(in_scope(reader, Right.SPOOFING_READ, SpoofLeave.organisation))
    )
    return None if row is None else _to_leave(row)


def list_relays(session: Session, *, reader: Actor) -> Sequence[RelayEntry]:
    """The relays of a reader's organisations, by domain."""
    rows = session.scalars(
        select(SpoofRelay)
        .where(in_scope(reader, Right.SPOOFING_READ, SpoofRelay.organisation))
        .order_by(SpoofRelay.ended_at.is_not(None), SpoofRelay.domain, SpoofRelay.relay_id)
    )
    return [
        RelayEntry(
            row.relay_id, row.domain, row.network, row.organisation, row.registered_at, row.ended_at
        )
        for row in rows
    ]


def _place(entry: StageEntry) -> tuple[int, datetime, int]:
    is_open = entry.state is StageState.PROPOSED
    begins = entry.from_at or entry.proposed_at
    return (int(is_open), begins, entry.stage_id)


def _list_held(session: Session, now: datetime) -> set[int]:
    """The rows that are chosen at a moment, one for each network and kind at most."""
    approved = session.scalars(
        select(SpoofStage)
        .where(SpoofStage.state == StageState.APPROVED)
        .order_by(SpoofStage.from_at, SpoofStage.stage_id)
    )
    newest: dict[tuple[str, str | None], int] = {}
    for row in approved:
        if holds(to_stage_row(row), now):
            newest[(row.network, row.kind)] = row.stage_id
    return set(newest.values())


def _word(row: SpoofStage, now: datetime, held: Collection[int]) -> str:
    if row.state != StageState.APPROVED:
        return row.state
    if row.rolled_back_at is not None and row.rolled_back_at <= now:
        return "rolled back"
    if row.from_at is None:
        return "to be confirmed"
    if row.from_at > now:
        return "to come"
    if not holds(to_stage_row(row), now):
        return "over"
    return "in force" if row.stage_id in held else "a later one holds"


def _to_stage(row: SpoofStage, now: datetime, held: Collection[int]) -> StageEntry:
    return StageEntry(
        stage_id=row.stage_id,
        network=Network(row.network),
        kind=SpoofKind(row.kind) if row.kind else None,
        stage=Stage(row.stage),
        action=Action(row.action) if row.action else None,
        from_at=row.from_at,
        to_at=row.to_at,
        rolled_back_at=row.rolled_back_at,
        rolled_back_why=row.rolled_back_why,
        source=row.source,
        state=StageState(row.state),
        proposed_at=row.proposed_at,
        proposed_by=row.proposed_by,
        approved_at=row.approved_at,
        approved_by=row.approved_by,
        ended_why=row.ended_why,
        replaces=row.replaces,
        digest=row.digest,
        rehearsal=json.loads(row.rehearsal),
        word=_word(row, now, held),
    )


def _to_leave(row: SpoofLeave) -> LeaveEntry:
    return LeaveEntry(
        row.leave_id, row.organisation, row.claimed, row.infrastructure,
        Network(row.network) if row.network else None, row.from_on, row.to_on, row.evidence,
        row.owner, LeaveState(row.state), row.asked_at, row.asked_by, row.digest, row.decided_at,
        row.decided_by, row.ended_why,
    )  # fmt: skip
