"""What waits for communications staff: files with a mistake in them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from lamppost.bulletins.reads import list_problems
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.access.tasks import Task


def list_tasks(session: Session, *, reader: Actor, now: datetime) -> Sequence[Task]:
    """Bulletin files with problems, for those who may write bulletins."""
    del now
    if not may(reader, Action.BULLETINS_WRITE).is_allowed:
        return []
    files = {problem.file for problem in list_problems(session)}
    if not files:
        return []
    words = "bulletin file has a mistake" if len(files) == 1 else "bulletin files have mistakes"
    return [
        Task(len(files), f"{len(files)} {words}: {', '.join(sorted(files)[:3])}", "/bulletins/")
    ]
