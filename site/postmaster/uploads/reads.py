"""Questions about uploads; a reader is answered about files of their organisations."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.access.tasks import Task
from postmaster.uploads.rules import RowAction, RowState, UploadStatus
from postmaster.uploads.tables import Upload, UploadRow

HOME = "/admin/uploads/"
KEY = (Upload.upload_id,)
ROW_KEY = (UploadRow.line,)
# Rows hold names and mobiles: so long a file can be looked at and given back.
KEPT = timedelta(days=90)
_AT_ONCE = 1000


def select_uploads(*, reader: Actor) -> Select[*tuple[Any, ...]]:
    """The files of the reader's organisations; the key first, not ordered."""
    one = Upload
    return select(
        one.upload_id, one.name, one.organisation, one.status, one.staged_at, one.staged_by,
        one.row_count, one.planned_count, one.done_count, one.refused_count,
    ).where(_mine(reader))  # fmt: skip


def get_upload(session: Session, *, reader: Actor, upload_id: int) -> Upload | None:
    """One file; None when there is none or it is of another organisation."""
    return session.scalar(select(Upload).where(Upload.upload_id == upload_id, _mine(reader)))


def find_plan(session: Session, *, plan_hash: str, file_hash: str) -> Upload | None:
    """The newest upload of these bytes whose plan has this digest."""
    return session.scalar(
        select(Upload)
        .where(Upload.plan_hash == plan_hash, Upload.file_hash == file_hash)
        .order_by(Upload.upload_id.desc())
        .limit(1)
    )


def count_actions(session: Session, *, upload_id: int) -> Mapping[RowAction, int]:
    """How many rows have each verdict, in the order of `RowAction`."""
    rows = session.execute(
        select(UploadRow.action, func.count())
        .where(UploadRow.upload_id == upload_id)
        .group_by(UploadRow.action)
    )
    counts = {RowAction(action): count for action, count in rows if action is not None}
    return {action: counts[action] for action in RowAction if action in counts}


def select_rows(*, upload_id: int, action: RowAction | None = None) -> Select[*tuple[Any, ...]]:
    """The rows of a file with their verdicts; the key first, not ordered."""
    one = UploadRow
    rows = select(
        one.line, one.address, one.name, one.action, one.message, one.state, one.account_id
    ).where(one.upload_id == upload_id)
    return rows if action is None else rows.where(one.action == action)


def list_results(session: Session, *, upload_id: int) -> Iterator[tuple[int, str, str]]:
    """Every row as it came and what became of it, in the order of the file."""
    rows = (
        select(
            UploadRow.line, UploadRow.cells, UploadRow.action, UploadRow.state, UploadRow.message
        )
        .where(UploadRow.upload_id == upload_id)
        .order_by(UploadRow.line)
    )
    for line, cells, action, state, message in session.execute(
        rows.execution_options(yield_per=_AT_ONCE)
    ):
        yield line, cells, say_result(action, state, message)


def say_result(action: str | None, state: str, message: str | None) -> str:
    """What became of a row, in words."""
    if state == RowState.DONE:
        return "Made" if action == RowAction.CREATE else "Changed"
    if state == RowState.PLANNED:
        return f"Not done yet. {message or ''}".strip()
    return message or ""


def list_tasks(session: Session, *, reader: Actor, now: datetime) -> Sequence[Task]:
    """Files that were checked and wait, or were paused."""
    if not may(reader, Action.UPLOADS_APPLY).is_allowed:
        return ()
    waiting = [UploadStatus.VALIDATED, UploadStatus.PAUSED]
    count, since = session.execute(
        select(func.count(), func.min(Upload.staged_at)).where(
            Upload.status.in_(waiting),
            Upload.planned_count > 0,
            Upload.staged_at > now - KEPT,
            _mine(reader),
        )
    ).one()
    if not count:
        return ()
    words = "1 file of accounts is" if count == 1 else f"{count:,} files of accounts are"
    return (Task(count, f"{words} checked and not applied", HOME, since),)


def _mine(reader: Actor) -> ColumnElement[bool]:
    return in_scope(reader, Action.UPLOADS_APPLY, Upload.organisation)
