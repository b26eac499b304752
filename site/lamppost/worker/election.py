"""One worker at a time: a file lock beside SQLite, an advisory lock in PostgreSQL."""

import fcntl
import os
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, NullPool, create_engine, text
from sqlalchemy.exc import SQLAlchemyError

# Any number will do, as long as nobody else's advisory lock has it.
ADVISORY_KEY = 0x1A39_9057


class Election(Protocol):
    """How a process becomes the one worker, and learns that it no longer is."""

    def win(self) -> bool:
        """Try to become the worker; False when another process is."""
        ...

    def still_won(self) -> bool:
        """Whether this process is still the worker; asked every second."""
        ...

    def resign(self) -> None:
        """Let another process be the worker."""
        ...


class FileElection:
    """A lock on a file in the data folder; the kernel lets go of it when the process dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def win(self) -> bool:
        """Try to lock the file."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        self._handle = handle
        return True

    def still_won(self) -> bool:
        """A lock once held is held until resigned; unless somebody replaced the file."""
        if self._handle is None:
            return False
        try:
            return os.fstat(self._handle).st_ino == self._path.stat().st_ino
        except FileNotFoundError:
            return False

    def resign(self) -> None:
        """Let go of the lock."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


class AdvisoryElection:
    """A session lock on one connection of its own; PostgreSQL frees it when the connection ends."""

    def __init__(self, engine: Engine) -> None:
        # Never pooled: a pool could hand the locking connection to somebody else.
        self._engine = create_engine(engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._connection: Connection | None = None

    def win(self) -> bool:
        """Try to take the lock."""
        connection = self._engine.connect()
        statement = text("SELECT pg_try_advisory_lock(:key)")
        if not connection.scalar(statement, {"key": ADVISORY_KEY}):
            connection.close()
            return False
        self._connection = connection
        return True

    def still_won(self) -> bool:
        """Ask on the very connection: if it is gone, so is the lock."""
        if self._connection is None:
            return False
        try:
            self._connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            self._connection = None
            return False
        return True

    def resign(self) -> None:
        """Close the connection and with it the lock."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def make_election(engine: Engine, data: Path) -> Election:
    """The kind of election that suits the database."""
    if engine.dialect.name == "postgresql":
        return AdvisoryElection(engine)
    return FileElection(data / "worker.lock")
