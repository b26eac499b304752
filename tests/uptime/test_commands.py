"""`lamppost status months|month|export|close|correct`: preview first, then for good."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

import lamppost.cli.months
from lamppost.cli import root
from lamppost.clock import FixedClock
from month_rows import BEGIN, SETTLED, measure_month, prepare

SCRIPT = Path(__file__).resolve().parents[2] / "docs/recompute_month.py"
NOON = BEGIN + timedelta(days=9, hours=12)
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command three days after an April with three hours of outage."""
    prepare(sqlite_engine)
    measure_month(sqlite_engine, down=[(NOON, NOON + timedelta(hours=3))])
    monkeypatch.setenv("LAMPPOST_DATA", str(tmp_path))
    monkeypatch.setattr(lamppost.cli.months, "SystemClock", lambda: FixedClock(SETTLED))
    return lambda *words: CliRunner().invoke(root, ["status", *words])


def test_closing_previews_until_it_is_told_yes(run: Run) -> None:
    preview = run("close", "--month", "2018-04")
    before = run("months").stdout
    done = run("close", "--month", "2018-04", "--yes")

    assert "c0: all time 99.583%" in preview.stdout
    assert preview.stdout.endswith("would be closed like this. Add --yes to close it.\n")
    assert "2018-04  settling" in before
    assert "April 2018 is closed; its document has the SHA-256 " in done.stdout
    assert "2018-04  closed" in run("months").stdout


def test_what_cannot_be_closed_says_why_and_ends_with_2(run: Run) -> None:
    result = run("close", "--month", "2018-05", "--yes")

    assert (result.exit_code, result.stderr) == (
        2,
        "May 2018 is closed 3 days after it is over, not before.\n",
    )


def test_a_correction_previews_both_figures(run: Run) -> None:
    run("close", "--month", "2018-04", "--yes")
    words = [
        "correct", "--month", "2018-04", "--component", "c0", "--from", "2018-04-10T12:00",
        "--until", "2018-04-10T13:00", "--state", "operational", "--reason", "Our own network.",
    ]  # fmt: skip
    preview, done = run(*words), run(*words, "--yes")

    assert "closed:    c0: all time 99.583%" in preview.stdout
    assert "corrected: c0: all time 99.722%" in preview.stdout
    assert "From 10 April 2018 at midday BST to 10 April 2018 at 1pm BST." in preview.stdout
    assert "Addendum 1 to April 2018 is made." in done.stdout
    assert "2018-04  closed, 1 addendum" in run("months").stdout


def test_the_export_is_recomputed_to_what_the_command_prints(run: Run, tmp_path: Path) -> None:
    run("close", "--month", "2018-04", "--yes")
    run("export", "--month", "2018-04", "--out", str(tmp_path / "april.json"))

    told = subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), str(tmp_path / "april.json")],
        capture_output=True, text=True, check=True, env={},
    ).stdout  # fmt: skip

    assert told == run("month", "--month", "2018-04").stdout


def test_json_says_the_same(run: Run) -> None:
    run("close", "--month", "2018-04", "--yes")
    month = json.loads(run("month", "--month", "2018-04", "--json").stdout)
    months = json.loads(run("months", "--json").stdout)

    assert month["lines"][0]["uptime"]["all_time"] == 99_583
    assert [(one["month"], one["state"]) for one in months[:2]] == [
        ("2018-05", "running"),
        ("2018-04", "closed"),
    ]
    assert datetime.fromisoformat(month["entry"]["closed_at"]) == SETTLED


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("export", "--month", "2018-04"), "April 2018 is not closed."),
        (("month", "--month", "2017-04"), "Nothing was measured in April 2017."),
        (("month", "--month", "April"), "'April' is no month; write it like 2018-04."),
    ],
)
def test_what_is_not_there_is_said(run: Run, words: tuple[str, ...], message: str) -> None:
    result = run(*words)

    assert result.exit_code == 2
    assert message in result.stderr
