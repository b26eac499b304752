"""`/status/` made anew against its own queries alone, processor time, in one process."""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from figures import Figure
from sample_site import sample_data

from lamppost.clock import SystemClock
from lamppost.settings import load_settings
from lamppost.status.reads import get_next_window, get_service_status, list_recent_hssis
from lamppost.web.app import create_app
from lamppost.web.context import db

ROUNDS = 60


def cpu(work: Callable[[], object]) -> float:
    """Processor seconds of one run."""
    began = time.process_time()
    work()
    return time.process_time() - began


def main() -> list[Figure]:
    """Measure and give the figure."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings({"LAMPPOST_DATA": str(sample_data(Path(folder)))})
        clock = SystemClock()
        app = create_app(settings, clock)
        client, cache = app.test_client(), app.extensions["page_cache"]

        def page() -> None:
            cache.forget()
            answer = client.get("/status/")
            if answer.status_code != 200:
                raise SystemExit(f"/status/ answered {answer.status_code}")

        def queries() -> None:
            with app.app_context():
                now = clock.now()
                get_service_status(db.session(), now=now)
                list_recent_hssis(db.session(), now=now)
                get_next_window(db.session(), now=now)

        page()
        queries()
        ratios = [cpu(page) / cpu(queries) for _ in range(ROUNDS)]
        with app.app_context():
            db.engine.dispose()
    return [Figure("/status/ made anew / its queries", statistics.median(ratios), at_most=20)]


if __name__ == "__main__":
    figures = main()
    print(*figures, sep="\n")
    sys.exit(not all(figure.is_met for figure in figures))
