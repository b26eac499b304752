"""The copy: whole, relative, without scripts, and honest about its age."""

import json
import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

import html5lib
import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from checking import check_page
from lamppost.cli import root
from lamppost.clock import FixedClock
from lamppost.database import unit_of_work
from lamppost.generation.actions import Area, bump_generation
from lamppost.settings import Settings
from lamppost.snapshot.job import SnapshotKeeper
from lamppost.snapshot.making import Snapshot
from service_rows import INCOMING, NAMES

STAMP = "This is a copy, made"


def pages(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in folder.rglob("*.html")
    }


def test_it_holds_every_public_page_and_interface(made: Snapshot) -> None:
    folder = made.folder
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}

    assert made.files == len(files)
    for name in ("status", "summary", "components", "incidents", "incidents/unresolved"):
        assert f"api/v2/{name}.json" in files
    for slug, _, _ in NAMES:
        assert {
            f"status/components/{slug}/{name}"
            for name in ("index.html", "badge.svg", "calendar.ics", "feed.atom", "feed.rss")
        } <= files
    assert {
        "index.html",
        "status/index.html",
        "status/feed.json",
        "status/calendar.ics",
        "status/badge.svg",
        "status/incidents/INC1/index.html",
        "status/incidents/INC900/index.html",
        "status/bcdr/index.html",
        "contacts/index.html",
        "assets/css/lamppost.css",
    } <= files
    assert not [name for name in files if name.startswith(("admin", "bulletins", "status/n3"))]


def test_every_link_in_it_leads_to_a_file_of_it_or_to_the_live_site(made: Snapshot) -> None:
    folder = made.folder
    found = 0
    for name, text in pages(folder).items():
        for link in re.findall(r'\b(?:href|src|action)="([^"]*)"', text):
            parts = urlsplit(unescape(link))
            if parts.scheme or not parts.path:
                assert parts.scheme in {"", "http", "https", "mailto", "tel"}
                continue
            assert not parts.path.startswith("/"), (name, link)
            assert (folder / name).parent.joinpath(unquote(parts.path)).is_file(), (name, link)
            found += 1
    for sheet in folder.rglob("*.css"):
        for link in re.findall(r'url\("([^"]+)"\)', sheet.read_text(encoding="utf-8")):
            assert sheet.parent.joinpath(link).is_file() or link.startswith("http"), link

    assert found > 500


def test_every_page_says_when_it_was_made_and_runs_nothing(made: Snapshot) -> None:
    folder = made.folder
    for name, text in pages(folder).items():
        check_page(name, text)
        main = html5lib.parse(text, namespaceHTMLElements=False).find(".//main")
        words = " ".join("".join(main.itertext()).split())
        assert words.startswith(f"{STAMP} 9 April 2018 at 9am BST."), name
        assert "Its newest reading is from 9 April 2018 at 9am BST." in words
        assert "(copy of 9 April 2018 at 9am BST)</title>" in text
        assert not re.search(r"<script|<noscript|data-hx-|http-equiv", text), name


def test_programs_are_told_its_age_too(made: Snapshot) -> None:
    folder = made.folder
    mark = json.loads((folder / "snapshot.json").read_text())
    summary = json.loads((folder / "api/v2/summary.json").read_text())

    assert mark["made_at"] == summary["_copy"]["made_at"] == "2018-04-09T08:00:00+00:00"
    assert summary["_copy"]["live"] == "http://lamppost.test"
    assert "as at 9 April 2018 at 9am BST" in (folder / "status/badge.svg").read_text()
    assert (folder / "status/calendar.ics").read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")


def test_the_log_goes_on_over_its_pages(made: Snapshot) -> None:
    folder = made.folder
    lists = [
        text for name, text in pages(folder).items() if re.match("status/incidents/[^/]+$", name)
    ]

    assert len(lists) == 2
    assert all(any(f"Past {number}<" in text for text in lists) for number in range(30))


def test_the_worker_makes_it_anew_after_a_change_and_only_then(
    service: Engine, settings: Settings, clock: FixedClock
) -> None:
    keeper = SnapshotKeeper(service, settings, clock)
    mark = settings.data / "snapshot" / "snapshot.json"

    def made_at() -> str:
        keeper.keep()
        clock.sleep(1)
        said: str = json.loads(mark.read_text())["made_at"]
        return said

    left = settings.data / ".snapshot.abc"
    left.mkdir()
    first = made_at()
    assert not left.exists(), "what a killed worker left half written is swept away"
    assert made_at() == first
    with unit_of_work(service) as session:
        bump_generation(session, Area.STATUS)
    second = made_at()
    assert second > first == "2018-04-09T08:00:00+00:00"
    assert made_at() == second
    clock.sleep(24 * 3600)
    assert made_at() > second
    text = (mark.parent / "status" / "index.html").read_text(encoding="utf-8")
    assert "10 April 2018" in text
    assert "Not measured" in text


@pytest.mark.usefixtures("service")
def test_the_command_says_what_it_wrote_and_refuses_a_strangers_folder(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMPPOST_DATA", str(settings.data))
    done = CliRunner().invoke(root, ["status", "snapshot", str(folder), "--json"])
    said = json.loads(done.stdout)

    assert done.exit_code == 0
    assert said["files"] == len([path for path in folder.rglob("*") if path.is_file()])
    (folder / "snapshot.json").unlink()
    refused = CliRunner().invoke(root, ["status", "snapshot", str(folder)])
    assert refused.exit_code == 1
    assert "name an empty or a new folder" in refused.output
    assert INCOMING in (folder / "status/index.html").read_text(encoding="utf-8")
