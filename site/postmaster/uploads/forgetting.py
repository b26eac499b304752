"""Rows of old files forgotten: names and mobiles are kept no longer than the file is of use."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from postmaster.uploads.reads import KEPT
from postmaster.uploads.rules import UploadStatus
from postmaster.uploads.tables import Upload, UploadRow


def forget_rows(session: Session, *, now: datetime) -> int:
    """Forget the rows of old files that are not being applied; gives how many files."""
    old = session.scalars(
        select(Upload.upload_id).where(
            Upload.staged_at < now - KEPT,
            Upload.forgotten_at.is_(None),
            Upload.status != UploadStatus.APPLYING,
        )
    ).all()
    if old:
        session.execute(delete(UploadRow).where(UploadRow.upload_id.in_(old)))
        session.execute(
            update(Upload)
            .where(Upload.upload_id.in_(old))
            .values(forgotten_at=now, name="forgotten")
            .execution_options(synchronize_session=False)
        )
    return len(old)
