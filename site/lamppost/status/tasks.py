"""What waits for status operators: rows of the HSSI log and the calendar that were refused."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from lamppost.status.reads import list_quarantined
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.access.tasks import Task


def list_tasks(session: Session, *, reader: Actor, now: datetime) -> Sequence[Task]:
    """Quarantined rows, for those who may write the status."""
    del now
    if not may(reader, Action.STATUS_WRITE).is_allowed:
        return []
    count = len(list_quarantined(session))
    if not count:
        return []
    words = "row of a log was refused" if count == 1 else "rows of the logs were refused"
    return [Task(count, f"{count} {words}", "/status/n3/")]
