"""A file taken in: its rows stored, judged, and frozen into a plan with a digest."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import case, func, insert, select, update
from sqlalchemy.orm import Session

from postmaster.access.acting import acts, ensure
from postmaster.access.actors import Actor, Target
from postmaster.access.matrix import Action
from postmaster.access.reads import get_above
from postmaster.audit.actions import record
from postmaster.days import london_day
from postmaster.uploads.reading import ReadFile
from postmaster.uploads.rules import GivenRow, RowAction, RowState, UploadError, UploadStatus
from postmaster.uploads.tables import Upload, UploadRow
from postmaster.uploads.validating import judge_rows

_AT_ONCE = 1000
# A new account's number is known only once it is made, and is no part of the plan.
_OF_UPDATE = case((UploadRow.action == RowAction.UPDATE, UploadRow.account_id), else_=None)
_PLANNED = (
    UploadRow.line, UploadRow.action, _OF_UPDATE, UploadRow.account_revision,
    UploadRow.address_key, UploadRow.name, UploadRow.kind, UploadRow.organisation,
    UploadRow.external_id, UploadRow.job_title, UploadRow.mobile, UploadRow.changed,
)  # fmt: skip


@acts(Action.UPLOADS_APPLY)
def stage_upload(session: Session, *, file: ReadFile, by: Actor, now: datetime) -> int:
    """Store a file's rows, give each its verdict and freeze the plan; gives the upload's number.

    Nothing of any account is changed. A plan of the same bytes that waited is replaced.

    Raises:
        postmaster.access.acting.RefusedError: the file is for an organisation of others, or for
            none, and the actor has not the whole service.
    """
    above = get_above(session, organisation=file.organisation)
    ensure(by, Action.UPLOADS_APPLY, Target("upload", "new", file.organisation, above))
    upload = Upload(
        name=file.name,
        organisation=file.organisation,
        layout=file.layout,
        file_hash=file.file_hash,
        plan_hash="",
        status=UploadStatus.VALIDATED,
        staged_at=now,
        staged_by=by.reference,
        row_count=len(file.rows),
    )
    session.add(upload)
    session.flush()
    values = (_values(upload.upload_id, row) for row in file.rows)
    while some := list(islice(values, _AT_ONCE)):
        session.execute(insert(UploadRow), some)
    judge_rows(session, upload, by=by, today=london_day(now))
    upload.planned_count = _count_planned(session, upload.upload_id)
    upload.plan_hash = digest_plan(session, upload)
    _replace_older(session, upload)
    session.flush()
    _record(session, upload, by, now)
    return upload.upload_id


def digest_plan(session: Session, upload: Upload) -> str:
    """The digest of a file and of everything its rows would do, in the order of their lines.

    It does not hold the number of the upload: the same file over the same accounts gives the same.
    """
    digest = hashlib.sha256()
    head = [upload.file_hash, upload.layout, upload.organisation]
    digest.update(_write(head))
    for row in _list_plan(session, upload.upload_id):
        digest.update(_write(row))
    return digest.hexdigest()


def get_upload_for(session: Session, upload_id: int, by: Actor) -> Upload:
    """The upload, its row locked, for somebody who may go on with it.

    Raises:
        UploadError: there is none.
        postmaster.access.acting.RefusedError: it is of another organisation.
    """
    upload = session.scalar(
        select(Upload)
        .where(Upload.upload_id == upload_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if upload is None:
        raise UploadError("There is no such upload.")
    above = get_above(session, organisation=upload.organisation)
    target = Target("upload", str(upload_id), upload.organisation, above)
    ensure(by, Action.UPLOADS_APPLY, target)
    return upload


def _values(upload_id: int, row: GivenRow) -> dict[str, Any]:
    return {
        "upload_id": upload_id,
        "line": row.line,
        "cells": json.dumps(row.cells, ensure_ascii=False),
        "given_id": row.given_id,
        "address": row.address,
        "address_key": row.address_key,
        "name": row.name,
        "name_key": row.name_key,
        "kind": row.kind.value,
        "organisation": row.organisation,
        "external_id": row.external_id or None,
        "job_title": row.job_title or None,
        "mobile": row.mobile or None,
        "action": RowAction.ERROR.value if row.fault else None,
        "message": row.fault,
        "state": RowState.NONE.value,
    }


def _list_plan(session: Session, upload_id: int) -> Iterator[Sequence[Any]]:
    rows = (
        select(*_PLANNED)
        .where(UploadRow.upload_id == upload_id, UploadRow.state != RowState.NONE)
        .order_by(UploadRow.line)
    )
    for row in session.execute(rows.execution_options(yield_per=_AT_ONCE)):
        yield tuple(row)


def _write(parts: Sequence[Any]) -> bytes:
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _count_planned(session: Session, upload_id: int) -> int:
    return session.scalars(
        select(func.count()).where(
            UploadRow.upload_id == upload_id, UploadRow.state == RowState.PLANNED
        )
    ).one()


def _replace_older(session: Session, upload: Upload) -> None:
    session.execute(
        update(Upload)
        .where(
            Upload.file_hash == upload.file_hash,
            Upload.status == UploadStatus.VALIDATED,
            Upload.upload_id != upload.upload_id,
            Upload.staged_by == upload.staged_by,
        )
        .values(status=UploadStatus.REPLACED)
        .execution_options(synchronize_session=False)
    )


def _record(session: Session, upload: Upload, by: Actor, now: datetime) -> None:
    record(
        session,
        action="uploads.stage",
        kind="upload",
        key=str(upload.upload_id),
        organisation=upload.organisation,
        changes={
            "rows": (None, upload.row_count),
            "planned": (None, upload.planned_count),
            "plan": (None, upload.plan_hash),
        },
        personal={"file": upload.name},
        by=by.reference,
        now=now,
    )
