"""A rehearsal over a million rows of the register, against one scan of them."""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from figures import Figure
from sqlalchemy import Engine, func, insert, select

from lamppost.database import make_engine, read_only, unit_of_work
from lamppost.migrations import upgrade
from lamppost.sample.organisations import add_organisations
from postmaster.access.actors import operator
from postmaster.organisations.tables import Organisation
from postmaster.spoofing.rehearsal import rehearse
from postmaster.spoofing.tables import SpoofDay, SpoofPair
from postmaster.spoofing.values import Network, Stage

ROWS = 1_000_000
PAIRS = 20_000
DAYS = 50
ROUNDS = 5
NOW = datetime(2019, 8, 13, 9, 0, tzinfo=UTC)


def fill(engine: Engine) -> None:
    """So many senders, each on fifty days."""
    with unit_of_work(engine) as session:
        add_organisations(session, now=NOW)
        codes = list(session.scalars(select(Organisation.ods_code).order_by(Organisation.ods_code)))
    with unit_of_work(engine) as session:
        session.execute(insert(SpoofPair), list(list_pairs()))
    for start in range(0, PAIRS, 1000):
        with unit_of_work(engine) as session:
            session.execute(insert(SpoofDay), list(list_days(start, codes)))


def list_pairs() -> Iterator[dict[str, Any]]:
    """Senders, one in five known."""
    for number in range(1, PAIRS + 1):
        yield {
            "pair_id": number, "claimed": f"a{number}@nhs.net", "infrastructure": f"ptr:m{number}",
            "kind": "exact-domain", "network": "internet", "first_seen_at": NOW,
            "last_seen_at": NOW, "messages": DAYS, "evidence": "",
            "sort": "supplier" if number % 5 == 0 else "unknown",
        }  # fmt: skip


def list_days(start: int, codes: list[str]) -> Iterator[dict[str, Any]]:
    """The days of a thousand senders."""
    first = date(2019, 8, 13)
    for number in range(start + 1, start + 1001):
        kind = "subdomain" if number % 10 == 0 else "exact-domain"
        for back in range(DAYS):
            yield {
                "pair_id": number, "on_day": first - timedelta(days=back), "kind": kind,
                "network": "internet", "organisation": codes[(number + back) % len(codes)],
                "action": "tag", "messages": 3, "counted": 3,
            }  # fmt: skip


def scan(engine: Engine) -> None:
    """Every row once, its numbers added up."""
    with read_only(engine) as session:
        counted = session.scalars(
            select(func.sum(SpoofDay.counted)).where(SpoofDay.action != "none")
        ).one()
    if counted != ROWS * 3:
        raise SystemExit(f"{counted} messages")


def practise(engine: Engine) -> None:
    """The whole rehearsal."""
    with read_only(engine) as session:
        found = rehearse(
            session, reader=operator("bench"), network=Network.INTERNET, stage=Stage.JUNK,
            days=DAYS, now=NOW,
        )  # fmt: skip
    if found.messages != ROWS * 3:
        raise SystemExit(f"{found.messages} messages")


def seconds(work: Callable[[Engine], None], engine: Engine) -> float:
    """How long it takes."""
    began = time.perf_counter()
    work(engine)
    return time.perf_counter() - began


def main() -> list[Figure]:
    """Measure and give the figure."""
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'register.sqlite3'}")
        upgrade(engine)
        fill(engine)
        pairs = [(seconds(scan, engine), seconds(practise, engine)) for _ in range(ROUNDS)]
        engine.dispose()
    scanning, practising = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(whole / rows for rows, whole in pairs)
    name = f"rehearsal over {ROWS:,} rows ({practising:.2f} s) / one scan ({scanning:.2f} s)"
    return [Figure(name, ratio, at_most=5)]


if __name__ == "__main__":
    figures = main()
    print(*figures, sep="\n")
    sys.exit(not all(figure.is_met for figure in figures))
