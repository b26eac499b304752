"""The engine and the two ways into it: a read that commits nothing, a unit of work that commits."""

from collections.abc import Iterator
from contextlib import contextmanager
from sqlite3 import Connection as SqliteConnection
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import Session

# How long a writer waits for another before it gives up, in milliseconds.
BUSY_TIMEOUT_MS = 10_000
# Rows of an index looked at to say how it spreads: half a second for two million accounts.
ANALYSED_ROWS = 1_000_000


def make_engine(url: str) -> Engine:
    """An engine for `sqlite:///…` or `postgresql://…`, set up the same for every process."""
    # What is stored may be secret or personal, and an error's words go to the log.
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"), hide_parameters=True)
    configure(engine)
    return engine


def configure(engine: Engine) -> None:
    """Set SQLite to WAL, foreign keys and explicit transactions; PostgreSQL needs nothing."""
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)


def _prepare_sqlite(connection: SqliteConnection, _record: Any) -> None:
    # The driver's own transaction control begins late and never immediately; ours is in `_begin`.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("lamppost_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN DEFERRED")


@contextmanager
def unit_of_work(engine: Engine) -> Iterator[Session]:
    """One write transaction: committed when the block ends, rolled back when it raises.

    SQLite takes its write lock at the start (BEGIN IMMEDIATE), so two writers queue instead of one
    of them failing half-way. Keep network, rendering and hashing outside.
    """
    with (
        engine.connect().execution_options(lamppost_writes=True) as connection,
        Session(connection, expire_on_commit=False) as session,
    ):
        yield session
        session.commit()


@contextmanager
def read_only(engine: Engine) -> Iterator[Session]:
    """One read transaction, rolled back at the end: nothing read through it can be written."""
    with engine.connect() as connection, Session(connection, autoflush=False) as session:
        yield session
        session.rollback()


def refresh_statistics(engine: Engine) -> None:
    """Count for SQLite's planner how rows spread over each index; PostgreSQL counts by itself.

    Without it SQLite takes every index to be as good as any other, and reads all leavers of the
    service for those of one organisation.
    """
    if engine.dialect.name == "sqlite":
        with unit_of_work(engine) as session:
            connection = session.connection()
            connection.exec_driver_sql(f"PRAGMA analysis_limit = {ANALYSED_ROWS}")
            connection.exec_driver_sql("ANALYZE")
