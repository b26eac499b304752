"""A run killed at any moment, and gone on with, ends as one that was never killed."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from lamppost.database import make_engine, read_only
from lamppost.migrations import upgrade
from many_leavers import put_many
from postmaster.accounts.tables import Account, AccountChange
from postmaster.audit.tables import AuditEntry
from postmaster.lifecycle.batches import BatchStatus
from postmaster.lifecycle.tables import BatchItem, LifecycleBatch

MANY = 100_000
# A chunk takes about this long; a run is some twenty of them, and each life does at least one.
LONGEST_S = 0.15


def _run(folder: Path, engine: Engine, batch_id: int, kill_after_s: float | None) -> bool:
    """Run the batch by the command; gives whether it came to its end before it was killed.

    The seconds count from its first finished chunk, so that a slow start wears no kill out.
    """
    before = _checkpoint(engine, batch_id)
    process = subprocess.Popen(
        [sys.executable, "-m", "lamppost", "lifecycle", "batch", "run", str(batch_id), "--yes"],
        env={**os.environ, "LAMPPOST_DATA": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    if kill_after_s is not None:
        while process.poll() is None and _checkpoint(engine, batch_id) in {before, 0}:
            time.sleep(0.02)
        time.sleep(kill_after_s)
        process.send_signal(signal.SIGKILL)
    _, complaint = process.communicate()
    if process.returncode == -signal.SIGKILL:
        return False
    # Killed after its last transaction, it has nothing left to do.
    assert process.returncode == 0 or "The batch is done" in complaint, complaint
    return True


def _checkpoint(engine: Engine, batch_id: int) -> int | None:
    with read_only(engine) as session:
        return session.scalar(
            select(LifecycleBatch.checkpoint).where(LifecycleBatch.batch_id == batch_id)
        )


def _state(engine: Engine) -> dict[str, object]:
    """Everything that must be the same whenever it was killed."""
    with read_only(engine) as session:
        accounts = session.execute(
            select(Account.status, Account.prior_status, Account.batch_id, Account.revision,
                   func.count())
            .group_by(Account.status, Account.prior_status, Account.batch_id, Account.revision)
        ).all()  # fmt: skip
        changes = session.execute(
            select(func.count(), func.count(AccountChange.account_id.distinct()))
        ).one()
        entries = session.execute(
            select(func.count(), func.count(AuditEntry.key.distinct())).where(
                AuditEntry.action == "lifecycle.delete"
            )
        ).one()
        items = session.execute(
            select(BatchItem.state, func.count()).group_by(BatchItem.state)
        ).all()
        status = session.scalars(select(LifecycleBatch.status)).one()
    return {
        "accounts": [tuple(row) for row in accounts],
        "changes": tuple(changes),
        "entries": tuple(entries),
        "items": [tuple(row) for row in items],
        "status": status,
    }


def _kill_and_compare(folder: Path, times: int, *, seed: int = 0) -> None:
    engine = make_engine(f"sqlite:///{folder / 'lamppost.sqlite3'}")
    upgrade(engine)
    batch_id = put_many(engine, MANY, now=datetime.now(UTC))
    dice = random.Random(seed)  # noqa: S311 - any moment will do
    kills, is_over = 0, False
    while not is_over:
        moment = LONGEST_S * dice.random() if kills < times else None
        is_over = _run(folder, engine, batch_id, moment)
        kills += not is_over
    found = _state(engine)
    engine.dispose()

    assert kills == times, "it was over before it was killed so often"
    assert found == {
        "accounts": [("deleted", "leaver", None, 1, MANY)],
        "changes": (MANY, MANY),
        "entries": (MANY, MANY),
        "items": [("done", MANY)],
        "status": BatchStatus.DONE,
    }


@pytest.mark.timeout(400)
def test_a_run_killed_five_times_ends_like_one_never_killed(tmp_path: Path) -> None:
    _kill_and_compare(tmp_path, 5)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_run_killed_fifty_times_ends_like_one_never_killed(tmp_path: Path) -> None:
    for number in range(10):
        folder = tmp_path / str(number)
        folder.mkdir()
        _kill_and_compare(folder, 5, seed=number)
