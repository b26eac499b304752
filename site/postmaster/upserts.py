"""An insert that may say what happens on a conflict, the same on both databases."""

from collections.abc import Collection
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session
from sqlalchemy.sql.dml import ReturningInsert

Insert: TypeAlias = postgresql.Insert | sqlite.Insert


def insert_into(session: Session, table: type[DeclarativeBase]) -> Insert:
    """The database's own insert for the table."""
    return _insert(session.get_bind().dialect.name, table)


def upsert_into(
    session: Session, table: type[DeclarativeBase], *, keep: Collection[str] = ()
) -> Insert:
    """An insert that overwrites the row of the same primary key, all but the columns kept."""
    return _upsert(session.get_bind().dialect.name, table, tuple(keep))


def insert_new_into(
    session: Session, table: type[DeclarativeBase], *unique: InstrumentedAttribute[Any]
) -> ReturningInsert[Any]:
    """An insert of what is not there yet by these columns; it returns them of what was new."""
    return _insert_new(session.get_bind().dialect.name, table, unique)


def _insert(dialect: str, table: type[DeclarativeBase]) -> Insert:
    target = table.__table__
    assert isinstance(target, Table)  # nosec B101 # noqa: S101 - every tables.py class maps one table
    return postgresql.insert(target) if dialect == "postgresql" else sqlite.insert(target)


# Made once for each table: building the statement costs more than running it.
@cache
def _upsert(dialect: str, table: type[DeclarativeBase], keep: tuple[str, ...]) -> Insert:
    statement = _insert(dialect, table)
    key = [column.name for column in statement.table.primary_key]
    left = {*key, *keep}
    changed = {
        column.name: statement.excluded[column.name]
        for column in statement.table.columns
        if column.name not in left
    }
    return statement.on_conflict_do_update(index_elements=key, set_=changed)


@cache
def _insert_new(
    dialect: str, table: type[DeclarativeBase], unique: tuple[InstrumentedAttribute[Any], ...]
) -> ReturningInsert[Any]:
    names = [column.key for column in unique]
    statement = _insert(dialect, table).on_conflict_do_nothing(index_elements=names)
    return statement.returning(*unique)
