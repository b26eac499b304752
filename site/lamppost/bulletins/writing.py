"""A file replaced at once and under its row's lock; refused when it changed since it was read.

The order is what survives a kill. The version is kept and committed, so that somebody answers for
it; then, under the lock, the file is compared, replaced, and the version landed. Killed in between,
the next look at the folder finds a file whose version is known and lands it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from lamppost.bulletins.problems import Problem
from lamppost.bulletins.review import digest_content
from lamppost.bulletins.source import SourceError, read_bytes
from lamppost.bulletins.tables import BulletinLock
from lamppost.bulletins.versions import Version, forget_version, keep_version, land_version
from lamppost.database import unit_of_work
from postmaster.access.actors import Actor
from postmaster.upserts import insert_new_into

_NEW_FILE = 0o644


class ChangedMeanwhileError(Exception):
    """The file was changed since it was opened; nothing is written."""


def write_version(
    engine: Engine, path: Path, version: Version, *, seen: str | None, by: Actor, now: datetime
) -> None:
    """Put a version in its file's place.

    Args:
        engine: the database.
        path: the file.
        version: what it is to hold.
        seen: the SHA-256 the file had when it was read; None for a file that is new.
        by: who answers for it.
        now: when.

    Raises:
        ChangedMeanwhileError: the file holds something else now, or is there already.
        SourceError: the file cannot be written.
    """
    with _put_beside(path, version.content, version.source) as temporary:
        with unit_of_work(engine) as session:
            keep_version(session, version=version, by=by, now=now)
        try:
            with unit_of_work(engine) as session:
                _lock(session, version.source)
                _compare(path, version.source, seen)
                _put_in_place(temporary, path, version.source)
                land_version(session, source=version.source, sha256=version.sha256, now=now)
        except (ChangedMeanwhileError, SourceError):
            with unit_of_work(engine) as session:
                forget_version(session, source=version.source, sha256=version.sha256)
            raise


def replace_file(path: Path, content: bytes, source: str, *, seen: str) -> None:
    """Put a content in its file's place where there is no database to answer for it.

    Raises:
        ChangedMeanwhileError: the file holds something else now.
        SourceError: the file cannot be written.
    """
    with _put_beside(path, content, source) as temporary:
        _compare(path, source, seen)
        _put_in_place(temporary, path, source)


def _lock(session: Session, source: str) -> None:
    """Queue for the file: one writer after the other."""
    statement = insert_new_into(session, BulletinLock, BulletinLock.source)
    session.execute(statement.values(source=source))
    query = select(BulletinLock.source).where(BulletinLock.source == source)
    session.execute(query.with_for_update())


def _compare(path: Path, source: str, seen: str | None) -> None:
    if seen is None:
        is_same = not path.exists()
    else:
        is_same = digest_content(read_bytes(path, source)) == seen
    if not is_same:
        raise ChangedMeanwhileError("Somebody changed the file since you opened it.")


@contextmanager
def _put_beside(path: Path, content: bytes, source: str) -> Iterator[Path]:
    """The content on the disk beside its file, gone again unless it was moved into place."""
    try:
        mode = path.stat().st_mode & 0o777 if path.exists() else _NEW_FILE
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as stream:
            temporary = Path(stream.name)
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(mode)
    except OSError as error:
        raise _unwritten(source, error) from None
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _put_in_place(temporary: Path, path: Path, source: str) -> None:
    """A reader sees the old content or the new, never half."""
    try:
        temporary.replace(path)
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _unwritten(source, error) from None


def _unwritten(source: str, error: OSError) -> SourceError:
    words = f"publishing could not write the file ({error.strerror})"
    return SourceError(Problem(source, 1, words))
