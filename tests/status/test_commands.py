"""The commands of this room: what they print, what they change, how they end."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from lamppost.cli import root
from lamppost.database import make_engine, read_only
from lamppost.status.reads import count_hssis, list_quarantined
from status_rows import define, some

Run = Callable[..., Result]
HEADER = (
    "ref,title,severity,impact,urgency,components,raised_at,updated_at,resolved_at,state,summary"
)
GOOD = "INC1,Late mail,2,2,1,c0,2018-04-09T09:00:00Z,2018-04-09T09:00:00Z,,investigating,Late."
BAD = "INC2,,2,2,1,c0,2018-04-09T09:00:00Z,2018-04-09T09:00:00Z,,investigating,No title."
PROBES = """
[[component]]
slug = "c0"
name = "Component"
group = "Group"
order = 1
[[probe]]
name = "p0"
kind = "http"
component = "c0"
interval_s = 60
timeout_s = 2
target = { url = "http://127.0.0.1:9/" }
"""


@pytest.fixture
def run(tmp_path: Path, sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on a database that knows one component."""
    define(sqlite_engine, some(1))
    (tmp_path / "probes.toml").write_text(PROBES, encoding="utf-8")
    monkeypatch.setenv("LAMPPOST_DATA", str(tmp_path))
    monkeypatch.setenv("LAMPPOST_PROBES_FILE", str(tmp_path / "probes.toml"))
    return lambda *words: CliRunner().invoke(root, list(words))


def log_file(folder: Path, *rows: str) -> str:
    path = folder / "log.csv"
    path.write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
    return str(path)


def stored(folder: Path) -> tuple[int, int]:
    engine = make_engine(f"sqlite:///{folder / 'lamppost.sqlite3'}")
    with read_only(engine) as session:
        counts = count_hssis(session), len(list_quarantined(session))
    engine.dispose()
    return counts


def test_importing_a_log_counts_what_it_did(run: Run, tmp_path: Path) -> None:
    file = log_file(tmp_path, GOOD)

    first, second = run("hssi", "import", file), run("hssi", "import", file)

    assert (first.exit_code, first.stdout) == (0, "1 new, 0 changed, 0 unchanged, 0 quarantined.\n")
    assert second.stdout == "0 new, 0 changed, 1 unchanged, 0 quarantined.\n"


def test_a_quarantined_row_is_named_with_its_line_and_ends_with_1(run: Run, tmp_path: Path) -> None:
    result = run("hssi", "import", log_file(tmp_path, GOOD, BAD))

    assert result.exit_code == 1
    assert "log.csv:3:" in result.stderr
    assert stored(tmp_path) == (1, 1)


def test_a_dry_run_counts_and_changes_nothing(run: Run, tmp_path: Path) -> None:
    result = run("hssi", "import", log_file(tmp_path, GOOD, BAD), "--dry-run", "--json")

    told = json.loads(result.stdout)
    assert (told["new"], told["quarantined"], told["dry_run"]) == (1, 1, True)
    assert stored(tmp_path) == (0, 0)


def test_a_file_that_is_no_log_is_refused_whole(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<html></html>", encoding="utf-8")

    result = run("hssi", "import", str(page))

    assert result.exit_code == 2
    assert "web page" in result.stderr


def test_probes_are_listed_without_their_targets(run: Run) -> None:
    told = json.loads(run("probes", "list", "--json").stdout)

    assert [(one["name"], one["kind"], "target" in one) for one in told] == [("p0", "http", False)]


def test_running_a_probe_prints_its_reading_and_stores_it(run: Run) -> None:
    told = json.loads(run("probes", "run", "p0", "--json").stdout)
    shown = json.loads(run("status", "show", "--json").stdout)

    assert [one["outcome"] for one in told["readings"]] == ["failed"]
    assert shown["groups"][0]["components"][0]["as_at"] is not None


def test_an_unknown_probe_is_a_usage_error_that_names_the_known(run: Run) -> None:
    result = run("probes", "run", "nobody")

    assert result.exit_code == 2
    assert "there are p0" in result.stderr


def test_replay_says_that_nothing_would_differ(run: Run, tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text('version = "trial"', encoding="utf-8")
    run("probes", "run", "p0")

    result = run("probes", "replay", "--policy", str(tmp_path / "policy.toml"), "--days", "7")

    assert result.exit_code == 0
    assert "p0: 1 reading, no difference." in result.stdout


def test_status_is_shown_in_words(run: Run) -> None:
    result = run("status", "show")

    assert result.stdout.startswith("Nothing is being measured at the moment.")
    assert "Component 0: Not measured." in result.stdout


def test_a_database_that_is_not_there_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMPPOST_DATA", str(tmp_path / "elsewhere"))

    result = CliRunner().invoke(root, ["status", "show"])

    assert (result.exit_code, result.stderr) == (
        2,
        "The database is not ready; run: lamppost db upgrade\n",
    )
