"""The policy as it is stored, in the values a verdict goes by."""

import hashlib
import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from postmaster.audit.actions import record
from postmaster.days import start_of
from postmaster.spoofing.preset import get_preset
from postmaster.spoofing.steps import LeaveState, StageState
from postmaster.spoofing.tables import SpoofLeave, SpoofRelay, SpoofStage
from postmaster.spoofing.values import (
    Action,
    Network,
    RelaySource,
    SpoofException,
    SpoofKind,
    SpoofPolicy,
    Stage,
    StageRow,
)


def get_spoof_policy(session: Session, *, authserv_id: str, now: datetime) -> SpoofPolicy:
    """Every row that could matter for a message received now or earlier; its version tells them.

    The version changes when any row does, so that whoever holds a copy can compare.
    """
    preset = get_preset()
    stages = tuple(
        to_stage_row(row)
        for row in session.scalars(
            select(SpoofStage)
            .where(SpoofStage.state == StageState.APPROVED)
            .order_by(SpoofStage.stage_id)
        )
    )
    exceptions = tuple(to_exception(row) for row in _list_leaves(session, now))
    relays = tuple(
        RelaySource(domain, network)
        for domain, network in session.execute(
            select(SpoofRelay.domain, SpoofRelay.network)
            .where(or_(SpoofRelay.ended_at.is_(None), SpoofRelay.ended_at > now))
            .order_by(SpoofRelay.relay_id)
        )
    )
    return SpoofPolicy(
        protected_domains=preset.protected_domains,
        sister_domains=preset.sister_domains,
        stage_rows=stages,
        version=_version(stages, exceptions, relays),
        exceptions=exceptions,
        relay_sources=relays,
        brand_words=preset.brand_words,
        authserv_id=authserv_id,
    )


def to_stage_row(row: SpoofStage) -> StageRow:
    """A stored stage as judging reads it."""
    return StageRow(
        network=Network(row.network),
        stage=Stage(row.stage),
        from_at=row.from_at,
        kind=SpoofKind(row.kind) if row.kind else None,
        action=Action(row.action) if row.action else None,
        to_at=row.to_at,
        rolled_back_at=row.rolled_back_at,
        is_approved=row.state == StageState.APPROVED,
        source=row.source,
    )


def to_exception(row: SpoofLeave) -> SpoofException:
    """A stored exception as judging reads it: whole days in London, both inclusive."""
    last = start_of(row.to_on + timedelta(days=1))
    ends = min(last, row.ended_at) if row.ended_at else last
    return SpoofException(
        id=f"leave-{row.leave_id}",
        claimed=row.claimed,
        infrastructure=row.infrastructure,
        from_at=start_of(row.from_on),
        to_at=ends,
        network=Network(row.network) if row.network else None,
    )


def enter_preset_stages(
    session: Session, *, by: str, now: datetime, stages: Collection[Stage] = (Stage.TAG,)
) -> int:
    """Where no stage was ever stored, enter the preset's; gives how many. Again it adds nothing.

    A new service begins with the tag alone: going further is for two people and a rehearsal.
    """
    if session.scalar(select(SpoofStage.stage_id).limit(1)) is not None:
        return 0
    entered = [row for row in get_preset().stage_rows if row.stage in stages]
    for given in entered:
        row = SpoofStage(
            network=given.network,
            stage=given.stage,
            from_at=given.from_at,
            source=given.source,
            state=StageState.APPROVED,
            proposed_at=now,
            proposed_by=by,
            rehearsal="{}",
            digest="",
        )
        session.add(row)
        session.flush()
        record(
            session,
            action="spoofing.preset",
            kind="spoof-stage",
            key=str(row.stage_id),
            changes={"network": (None, given.network), "stage": (None, given.stage)},
            by=by,
            now=now,
        )
    return len(entered)


def _list_leaves(session: Session, now: datetime) -> Sequence[SpoofLeave]:
    return session.scalars(
        select(SpoofLeave)
        .where(SpoofLeave.state == LeaveState.APPROVED)
        .where(SpoofLeave.to_on >= (now - timedelta(days=366)).date())
        .order_by(SpoofLeave.leave_id)
    ).all()


def _version(
    stages: Sequence[StageRow], exceptions: Sequence[SpoofException], relays: Sequence[RelaySource]
) -> str:
    words = json.dumps([repr(stages), repr(exceptions), repr(relays)])
    return f"spoof-{hashlib.sha256(words.encode()).hexdigest()[:12]}"
