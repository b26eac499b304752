"""`lamppost bulletins`: what it prints and how it ends."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from bulletin_files import NOW, WriteBulletin
from lamppost.bulletins.actions import load_folder
from lamppost.bulletins.checking import check_paths
from lamppost.bulletins.feeds import Site
from lamppost.bulletins.source import parse_source
from lamppost.cli import root


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path) -> None:
    monkeypatch.setenv("LAMPPOST_CONTENT_DIR", str(folder))
    monkeypatch.setenv("LAMPPOST_DATA", str(tmp_path / "var"))
    monkeypatch.setenv("LAMPPOST_BASE_URL", "https://posts.example.org:8443")
    monkeypatch.setenv("LAMPPOST_TAG_AUTHORITY", "posts.example.org")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(root, ["bulletins", *arguments])


def test_check_is_quiet_and_fine_when_nothing_is_wrong(write: WriteBulletin) -> None:
    write()

    result = run("check")

    assert (result.exit_code, result.stdout) == (0, "")


def test_check_prints_file_line_and_message_and_ends_with_1(write: WriteBulletin) -> None:
    path = write(status="final")

    result = run("check", str(path))

    assert result.exit_code == 1
    assert result.stdout.startswith(f"{path}:8: status ")


def test_check_as_json_is_one_document(write: WriteBulletin) -> None:
    write(body="<script>x</script>\n")

    result = run("check", "--json")

    assert result.exit_code == 1
    assert [(one["line"], one["blocks"]) for one in json.loads(result.stdout)] == [(12, False)]


def test_check_of_a_path_that_is_not_there_is_a_usage_error() -> None:
    assert run("check", "nowhere.md").exit_code == 2


def test_a_content_folder_that_is_not_there_is_a_usage_error(folder: Path) -> None:
    folder.rename(folder.with_name("away"))

    assert run("list").exit_code == 2


def test_list_shows_every_file_newest_first_broken_ones_too(write: WriteBulletin) -> None:
    write("2018-04-08.md", status="draft")
    write("2018-04-09.md", audience="nobody")

    lines = run("list").stdout.splitlines()
    rows = json.loads(run("list", "--json").stdout)

    assert lines[0].startswith("2018-04-09.md  broken")
    assert lines[1].startswith("2018-04-08.md  draft      Local Administrator (LA) bulletin")
    assert [row["slug"] for row in rows] == [None, "2018-04-08"]


def test_new_mints_an_id_once_and_a_second_of_the_day_gets_its_own(folder: Path) -> None:
    first = Path(run("new", "--date", "2018-04-09").stdout.strip())
    second = Path(run("new", "--date", "2018-04-09", "--title", 'A "b": c').stdout.strip())

    assert [first.name, second.name] == ["2018-04-09.md", "2018-04-09-2.md"]
    assert check_paths([folder]) == []
    found = parse_source(second.read_bytes(), second.name).front
    assert found.id == "tag:posts.example.org,2018-04-09:la-bulletin-2"
    assert (found.title, found.status) == ('A "b": c', "draft")


def test_publish_says_when_and_saying_it_again_changes_nothing(write: WriteBulletin) -> None:
    path = write(status="draft", published_at=None)

    first, before = run("publish", str(path)), path.read_bytes()
    second = run("publish", str(path))

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.stdout == second.stdout
    assert path.read_bytes() == before


def test_publish_names_what_stands_in_its_way(write: WriteBulletin) -> None:
    path = write(status="draft", body="{{ lifecycle_batches }}\n")

    result = run("publish", str(path))

    assert result.exit_code == 1
    assert f"{path.name}:12: lifecycle_batches has no source yet" in result.stdout


def test_in_production_files_wait_until_they_are_approved_as_listed(
    write: WriteBulletin,
    site: Site,
    sqlite_engine: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LAMPPOST_DATA", str(tmp_path))
    monkeypatch.setenv("LAMPPOST_ENVIRONMENT", "production")
    monkeypatch.setenv("LAMPPOST_SECRET_KEY", "not-a-secret-at-all-but-long-enough-123")
    path = write()
    write("2018-04-10")

    def look() -> None:
        load_folder(sqlite_engine, path.parent, NOW, site=site, is_reviewed=True)

    look()
    listed = run("approve", "--json")
    digest = json.loads(listed.stdout)["digest"]

    assert listed.exit_code == 1
    assert "2018-04-10.md" in run("approve").stdout
    assert run("publish", str(path)).exit_code == 0
    look()
    assert run("approve", "--digest", digest).exit_code == 1
    digest = json.loads(run("approve", "--json").stdout)["digest"]
    assert run("approve", "--digest", digest).stdout.startswith("1 file approved")
    look()
    assert run("approve").exit_code == 0


def test_in_production_nothing_is_published_without_a_database(
    write: WriteBulletin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMPPOST_ENVIRONMENT", "production")
    monkeypatch.setenv("LAMPPOST_SECRET_KEY", "not-a-secret-at-all-but-long-enough-123")
    path = write(status="draft", published_at=None)
    before = path.read_bytes()

    assert run("publish", str(path)).exit_code == 2
    assert path.read_bytes() == before


def test_import_text_writes_a_draft_that_passes_the_check(folder: Path, tmp_path: Path) -> None:
    text = tmp_path / "mail.txt"
    text.write_text("LA news of 9 April 2018\n\nService status\n\nAll is well.\n")

    result = run("import-text", str(text))

    assert result.stdout.strip() == str(folder / "2018-04-09.md")
    assert check_paths([folder]) == []
    assert "# Service status" in (folder / "2018-04-09.md").read_text()


@pytest.mark.parametrize(("content", "code"), [(b"", 1), (b"\xff\xfe", 2), (b"a" * 2_000_000, 2)])
def test_import_text_refuses_what_is_no_text(tmp_path: Path, content: bytes, code: int) -> None:
    text = tmp_path / "mail.txt"
    text.write_bytes(content)

    assert run("import-text", str(text)).exit_code == code
