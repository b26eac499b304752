"""A day of 1,000 probes rolled up from its raw readings, against one scan of the same readings.

The scan reads every reading as a value and does nothing with it; the roll-up folds them into states
and spans, counts hours, sums days and stores it all. Processor time, one process, SQLite.
"""

import os
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from figures import Figure
from many_readings import define_many, fill_readings
from sqlalchemy import Engine

from lamppost.database import make_engine, read_only
from lamppost.migrations import upgrade
from lamppost.status.applying import derive_again
from lamppost.status.deriving import list_probe_rows, list_stored_readings
from lamppost.status.policy import DEFAULT_POLICY

PROBES = int(os.environ.get("BENCH_PROBES", "1000"))
EACH = 1440
BEGIN = datetime(2018, 4, 9, tzinfo=UTC)
END = BEGIN + timedelta(days=1)


def scan(engine: Engine) -> int:
    """Read all of them; gives how many."""
    with read_only(engine) as session:
        return sum(
            len(some)
            for probe in list_probe_rows(session)
            for some in list_stored_readings(session, probe=probe.name, since=BEGIN)
        )


def roll_up(engine: Engine) -> int:
    """Roll all of them up; gives how many probes there were."""
    return len(list(derive_again(engine, policy=DEFAULT_POLICY, since=BEGIN, now=END)))


def main() -> list[Figure]:
    """Measure both and give the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'day.sqlite3'}")
        upgrade(engine)
        define_many(engine, PROBES)
        fill_readings(engine, each=EACH, begin=BEGIN, step_s=60)
        began = time.process_time()
        count = scan(engine)
        scanned = time.process_time()
        roll_up(engine)
        rolled = time.process_time()
        engine.dispose()
    one = (scanned - began) / count * 1e6
    print(f"      {count:,} readings; a scan takes {one:.1f} microseconds a reading")
    ratio = (rolled - scanned) / (scanned - began)
    return [Figure(f"a day of {PROBES:,} probes rolled up / one scan", ratio, at_most=3)]


if __name__ == "__main__":
    figures = main()
    print(*figures, sep="\n")
    sys.exit(not all(figure.is_met for figure in figures))
