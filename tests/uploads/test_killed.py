"""A worker killed in the middle of a chunk of a file leaves what one never killed would leave."""

import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from estate import BY, make_estate
from lamppost.clock import SystemClock
from lamppost.database import make_engine, read_only, unit_of_work
from lamppost.worker.uploads import carry_on
from postmaster.accounts.tables import Account
from postmaster.audit.tables import AuditEntry
from postmaster.uploads.applying import CHUNK, begin_apply
from postmaster.uploads.reading import read_file
from postmaster.uploads.rules import COLUMNS, Layout
from postmaster.uploads.staging import stage_upload
from postmaster.uploads.tables import Upload, UploadRow

NOW = datetime(2018, 4, 9, 8, tzinfo=UTC)
KILLS = 2
# One chunk for each kill, and one more that ends it.
ROWS = CHUNK * (KILLS + 1)
# The very job the worker does every few seconds, without what else it does.
JOB = """
import sys
from lamppost.clock import SystemClock
from lamppost.database import make_engine
from lamppost.worker.uploads import carry_on
carry_on(make_engine(sys.argv[1]), SystemClock())
"""


def _begin(engine: Engine) -> None:
    """A file of new people, and of one in ten who is there already, on its way."""
    lines = [f',p{n}@nhs.net,"PIKE, {n}",user,RX2,{n},Nurse,' for n in range(ROWS)]
    some = "\n".join([",".join(COLUMNS[Layout.NEW]), *lines[::10]]).encode()
    whole = "\n".join([",".join(COLUMNS[Layout.NEW]), *lines]).replace("Nurse", "Porter").encode()
    for content in (some, whole):
        file = read_file(content, name="people.csv", organisation="RX2")
        with unit_of_work(engine) as session:
            upload_id = stage_upload(session, file=file, by=BY, now=NOW)
            plan_hash = session.get_one(Upload, upload_id).plan_hash
            begin_apply(session, upload_id=upload_id, plan_hash=plan_hash, by=BY, now=NOW)
        if content is some:
            carry_on(engine, SystemClock())


def _kill_in_a_chunk(path: Path, finished: int) -> None:
    """Let the job finish so many chunks, and kill it while it holds the lock of the next one."""
    process = subprocess.Popen([sys.executable, "-c", JOB, f"sqlite:///{path}"])
    other = sqlite3.connect(path, timeout=0, isolation_level=None)
    at = "SELECT checkpoint FROM upload ORDER BY upload_id DESC"
    while process.poll() is None:
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            if other.execute(at).fetchone()[0] >= finished * CHUNK:
                process.send_signal(signal.SIGKILL)
                break
        else:
            other.execute("ROLLBACK")
        time.sleep(0.002)
    other.close()
    assert process.wait() == -signal.SIGKILL, "it was over before it was killed"


def _state(engine: Engine) -> dict[str, object]:
    """Everything that must be the same whenever it was killed."""
    people = select(Account.address, Account.status, Account.job_title, Account.revision)
    with read_only(engine) as session:
        entries = session.execute(
            select(AuditEntry.action, func.count(), func.count(AuditEntry.key.distinct()))
            .group_by(AuditEntry.action)
            .order_by(AuditEntry.action)
        )
        rows = select(UploadRow.state, func.count()).group_by(UploadRow.state)
        uploads = select(Upload.status, Upload.done_count, Upload.refused_count)
        return {
            "people": [tuple(row) for row in session.execute(people.order_by(Account.address))],
            "entries": [tuple(row) for row in entries],
            "rows": [tuple(row) for row in session.execute(rows)],
            "uploads": [tuple(row) for row in session.execute(uploads)],
        }


@pytest.mark.timeout(300)
def test_a_file_whose_worker_is_killed_in_mid_chunk_ends_like_one_never_killed(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    make_estate(sqlite_engine, now=NOW)
    _begin(sqlite_engine)
    before = _state(sqlite_engine)
    sqlite_engine.dispose()
    killed, calm = tmp_path / "lamppost.sqlite3", tmp_path / "calm.sqlite3"
    shutil.copyfile(killed, calm)
    for finished in range(KILLS):
        _kill_in_a_chunk(killed, finished)
        with read_only(sqlite_engine) as session:
            done = session.scalars(
                select(Upload.done_count).order_by(Upload.upload_id.desc())
            ).first()
            made = session.scalars(select(func.count()).where(Account.job_title == "Porter")).one()
        assert done == made
        assert made % CHUNK == 0, "a chunk was kept in part"
    quiet = make_engine(f"sqlite:///{calm}")
    for engine in (quiet, sqlite_engine):
        carry_on(engine, SystemClock())

    found, wanted = _state(sqlite_engine), _state(quiet)
    quiet.dispose()
    assert found == wanted
    assert found != before
    assert found["uploads"] == [("done", ROWS // 10, 0), ("done", ROWS, 0)]
