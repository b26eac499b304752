"""Write every table into one file, from one moment, whatever is written meanwhile."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy import Connection, Engine, Table, select

from lamppost.backups.values import write_value

MANIFEST = "manifest.json"
FORMAT = 1
ROWS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Member:
    """One table of a backup: how many rows, and the digest of its lines."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    format: int
    revision: str
    made_at: str
    tables: Mapping[str, Member]


class BackupExistsError(Exception):
    """There is a file of this name already; nothing was written."""


def write_backup(
    engine: Engine, file: Path, *, tables: list[Table], revision: str, now: datetime
) -> Manifest:
    """Write the tables, in the order of their dependence, to a file only its owner can read.

    Raises:
        BackupExistsError: the file exists.
    """
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise BackupExistsError(f"{file} exists; choose another name.") from None
    with (
        os.fdopen(descriptor, "wb") as raw,
        ZipFile(raw, "w", ZIP_DEFLATED) as archive,
        _one_moment(engine) as connection,
    ):
        members = {table.name: _write_table(connection, archive, table) for table in tables}
        manifest = Manifest(FORMAT, revision, now.isoformat(), members)
        archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
    return manifest


def member_name(table: str) -> str:
    """Where a table's lines lie in the archive."""
    return f"tables/{table}.jsonl"


def _one_moment(engine: Engine) -> Connection:
    connection = engine.connect()
    if engine.dialect.name == "postgresql":
        return connection.execution_options(isolation_level="REPEATABLE READ")
    return connection


def _write_table(connection: Connection, archive: ZipFile, table: Table) -> Member:
    digest, count = hashlib.sha256(), 0
    rows = connection.execution_options(yield_per=ROWS_AT_ONCE).execute(select(table))
    with archive.open(member_name(table.name), "w", force_zip64=True) as lines:
        for row in rows:
            values = [write_value(value) for value in row]
            line = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            digest.update(line)
            lines.write(line)
            count += 1
    return Member(count, digest.hexdigest())
