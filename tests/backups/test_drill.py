"""The drill: everything is lost, the backup brings it back, on either database."""

import json
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import Engine, delete, select

from lamppost.backups.restoring import (
    BackupError,
    count_present,
    read_manifest,
    restore_backup,
)
from lamppost.backups.writing import MANIFEST, BackupExistsError, write_backup
from lamppost.database import read_only, unit_of_work
from lamppost.migrations import head_revision
from lamppost.migrations.tables import metadata
from lamppost.sample.organisations import add_organisations
from postmaster.audit.actions import record
from postmaster.outbox.actions import owe
from postmaster.policy.actions import enter_presets

NOW = datetime(2018, 4, 9, 8, 0, tzinfo=UTC)
TABLES = metadata.sorted_tables
REVISION = head_revision() or ""


def fill(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        add_organisations(session, now=NOW)
        enter_presets(session, by="system:test", now=NOW)
        record(
            session,
            action="test",
            kind="thing",
            key="1",
            by="system:test",
            now=NOW,
            personal={"words": "“élan”\n\U0001d518 zzz"},
        )
        owe(
            session,
            cause="test",
            cause_key="1",
            recipient="a@example.nhs.uk",
            subject="A",
            text="B",
            template="t",
            is_secret=False,
            now=NOW,
        )


def contents(engine: Engine, but: tuple[str, ...] = ()) -> dict[str, list[Any]]:
    with read_only(engine) as session:
        return {
            table.name: sorted(map(str, session.execute(select(table))))
            for table in TABLES
            if table.name not in but
        }


def lose(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        for table in reversed(TABLES):
            session.execute(delete(table))


def test_everything_lost_comes_back_as_it_was(engine: Engine, tmp_path: Path) -> None:
    fill(engine)
    before = contents(engine, but=("generation",))
    file = tmp_path / "backup.zip"
    write_backup(engine, file, tables=TABLES, revision=REVISION, now=NOW)
    lose(engine)
    assert not any(count_present(engine, tables=TABLES).values())

    read_manifest(file, tables=TABLES, revision=REVISION)
    restore_backup(engine, file, tables=TABLES)

    assert contents(engine, but=("generation",)) == before
    with unit_of_work(engine) as session:
        assert record(session, action="after", kind="thing", key="2", by="system:test", now=NOW)


def test_a_backup_moves_from_one_kind_of_database_to_the_other(
    engine: Engine, sqlite_engine: Engine, tmp_path: Path
) -> None:
    fill(engine)
    file = tmp_path / "backup.zip"
    write_backup(engine, file, tables=TABLES, revision=REVISION, now=NOW)

    restore_backup(sqlite_engine, file, tables=TABLES)

    assert contents(sqlite_engine, but=("generation",)) == contents(engine, but=("generation",))


def test_a_file_only_its_owner_reads_and_nobody_overwrites(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "backup.zip"
    write_backup(sqlite_engine, file, tables=TABLES, revision=REVISION, now=NOW)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(BackupExistsError, match="choose another name"):
        write_backup(sqlite_engine, file, tables=TABLES, revision=REVISION, now=NOW)


def _rewrite(file: Path, name: str, body: bytes) -> None:
    with ZipFile(file) as archive:
        members = {entry: archive.read(entry) for entry in archive.namelist()}
    members[name] = body
    with ZipFile(file, "w") as archive:
        for entry, content in members.items():
            archive.writestr(entry, content)


@pytest.mark.parametrize("fault", ["cut", "text", "tampered", "version", "table"])
def test_what_is_no_whole_backup_is_refused_before_anything_is_touched(
    sqlite_engine: Engine, tmp_path: Path, fault: str
) -> None:
    fill(sqlite_engine)
    file = tmp_path / "backup.zip"
    write_backup(sqlite_engine, file, tables=TABLES, revision=REVISION, now=NOW)
    before = contents(sqlite_engine)
    manifest = json.loads(ZipFile(file).read(MANIFEST))
    if fault == "cut":
        file.write_bytes(file.read_bytes()[:-200])
    elif fault == "text":
        file.write_text("not a backup")
    elif fault == "tampered":
        _rewrite(file, "tables/organisation.jsonl", b"[]\n")
    elif fault == "version":
        _rewrite(file, MANIFEST, json.dumps({**manifest, "revision": "0001"}).encode())
    else:
        manifest["tables"].pop("organisation")
        _rewrite(file, MANIFEST, json.dumps(manifest).encode())

    with pytest.raises(BackupError):
        read_manifest(file, tables=TABLES, revision=REVISION)

    assert contents(sqlite_engine) == before
