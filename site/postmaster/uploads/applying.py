"""A frozen plan done, chunk by chunk: each one transaction, done once however often it is begun."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.audit.actions import record
from postmaster.uploads.doing import do_rows
from postmaster.uploads.rules import RowState, UploadError, UploadStatus
from postmaster.uploads.staging import digest_plan, get_upload_for
from postmaster.uploads.tables import Upload, UploadRow

CHUNK = 1000


@dataclass(frozen=True, slots=True)
class ChunkResult:
    """What a chunk did."""

    done: int
    refused: int
    is_over: bool


@acts(Action.UPLOADS_APPLY)
def begin_apply(
    session: Session, *, upload_id: int, plan_hash: str, by: Actor, now: datetime
) -> None:
    """Begin to apply a plan, or go on where it was paused.

    Raises:
        UploadError: it is not the plan that was shown, it is done, or it holds nothing to do.
    """
    upload = get_upload_for(session, upload_id, by)
    if upload.status not in {UploadStatus.VALIDATED, UploadStatus.PAUSED}:
        raise UploadError(f"The file is {upload.status}: it cannot be applied now.")
    if plan_hash != upload.plan_hash or digest_plan(session, upload) != upload.plan_hash:
        raise UploadError(
            "This is not the plan that was shown. Check the file again, and apply that plan."
        )
    if not upload.planned_count:
        raise UploadError("No row of the file changes anything. Mend the rows with faults.")
    before, upload.status = upload.status, UploadStatus.APPLYING
    if upload.started_at is None:
        upload.started_at, upload.started_by = now, by.reference
    _note(session, upload, "uploads.apply", before, by=by, now=now)


@acts(Action.UPLOADS_APPLY)
def pause_apply(session: Session, *, upload_id: int, by: Actor, now: datetime) -> None:
    """Stop after the chunk it is in.

    Raises:
        UploadError: it is not being applied.
    """
    upload = get_upload_for(session, upload_id, by)
    if upload.status != UploadStatus.APPLYING:
        raise UploadError("The file is not being applied.")
    before, upload.status = upload.status, UploadStatus.PAUSED
    _note(session, upload, "uploads.pause", before, by=by, now=now)


@acts(Action.UPLOADS_APPLY)
def apply_chunk(
    session: Session, *, upload_id: int, size: int = CHUNK, by: Actor, now: datetime
) -> ChunkResult:
    """Do the next rows of a plan; a row whose account changed since is left alone and says so.

    Raises:
        UploadError: the file is not being applied.
    """
    upload = get_upload_for(session, upload_id, by)
    if upload.status == UploadStatus.PAUSED:
        return ChunkResult(0, 0, is_over=True)
    if upload.status != UploadStatus.APPLYING:
        raise UploadError(f"The file is {upload.status}: nothing of it is applied now.")
    last = _find_last(session, upload, size)
    if last is None:
        before, upload.status, upload.finished_at = upload.status, UploadStatus.DONE, now
        _note(session, upload, "uploads.done", before, by=by, now=now)
        return ChunkResult(0, 0, is_over=True)
    chunk = and_(
        UploadRow.upload_id == upload_id, UploadRow.line > upload.checkpoint, UploadRow.line <= last
    )
    # Told as done by whoever began it: the worker only carries it on.
    who = upload.started_by or by.reference
    done, refused = do_rows(session, upload, chunk, by=who, now=now)
    upload.checkpoint = last
    upload.done_count += done
    upload.refused_count += refused
    session.flush()
    return ChunkResult(done, refused, is_over=False)


def _find_last(session: Session, upload: Upload, size: int) -> int | None:
    lines = (
        select(UploadRow.line)
        .where(
            UploadRow.upload_id == upload.upload_id,
            UploadRow.state == RowState.PLANNED,
            UploadRow.line > upload.checkpoint,
        )
        .order_by(UploadRow.line)
        .limit(size)
        .subquery()
    )
    last: int | None = session.scalar(select(func.max(lines.c.line)))
    return last


def _note(
    session: Session, upload: Upload, action: str, before: str, *, by: Actor, now: datetime
) -> None:
    session.flush()
    record(
        session,
        action=action,
        kind="upload",
        key=str(upload.upload_id),
        organisation=upload.organisation,
        changes={"status": (before, upload.status), "done": (None, upload.done_count)},
        by=by.reference,
        now=now,
    )
