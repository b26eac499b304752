"""A database brought to a state that many tests begin with: reached once a process, then copied."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from typing import TypeAlias
from uuid import uuid4

from sqlalchemy import URL, Engine, create_engine, exists, select, text, union_all
from sqlalchemy.orm import Session

from lamppost.database import read_only, unit_of_work
from lamppost.sample.accounts import add_accounts
from lamppost.sample.organisations import add_organisations
from lamppost.sample.spoofing import add_spoofing
from postmaster.policy.actions import enter_presets
from postmaster.store import Base

Step: TypeAlias = Callable[[Session, datetime], object]
Build: TypeAlias = Callable[[Engine], object]
# What was reached: a SQLite database in memory, or the name of one on the server.
_SQLITE: dict[object, sqlite3.Connection] = {}
_POSTGRESQL: dict[object, str] = {}


def presets(session: Session, now: datetime) -> None:
    """The dated numbers of the policy."""
    enter_presets(session, by="system:test", now=now)


def organisations(session: Session, now: datetime) -> None:
    """The organisations of the sample."""
    add_organisations(session, now=now)


def accounts(session: Session, now: datetime) -> None:
    """The accounts of the sample, over two thousand."""
    add_accounts(session, now=now)


def spoofing(session: Session, now: datetime) -> None:
    """The spoof policy of the sample and what it saw."""
    add_spoofing(session, now=now)


def prepare(engine: Engine, *steps: Step, now: datetime) -> None:
    """Take the steps, each a function of a module, in one transaction.

    A database that was just migrated becomes a copy of one that has taken them before; another,
    whoever wrote to it, takes them itself.
    """

    def build(engine: Engine) -> None:
        with unit_of_work(engine) as session:
            for step in steps:
                step(session, now)

    reach(engine, build, key=(steps, now))


def reach(engine: Engine, build: Build, *, key: object) -> None:
    """The same for a state built any other way; the key says which it is."""
    if not _is_fresh(engine):
        build(engine)
    elif engine.dialect.name == "sqlite":
        _reach_sqlite(engine, build, key)
    else:
        _reach_postgresql(engine, build, key)


def _is_fresh(engine: Engine) -> bool:
    """Whether no table has a row."""
    found = union_all(*(select(exists().select_from(one)) for one in Base.metadata.sorted_tables))
    with read_only(engine) as session:
        return not any(session.scalars(found))


def _reach_sqlite(engine: Engine, build: Build, key: object) -> None:
    with closing(sqlite3.connect(str(engine.url.database))) as own:
        if key in _SQLITE:
            _SQLITE[key].backup(own)
            return
        build(engine)
        memory = sqlite3.connect(":memory:", check_same_thread=False)
        own.backup(memory)
        _SQLITE[key] = memory


def _reach_postgresql(engine: Engine, build: Build, key: object) -> None:
    if key not in _POSTGRESQL:
        build(engine)
        engine.dispose()
        name = f"prepared_{uuid4().hex}"
        _copy(engine.url, of=str(engine.url.database), to=name)
        _POSTGRESQL[key] = name
        return
    engine.dispose()
    _copy(engine.url, of=_POSTGRESQL[key], to=str(engine.url.database))


def _copy(server: URL, *, of: str, to: str) -> None:
    made = create_engine(server.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with made.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {to}"))
        connection.execute(text(f"CREATE DATABASE {to} TEMPLATE {of} STRATEGY FILE_COPY"))
    made.dispose()
