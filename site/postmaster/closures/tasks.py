"""What waits because organisations close: outcomes, orphans, and moves into a container."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.tasks import Task
from postmaster.closures.move_reads import list_move_tasks
from postmaster.closures.report import list_outcome_tasks


def list_tasks(session: Session, *, reader: Actor, now: datetime) -> Sequence[Task]:
    """The tasks of the room for one reader."""
    return (
        *list_outcome_tasks(session, reader=reader),
        *list_move_tasks(session, reader=reader, now=now),
    )
