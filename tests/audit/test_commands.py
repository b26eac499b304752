"""`lamppost audit`: what it prints and how it ends; and the worker's share in the chain."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, delete

from audit_rows import record_some, tamper
from lamppost.cli import root
from lamppost.clock import FixedClock
from lamppost.database import unit_of_work
from lamppost.keys import audit_signer
from lamppost.settings import Settings
from lamppost.worker.sealing import heads_file, keep_heads, list_sealing_jobs, seal
from postmaster.audit.actions import record
from postmaster.audit.tables import AuditDay, AuditDetail, AuditEntry

Run = Callable[..., Result]


@pytest.fixture
def run(
    tmp_path: Path,
    sqlite_engine: Engine,
    settings: Settings,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """Run a command on a database of eight sealed entries."""
    monkeypatch.setenv("LAMPPOST_DATA", str(tmp_path))
    record_some(sqlite_engine, 8, clock.now())
    seal(sqlite_engine, audit_signer(settings), clock)
    return lambda *words: CliRunner().invoke(root, list(words))


def test_a_whole_chain_ends_well(run: Run) -> None:
    done = run("audit", "verify")

    assert done.exit_code == 0, done.output
    assert "The chain is whole: 8 sealed entries" in done.output
    assert "No entry waits to be sealed." in done.output


def test_what_waits_is_told_with_its_age(
    run: Run, sqlite_engine: Engine, clock: FixedClock
) -> None:
    record_some(sqlite_engine, 2, clock.now())

    done = run("audit", "verify")

    assert done.exit_code == 0
    assert "2 entries wait to be sealed, the oldest for" in done.output
    assert json.loads(run("audit", "verify", "--json").stdout)["unsealed"] == 2


@pytest.mark.parametrize(
    ("table", "key", "values"),
    [
        (AuditEntry, AuditEntry.entry_id, {"actor": "person:other"}),
        (AuditEntry, AuditEntry.entry_id, {"sequence": None}),
        (AuditDetail, AuditDetail.entry_id, {"detail": '{"name":"Bob"}'}),
    ],
)
def test_a_row_tampered_with_ends_in_1_and_is_named(
    run: Run,
    sqlite_engine: Engine,
    table: type[AuditEntry | AuditDetail],
    key: object,
    values: dict[str, object],
) -> None:
    tamper(sqlite_engine, table, key == 4, **values)

    done = run("audit", "verify")
    told = json.loads(run("audit", "verify", "--json").stdout)

    assert done.exit_code == 1
    assert "The chain is broken at number 4 (entry " in done.output
    assert told["is_whole"] is False
    assert told["broken"]["sequence"] == 4


def test_a_changed_secret_is_told_and_the_former_key_accepted(
    run: Run, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    former = audit_signer(settings).public_key().public_bytes_raw().hex()
    monkeypatch.setenv("LAMPPOST_SECRET_KEY", "another secret, long enough for a signature")

    assert run("audit", "verify").exit_code == 1
    assert run("audit", "verify", "--former-key", former).exit_code == 0


def test_a_last_day_taken_away_is_told_by_the_kept_heads(
    run: Run, sqlite_engine: Engine, settings: Settings, clock: FixedClock
) -> None:
    path = heads_file(settings)
    keep_heads(sqlite_engine, path, clock)
    assert not path.exists()
    clock.set_to(clock.now() + timedelta(days=1))
    for _ in range(2):
        keep_heads(sqlite_engine, path, clock)
    assert len(path.read_text(encoding="utf-8").splitlines()) == 1
    assert "1 kept head compared" in run("audit", "verify").output
    with unit_of_work(sqlite_engine) as session:
        for table in (AuditDetail, AuditEntry, AuditDay):
            session.execute(delete(table))

    done = run("audit", "verify")

    assert done.exit_code == 1
    assert "2018-04-09 is not the day whose head was kept elsewhere" in done.output


def test_a_file_of_heads_that_is_none_is_told(run: Run, settings: Settings) -> None:
    path = heads_file(settings)
    path.parent.mkdir()
    path.write_text("{}\n", encoding="utf-8")

    done = run("audit", "verify")

    assert done.exit_code == 1
    assert "line 1: not a head" in done.output


def test_an_object_is_shown_with_what_changed(run: Run) -> None:
    done = run("audit", "show", "person:p1")

    assert done.exit_code == 0
    assert "1 entry about person:p1." in done.output
    assert "role: nothing → reader" in done.output
    assert json.loads(run("audit", "show", "person:p1", "--json").stdout)[0]["key"] == "p1"


def test_an_address_nobody_has_is_looked_for_in_the_details(
    run: Run, sqlite_engine: Engine, clock: FixedClock
) -> None:
    with unit_of_work(sqlite_engine) as session:
        record(
            session,
            action="people.invite",
            kind="person",
            key="gone\x1b[2J",
            personal={"email": "Gone.Away@example.test"},
            by="system:test",
            now=clock.now(),
        )

    done = run("audit", "show", "gone.away@example.test")

    assert "Nobody has this address. 1 entry with it in their details" in done.output
    assert "person:gone\\x1b[2J" in done.output
    assert "\x1b" not in done.output


def test_what_is_neither_address_nor_object_is_refused(run: Run) -> None:
    assert run("audit", "show", "nothing").exit_code == 2


def test_the_worker_seals_everything_that_waits(
    sqlite_engine: Engine, settings: Settings, clock: FixedClock
) -> None:
    record_some(sqlite_engine, 3, clock.now())
    for job in list_sealing_jobs(sqlite_engine, settings, clock):
        assert not job.is_recorded
        job.work()
        job.work()

    with unit_of_work(sqlite_engine) as session:
        assert session.get_one(AuditDay, clock.now().date()).last_sequence == 3
