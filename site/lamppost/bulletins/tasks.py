"""What waits for communications staff: files to review, mistakes, and what is published soon."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from lamppost.bulletins.desk import Pile, count_piles, list_scheduled
from lamppost.bulletins.reads import list_problems
from lamppost.wording import say_count, say_moment
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.access.tasks import Task

HOME = "/admin/bulletins/"
# How far ahead the first page looks: over a weekend and a bank holiday.
SOON = timedelta(days=4)


def list_tasks(session: Session, *, reader: Actor, now: datetime) -> Sequence[Task]:
    """Files to review, files with problems and what is due soon, for those who write bulletins."""
    if not may(reader, Action.BULLETINS_WRITE).is_allowed:
        return []
    return [*_list_waiting(session), *_list_problems(session), *_list_soon(session, now)]


def _list_waiting(session: Session) -> list[Task]:
    count = count_piles(session)[Pile.WAITING]
    words = "bulletin file waits for review" if count == 1 else "bulletin files wait for review"
    return [Task(count, f"{count:,} {words}", f"{HOME}review/")] if count else []


def _list_problems(session: Session) -> list[Task]:
    files = {problem.file for problem in list_problems(session)}
    if not files:
        return []
    words = "bulletin file has a mistake" if len(files) == 1 else "bulletin files have mistakes"
    told = f"{len(files)} {words}: {', '.join(sorted(files)[:3])}"
    return [Task(len(files), told, f"{HOME}?pile=problems")]


def _list_soon(session: Session, now: datetime) -> list[Task]:
    soon = list_scheduled(session, until=now + SOON)
    if not soon or soon[0].publish_at is None:
        return []
    count = say_count(len(soon), "bulletin is", "bulletins are")
    words = f"{count} published soon, the next on {say_moment(soon[0].publish_at)}"
    return [Task(len(soon), words, f"{HOME}?pile=scheduled")]
