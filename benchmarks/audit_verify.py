"""Verifying the audit's chain, in readings of the same rows: 100,000 entries, half with details."""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from figures import Figure
from sqlalchemy import Engine, insert, select

from lamppost.database import make_engine, read_only, unit_of_work
from lamppost.migrations import upgrade
from postmaster.audit.actions import digest_detail
from postmaster.audit.chain import public_hex
from postmaster.audit.sealing import seal_pending
from postmaster.audit.tables import AuditDetail, AuditEntry
from postmaster.audit.verifying import COLUMNS, verify

ENTRIES = 100_000
DAYS = 20
ROUNDS = 5
NOW = datetime(2018, 4, 9, 8, 0, tzinfo=UTC)
SIGNER = Ed25519PrivateKey.generate()
PUBLIC = public_hex(SIGNER.public_key())


def fill(engine: Engine) -> float:
    """Record the entries as `record` would, and seal them a day at a time; seconds of sealing."""
    took, each = 0.0, ENTRIES // DAYS
    for day in range(DAYS):
        moment = NOW + timedelta(days=day)
        entries, details = [], []
        for number in range(day * each + 1, (day + 1) * each + 1):
            detail = f'{{"email":"ann.{number}@example.test","name":"Ann {number}"}}'
            has_detail = bool(number % 2)
            entries.append(
                {
                    "entry_id": number,
                    "recorded_at": moment + timedelta(milliseconds=number % each),
                    "actor": f"person:{number % 50}",
                    "action": "accounts.mark_leaver",
                    "kind": "account",
                    "key": f"a{number}",
                    "organisation": f"RX{number % 200}",
                    "changes": '{"state":["active","leaver"],"leaves_on":[null,"2018-05-01"]}',
                    "detail_digest": digest_detail("5a17" * 8, detail) if has_detail else None,
                }
            )
            if has_detail:
                values = {"entry_id": number, "salt": "5a17" * 8, "detail": detail}
                details.append(values | {"is_erased": False})
        with unit_of_work(engine) as session:
            session.execute(insert(AuditEntry), entries)
            session.execute(insert(AuditDetail), details)
        began = time.perf_counter()
        with unit_of_work(engine) as session:
            seal_pending(session, signer=SIGNER, now=moment, most=each)
        took += time.perf_counter() - began
    return took


def read(engine: Engine) -> None:
    """Every row verifying reads, in the same order and portions, and nothing done with it."""
    statement = (
        select(*COLUMNS)
        .outerjoin(AuditDetail, AuditDetail.entry_id == AuditEntry.entry_id)
        .where(AuditEntry.sequence <= ENTRIES)
        .order_by(AuditEntry.sequence)
        .execution_options(yield_per=2000)
    )
    with read_only(engine) as session, session.execute(statement) as rows:
        count = sum(1 for _ in rows)
    if count != ENTRIES:
        raise SystemExit(f"{count} entries read")


def walk(engine: Engine) -> None:
    """Verify, and stop if the chain is not whole."""
    with read_only(engine) as session:
        found = verify(session, public_key=PUBLIC)
    if found.broken is not None or found.entries != ENTRIES:
        raise SystemExit(f"the chain is not whole: {found}")


def seconds(work: Callable[[Engine], None], engine: Engine) -> float:
    """How long it takes."""
    began = time.perf_counter()
    work(engine)
    return time.perf_counter() - began


def main() -> list[Figure]:
    """Measure and give the figure."""
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'audit.sqlite3'}")
        upgrade(engine)
        sealing = fill(engine)
        pairs = [(seconds(read, engine), seconds(walk, engine)) for _ in range(ROUNDS)]
        engine.dispose()
    reading, verifying = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(walked / rows for rows, walked in pairs)
    print(f"sealing {ENTRIES:,} entries: {sealing:.2f} s")
    name = f"verify {ENTRIES:,} entries ({verifying:.2f} s) / read them ({reading:.2f} s)"
    return [Figure(name, ratio, at_most=3)]


if __name__ == "__main__":
    figures = main()
    print(*figures, sep="\n")
    sys.exit(not all(figure.is_met for figure in figures))
