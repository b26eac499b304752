"""What is audited about a list: under its organisation, its revision counted up."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.audit.actions import Changes, Value, only_changed, record
from postmaster.groups.tables import DistributionList


def note_list(
    session: Session,
    row: DistributionList,
    action: str,
    changes: Changes,
    *,
    personal: Mapping[str, Value] | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """Audit one change of a list."""
    row.revision += 1
    session.flush()
    record(
        session,
        action=action,
        kind="list",
        key=str(row.list_id),
        organisation=row.organisation,
        changes=only_changed(changes),
        personal=personal,
        by=by.reference,
        now=now,
    )
