"""Kill the worker at random moments, then compare what was mailed with what was recorded."""

import random
import re
import sqlite3
import time
from collections import Counter
from pathlib import Path

from live import Lamppost, wait_until

HEADER = re.compile(rb"^X-Lamppost-Probe: *([a-z0-9]+)", re.MULTILINE | re.IGNORECASE)


def kill_worker(lamppost: Lamppost, times: int, *, seed: int) -> None:
    """Start the worker and kill it with SIGKILL, again and again, at moments nobody chose."""
    dice = random.Random(seed)  # noqa: S311 - any moment will do
    for _ in range(times):
        before = _started(lamppost)
        lamppost.start("worker")
        # How long starting takes is the machine's affair; from there on, anywhere in a probe's run.
        wait_until(
            lambda: _started(lamppost) != before,  # noqa: B023 - asked within this turn
            within_s=60,
            what="the worker is at work",
        )
        time.sleep(2.5 * dice.random())
        lamppost.kill("worker")


def _started(lamppost: Lamppost) -> list[tuple[str, ...]]:
    """Since when the worker last seen has been at work."""
    return query(lamppost, "SELECT started_at FROM heartbeat WHERE name = 'worker'")


def settle(lamppost: Lamppost) -> set[str]:
    """Let a worker that is left alone find what the killed ones mailed, then stop it.

    Returns the tokens that lay in the mailboxes before it began. It goes on mailing while it
    looks, so what it sent itself may still be on its way when it is stopped.
    """
    sent = mailed(lamppost)
    lamppost.start("worker")
    wait_until(
        lambda: sent <= set(arrivals(lamppost)),
        within_s=60,
        what="every mail delivered has its reading",
    )
    lamppost.kill("worker")
    return sent


def mailed(lamppost: Lamppost) -> set[str]:
    """The tokens of every probe mail the relay delivered."""
    found = set()
    for path in (Path(lamppost.folder) / "relay" / "mail").rglob("*"):
        if path.is_file() and path.parent.name in ("new", "cur"):
            match = HEADER.search(path.read_bytes())
            if match:
                found.add(match.group(1).decode())
    return found


def arrivals(lamppost: Lamppost) -> Counter[str]:
    """How many readings say of each token that it arrived."""
    rows = query(
        lamppost,
        "SELECT json_extract(detail, '$.token') FROM reading "
        "WHERE outcome = 'ok' AND json_extract(detail, '$.token') IS NOT NULL "
        "AND coalesce(json_extract(detail, '$.at_least'), 0) = 0",
    )
    return Counter(str(token) for (token,) in rows)


def journal(lamppost: Lamppost) -> dict[str, str]:
    """Every expected mail and its state."""
    rows = query(lamppost, "SELECT token, state FROM expected_mail")
    return {token: state for token, state in rows}


def query(lamppost: Lamppost, statement: str) -> list[tuple[str, ...]]:
    connection = sqlite3.connect(lamppost.folder / "lamppost.sqlite3", timeout=10)
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()
