"""Read a backup, check it whole, and put it in place of everything there is, or change nothing."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from sqlalchemy import Engine, Table, delete, func, insert, select, text
from sqlalchemy.orm import Session

from lamppost.backups.values import read_value
from lamppost.backups.writing import FORMAT, MANIFEST, Manifest, Member, member_name
from lamppost.database import read_only, unit_of_work
from lamppost.generation.actions import Area, bump_generation

ROWS_AT_ONCE = 1000


class BackupError(Exception):
    """The file is no backup, is damaged, or is of another version; the message says which."""


def read_manifest(file: Path, *, tables: list[Table], revision: str) -> Manifest:
    """What a backup says of itself, once every line of it has been checked.

    Raises:
        BackupError: it cannot be restored here.
    """
    try:
        with ZipFile(file) as archive:
            given = json.loads(archive.read(MANIFEST))
            members = {name: Member(**member) for name, member in given["tables"].items()}
            manifest = Manifest(given["format"], given["revision"], given["made_at"], members)
            _check(archive, manifest, {table.name for table in tables}, revision)
    except (BadZipFile, KeyError, TypeError, ValueError, OSError) as error:
        raise BackupError(f"{file} is no whole backup: {error}") from None
    return manifest


def count_present(engine: Engine, *, tables: list[Table]) -> dict[str, int]:
    """How many rows each table has now: what a restore would replace."""
    with read_only(engine) as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in tables
        }


def restore_backup(engine: Engine, file: Path, *, tables: list[Table]) -> None:
    """Replace every row there is by those of a checked backup, in one transaction."""
    with ZipFile(file) as archive, unit_of_work(engine) as session:
        for table in reversed(tables):
            session.execute(delete(table))
        for table in tables:
            for rows in _chunks(_rows(archive, table)):
                session.execute(insert(table), rows)
            _go_on_counting(session, table)
        # Every page in every process's memory is of another time.
        for area in Area:
            bump_generation(session, area)


def _check(archive: ZipFile, manifest: Manifest, known: set[str], revision: str) -> None:
    if manifest.format != FORMAT or manifest.revision != revision:
        raise BackupError(
            f"The backup is of database version {manifest.revision}, and this is {revision}; "
            "restore it with the Lamppost that wrote it, then upgrade."
        )
    if set(manifest.tables) != known:
        raise BackupError("The backup has other tables than this Lamppost.")
    for name, member in manifest.tables.items():
        digest = hashlib.sha256()
        with archive.open(member_name(name)) as lines:
            for line in lines:
                digest.update(line)
        if digest.hexdigest() != member.sha256:
            raise BackupError(f"The table {name} in the backup is damaged.")


def _rows(archive: ZipFile, table: Table) -> Iterator[dict[str, Any]]:
    columns = list(table.columns)
    with archive.open(member_name(table.name)) as lines:
        for line in lines:
            pairs = zip(columns, json.loads(line), strict=True)
            yield {column.name: read_value(column, value) for column, value in pairs}


def _chunks(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    going = iter(rows)
    while chunk := list(islice(going, ROWS_AT_ONCE)):
        yield chunk


def _go_on_counting(session: Session, table: Table) -> None:
    """PostgreSQL counts ids beside the table; the next one must be free."""
    column = table.autoincrement_column
    if session.get_bind().dialect.name != "postgresql" or column is None:
        return
    highest = session.scalar(select(func.max(column)))
    if highest is not None:
        session.execute(
            text("SELECT setval(pg_get_serial_sequence(:table, :column), :highest)"),
            {"table": table.name, "column": column.name, "highest": highest},
        )
