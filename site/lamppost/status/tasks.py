"""What waits for status operators: promises overdue, texts and statements to read, refused rows."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from sqlalchemy.orm import Session

from lamppost.clock import london_date
from lamppost.status.hssis.desk import DeskRow, list_desk
from lamppost.status.hssis.proposals import get_proposal
from lamppost.status.notices import WindowState
from lamppost.status.reads import list_known_issues, list_quarantined, list_windows
from lamppost.status.watching import list_disagreements
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.access.tasks import Task

DESK = "/admin/status/"
RUNNING = {WindowState.RUNNING, WindowState.OVERRUN}


def list_tasks(session: Session, *, reader: Actor, now: datetime) -> Sequence[Task]:
    """Everything, most pressing first, for those who may write the status."""
    if not may(reader, Action.STATUS_WRITE).is_allowed:
        return []
    rows = list_desk(session, now=now)
    return [
        *_proposed(session),
        *_overdue(rows, now),
        *_holding(rows, reader),
        *_waiting(rows, reader),
        *_disagreeing(session, now),
        *_missing(session, now),
        *_stale(session, now),
        *_refused(session),
    ]


def _proposed(session: Session) -> list[Task]:
    found = get_proposal(session)
    if found is None:
        return []
    return [Task(1, "Probes are red and no HSSI is open", DESK, found.red_since)]


def _overdue(rows: Sequence[DeskRow], now: datetime) -> list[Task]:
    return [
        Task(1, f"The next update of {row.ref} is overdue", _page(row), row.next_update_due_at)
        for row in rows
        if row.is_overdue(now)
    ]


def _holding(rows: Sequence[DeskRow], reader: Actor) -> list[Task]:
    """Whoever published it cannot review it, so it is no task of theirs."""
    return [
        Task(1, f"Read the holding statement of {row.ref}", _page(row), row.review_due_at)
        for row in rows
        if row.review_due_at is not None and row.holding_by != reader.reference
    ]


def _waiting(rows: Sequence[DeskRow], reader: Actor) -> list[Task]:
    tasks = []
    for row in rows:
        for draft in row.drafts:
            if draft.is_stale:
                words = f"A text of {row.ref} was overtaken and is not published"
            elif draft.wants_approval and draft.prepared_by != reader.reference:
                words = f"Approve a text of {row.ref}"
            else:
                continue
            tasks.append(Task(1, words, _page(row), draft.prepared_at))
    return tasks


def _disagreeing(session: Session, now: datetime) -> list[Task]:
    return [
        Task(1, f"{one.ref} is open and its probes are green", f"/admin/hssi/{one.ref}/")
        for one in list_disagreements(session, now=now)
    ]


def _missing(session: Session, now: datetime) -> list[Task]:
    return [
        Task(
            1,
            f"The calendar no longer mentions {one.title}",
            f"/admin/windows/tests/{quote(one.uid)}/",
            one.missing_since,
        )
        for one in list_windows(session, now=now)
        if one.missing_since is not None and one.state in {WindowState.UPCOMING, *RUNNING}
    ]


def _stale(session: Session, now: datetime) -> list[Task]:
    today = london_date(now)
    return [
        Task(1, f"Look again at the known issue {one.title}", f"/admin/known-issues/{one.ref}/")
        for one in list_known_issues(session, now=now)
        if one.wants_review(today)
    ]


def _refused(session: Session) -> list[Task]:
    count = len(list_quarantined(session))
    if not count:
        return []
    words = "row of a log was refused" if count == 1 else "rows of the logs were refused"
    return [Task(count, f"{count} {words}", DESK)]


def _page(row: DeskRow) -> str:
    return f"/admin/hssi/{row.ref}/"
