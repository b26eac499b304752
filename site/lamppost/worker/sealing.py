"""The worker's share in the audit: seal what was recorded, keep the heads of days that are over."""

from pathlib import Path

from sqlalchemy import Engine

from lamppost.clock import Clock
from lamppost.database import read_only, unit_of_work
from lamppost.keys import audit_signer
from lamppost.settings import Settings
from lamppost.worker.schedule import Job
from postmaster.audit.chain import Signer
from postmaster.audit.heads import append_heads, list_heads_over, read_heads
from postmaster.audit.sealing import has_pending, seal_pending

SEALING_S = 1
HEADS_S = 60
# Sealed in one transaction: a writer waits for no more than these.
AT_ONCE = 5000


def heads_file(settings: Settings) -> Path:
    """Where the heads of days that are over are kept, to be copied to another machine."""
    return settings.data / "audit" / "heads.jsonl"


def list_sealing_jobs(engine: Engine, settings: Settings, clock: Clock) -> list[Job]:
    """Seal every second; look every minute whether a day is over."""
    signer = audit_signer(settings)
    path = heads_file(settings)
    return [
        Job("seal audit", SEALING_S, lambda: seal(engine, signer, clock), is_recorded=False),
        Job("keep heads", HEADS_S, lambda: keep_heads(engine, path, clock), is_recorded=False),
    ]


def seal(engine: Engine, signer: Signer, clock: Clock) -> None:
    """Seal everything that waits, a few thousand a transaction; nothing waiting writes nothing."""
    with read_only(engine) as session:
        is_needed = has_pending(session)
    while is_needed:
        with unit_of_work(engine) as session:
            sealed = seal_pending(session, signer=signer, now=clock.now(), most=AT_ONCE)
        is_needed = sealed == AT_ONCE


def keep_heads(engine: Engine, path: Path, clock: Clock) -> None:
    """Append the heads of the days that are over and not in the file yet."""
    kept = read_heads(path)
    after = kept[-1].day if kept else None
    with read_only(engine) as session:
        lines = list_heads_over(session, now=clock.now(), after=after)
    append_heads(path, lines)
