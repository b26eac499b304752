"""The audit entry of a change to spoof policy or to the register."""

from datetime import datetime

from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.audit.actions import Changes, record
from postmaster.spoofing.tables import SpoofLeave, SpoofRelay, SpoofStage, SpoofWayOut

Noted = SpoofStage | SpoofLeave | SpoofRelay | SpoofWayOut


def note(
    session: Session, row: Noted, action: str, changes: Changes, *, by: Actor, now: datetime
) -> None:
    """Write the row, then the entry that tells of it."""
    session.flush()
    kind, key = _name(row)
    record(
        session,
        action=action,
        kind=kind,
        key=str(key),
        organisation=None if isinstance(row, SpoofStage) else row.organisation,
        changes=changes,
        by=by.reference,
        now=now,
    )


def _name(row: Noted) -> tuple[str, int]:
    match row:
        case SpoofStage():
            return "spoof-stage", row.stage_id
        case SpoofLeave():
            return "spoof-leave", row.leave_id
        case SpoofRelay():
            return "spoof-relay", row.relay_id
        case SpoofWayOut():
            return "spoof-way-out", row.way_out_id
