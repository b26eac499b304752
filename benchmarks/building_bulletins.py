"""1,000 bulletins loaded, indexed and each rendered, against Pelican building the same."""

import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from figures import Figure

from lamppost.bulletins.actions import load_folder
from lamppost.bulletins.feeds import Site
from lamppost.database import make_engine
from lamppost.migrations import upgrade

COUNT = 1000
ROUNDS = 3
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PELICAN = Path(sys.executable).parent.parent / "bench/bin/pelican"
BODY = """
# Service status

The service was steady. {words}

## What changed

- sent items of a shared mailbox stay in the shared mailbox
- a reset unlocks the account

| Area | When |
| --- | --- |
| Dentistry | May 2018 |
| Social care | April 2018 |

# Contacts

Write to [feedback@nhs.net](mailto:feedback@nhs.net) or call [0333 200 1133](tel:+443332001133).

"""
SETTINGS = """
PATH = "content"
OUTPUT_PATH = "output"
SITENAME = "Bulletins"
TIMEZONE = "Europe/London"
MARKDOWN = {"extension_configs": {"markdown.extensions.tables": {}, "markdown.extensions.toc": {}}}
"""


def day(number: int) -> date:
    """The date of a bulletin."""
    return date(2016, 1, 1) + timedelta(days=number)


def body(number: int) -> str:
    """About 2.9 kB of Markdown, different for each."""
    words = f"Message {number} of the archive tells what every Local Administrator should do. "
    return BODY.format(words=words * 30)


def write_ours(folder: Path) -> None:
    """The files as Lamppost reads them."""
    folder.mkdir()
    for number in range(COUNT):
        on = day(number).isoformat()
        (folder / f"{on}.md").write_text(
            f"---\nid: tag:lamppost.example,{on}:la-bulletin\ntitle: Local Administrator bulletin\n"
            f"date: {on}\naudience: la\nsummary: Bulletin {number}.\ntopics: [service-status]\n"
            f'status: published\npublished_at: "{on}T09:00:00Z"\n---\n{body(number)}'
        )


def write_theirs(folder: Path) -> None:
    """The same files as Pelican reads them."""
    (folder / "content").mkdir(parents=True)
    (folder / "pelicanconf.py").write_text(SETTINGS)
    for number in range(COUNT):
        on = day(number).isoformat()
        (folder / "content" / f"{on}.md").write_text(
            f"Title: Local Administrator bulletin {on}\nDate: {on}\nSlug: {on}\n"
            f"Tags: service-status\nSummary: Bulletin {number}.\n\n{body(number)}"
        )


def ours(folder: Path, number: int) -> float:
    """Seconds to load, index and render all of them into a fresh database."""
    engine = make_engine(f"sqlite:///{folder}/round{number}.sqlite3")
    upgrade(engine)
    began = time.perf_counter()
    site = Site("http://lamppost.test", "Lamppost")
    report = load_folder(engine, folder / "ours", NOW, site=site)
    took = time.perf_counter() - began
    engine.dispose()
    if len(report.parsed) != COUNT or report.problems:
        raise SystemExit(f"not all were loaded: {len(report.parsed)}, {report.problems[:3]}")
    return took


def theirs(folder: Path) -> float:
    """Seconds Pelican takes to build all of them into a fresh folder."""
    began = time.perf_counter()
    subprocess.run(
        [str(PELICAN), "-q", "-d", "-s", "pelicanconf.py"],
        cwd=folder / "theirs",
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - began


def main() -> list[Figure]:
    """Measure and give the figure."""
    if not PELICAN.exists():
        raise SystemExit("not run: pelican is missing (make bench installs it)")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_ours(folder / "ours")
        write_theirs(folder / "theirs")
        ratios = [ours(folder, number) / theirs(folder) for number in range(ROUNDS)]
    return [
        Figure("1,000 bulletins loaded / Pelican's build", statistics.median(ratios), at_most=1)
    ]


if __name__ == "__main__":
    figures = main()
    print(*figures, sep="\n")
    sys.exit(not all(figure.is_met for figure in figures))
