"""Files of accounts carried on: a transaction for each chunk, safe to be killed between."""

import logging
from collections.abc import Callable

from sqlalchemy import Engine, select

from lamppost.clock import Clock
from lamppost.database import read_only, unit_of_work
from lamppost.worker.schedule import Job
from postmaster.access.actors import Actor, system
from postmaster.uploads.applying import ChunkResult, apply_chunk
from postmaster.uploads.forgetting import forget_rows
from postmaster.uploads.rules import UploadError, UploadStatus
from postmaster.uploads.tables import Upload

log = logging.getLogger(__name__)
UPLOADS_S = 5
FORGETTING_S = 3600
WORKER = system("uploads")
# Told after every chunk.
OnChunk = Callable[[ChunkResult], None]


def list_upload_jobs(engine: Engine, clock: Clock) -> list[Job]:
    """Carry every file on that is being applied, and forget the rows of old ones."""
    return [
        Job("uploads", UPLOADS_S, lambda: carry_on(engine, clock), is_recorded=False),
        Job("forget uploads", FORGETTING_S, lambda: _forget(engine, clock)),
    ]


def carry_on(engine: Engine, clock: Clock) -> None:
    """Apply what was begun, one file after the other; what holds one back is logged."""
    with read_only(engine) as session:
        numbers = session.scalars(
            select(Upload.upload_id)
            .where(Upload.status == UploadStatus.APPLYING)
            .order_by(Upload.upload_id)
        ).all()
    for upload_id in numbers:
        try:
            apply_upload(engine, upload_id, by=WORKER, clock=clock)
        except UploadError as error:
            log.warning("Upload %s stands still: %s", upload_id, error)


def apply_upload(
    engine: Engine,
    upload_id: int,
    *,
    by: Actor,
    clock: Clock,
    on_chunk: OnChunk = lambda _result: None,
) -> None:
    """Apply one file to its end or its pause."""
    is_over = False
    while not is_over:
        with unit_of_work(engine) as session:
            result = apply_chunk(session, upload_id=upload_id, by=by, now=clock.now())
        on_chunk(result)
        is_over = result.is_over


def _forget(engine: Engine, clock: Clock) -> None:
    with unit_of_work(engine) as session:
        forget_rows(session, now=clock.now())
