"""`/status/` of 100 components and 90 days: 5 million raw readings stored against 50,000.

Two databases, pages made anew in turn, processor time; then how much the page weighs compressed.
"""

import gzip
import os
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from figures import Figure
from flask import Flask
from many_readings import define_many, fill_readings
from sqlalchemy import update

from lamppost.clock import FixedClock, london_date
from lamppost.database import make_engine, unit_of_work
from lamppost.migrations import upgrade
from lamppost.settings import load_settings
from lamppost.status.actions import store_results
from lamppost.status.days import DayTotals, pack_day
from lamppost.status.report import State
from lamppost.status.storing import Run
from lamppost.status.tables import Component
from lamppost.web.app import create_app
from lamppost.web.context import db
from probes.reading import Outcome, Reading, Result

COMPONENTS = 100
FEW, MANY = 50_000, int(os.environ.get("BENCH_READINGS", "5000000"))
ROUNDS = 40
NOW = datetime(2018, 4, 9, 8, 0, tzinfo=UTC)
BAD = (State.OUTAGE, State.DEGRADED, State.PARTIAL, State.MAINTENANCE, State.UNKNOWN)


def prepare(folder: Path, readings: int) -> Flask:
    """A site whose page has 100 components with 90 days, and so many raw readings behind it."""
    folder.mkdir()
    settings = load_settings({"LAMPPOST_DATA": str(folder)})
    engine = make_engine(settings.storage_url())
    upgrade(engine)
    define_many(engine, COMPONENTS)
    each = readings // COMPONENTS
    step = timedelta(days=89).total_seconds() / each
    fill_readings(engine, each=each, begin=NOW - timedelta(days=90), step_s=step)
    names = [f"component-{number}" for number in range(COMPONENTS)]
    runs = [
        Run(name, Result((Reading(name, NOW, Outcome.OK, 1.0, "s", {"key": "last"}),)))
        for name in names
    ]
    with unit_of_work(engine) as session:
        store_results(session, runs=runs, now=NOW)
        for place, slug in enumerate(names):
            days = ";".join(day(place, back) for back in range(89, -1, -1))
            session.execute(update(Component).where(Component.slug == slug).values(days=days))
    engine.dispose()
    return create_app(settings, FixedClock(NOW))


def day(place: int, back: int) -> str:
    """One packed day, every third with some trouble."""
    bad = float((place * 131 + back * 977) % 7000 + 60)
    totals = DayTotals({State.OPERATIONAL: 86400.0 - bad})
    if (place + back) % 3 == 0:
        totals.shown[BAD[(place * 7 + back * 3) % len(BAD)]] = bad
    return pack_day(london_date(NOW) - timedelta(days=back), totals)


def page(app: Flask) -> tuple[float, bytes]:
    """Processor seconds to make the page anew, and the page."""
    client = app.test_client()
    app.extensions["page_cache"].forget()
    began = time.process_time()
    answer = client.get("/status/")
    spent = time.process_time() - began
    if answer.status_code != 200:
        raise SystemExit(f"/status/ answered {answer.status_code}")
    return spent, answer.data


def main() -> list[Figure]:
    """Measure and give the figures."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        few, many = (prepare(Path(folder) / f"{n}", n) for n in (FEW, MANY))
        for app in (few, many):
            page(app)
            stack.callback(_close, app)
        pairs = [(page(many)[0], page(few)[0]) for _ in range(ROUNDS)]
        body = page(many)[1]
    ratio = statistics.median(one for one, _ in pairs) / statistics.median(two for _, two in pairs)
    print(f"      made anew in {statistics.median(one for one, _ in pairs) * 1000:.1f} ms")
    name = f"/status/ with {MANY:,} raw readings / with {FEW:,}"
    weight = len(gzip.compress(body, 6)) / 60_000
    return [
        Figure(name, ratio, at_most=1.1),
        Figure("its HTML compressed / 60 kB", weight, at_most=1),
    ]


def _close(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


if __name__ == "__main__":
    figures = main()
    print(*figures, sep="\n")
    sys.exit(not all(figure.is_met for figure in figures))
