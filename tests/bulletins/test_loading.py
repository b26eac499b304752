"""Files become rows: only what changed is read, a mistake leaves the last good version up."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bulletin_files import NOW, Load, WriteBulletin
from lamppost.bulletins.actions import load_folder
from lamppost.bulletins.feeds import Site
from lamppost.bulletins.reads import (
    get_bulletin,
    get_feed,
    list_bulletins,
    list_problems,
    resolve_alias,
)
from lamppost.bulletins.records import BulletinDetail
from lamppost.bulletins.scanning import FolderMissingError
from lamppost.database import read_only
from lamppost.generation.reads import get_generations


def shown(engine: Engine, slug: str = "2018-04-09") -> BulletinDetail | None:
    with read_only(engine) as session:
        return get_bulletin(session, slug)


def generation(engine: Engine) -> int:
    with read_only(engine) as session:
        return get_generations(session).get("bulletins", 0)


def settle(path: Path) -> None:
    """Put a file's time well before NOW, where its time and size are trusted."""
    when = (NOW - timedelta(hours=1)).timestamp()
    os.utime(path, (when, when))


def test_a_file_is_shown_after_one_load(write: WriteBulletin, load: Load, engine: Engine) -> None:
    write(body="# Status\n\nAll **well**.\n")

    report = load()

    bulletin = shown(engine)
    assert report.parsed == ("2018-04-09.md",)
    assert bulletin is not None
    assert bulletin.line.title == "Local Administrator (LA) bulletin \N{EN DASH} 9 April 2018"
    assert "<strong>well</strong>" in bulletin.html
    assert bulletin.line.published_at == bulletin.line.updated_at == NOW


def test_a_second_look_reads_nothing_and_changes_nothing(
    write: WriteBulletin, load: Load, engine: Engine
) -> None:
    settle(write())
    load()
    before = generation(engine)

    report = load()

    assert (report.parsed, report.unchanged, report.feeds) == ((), 1, ())
    assert generation(engine) == before


def test_a_touched_file_is_not_rendered_again(
    write: WriteBulletin, load: Load, engine: Engine
) -> None:
    path = write()
    load()
    before = generation(engine)

    settle(path)

    assert load().parsed == ()
    assert generation(engine) == before


def test_a_change_of_the_same_length_in_the_same_instant_is_noticed(
    write: WriteBulletin, load: Load, engine: Engine
) -> None:
    path = write(body="AAAA\n")
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    load()

    write(body="BBBB\n")
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    load(NOW + timedelta(seconds=1))

    bulletin = shown(engine)
    assert bulletin is not None
    assert bulletin.text == "BBBB"


def test_a_mistake_leaves_the_last_good_version_up(
    write: WriteBulletin, load: Load, engine: Engine
) -> None:
    write(body="Good.\n")
    load()

    write(body="Bad.\n", audience="nobody")
    load()

    bulletin = shown(engine)
    with read_only(engine) as session:
        problems = list_problems(session)
    assert bulletin is not None
    assert bulletin.text == "Good."
    assert [(problem.file, problem.line) for problem in problems] == [("2018-04-09.md", 5)]


def test_a_mended_file_is_shown_and_its_problem_goes(
    write: WriteBulletin, load: Load, engine: Engine
) -> None:
    write(status="final")
    load()

    write()
    load()

    with read_only(engine) as session:
        assert list_problems(session) == ()
    assert shown(engine)


def test_one_bad_file_never_stops_the_rest(
    write: WriteBulletin, load: Load, folder: Path, engine: Engine
) -> None:
    (folder / "2018-04-08.md").write_bytes(b"\xff\xfe\x00")
    (folder / "2018-04-07.md").write_bytes(b"---\n" + b"x" * 5_000_000)
    (folder / "2018-04-06.md").mkdir()
    write()

    report = load()

    assert shown(engine)
    assert len(report.problems) == 2


def test_a_deleted_file_takes_its_page_and_its_problems_along(
    write: WriteBulletin, load: Load, engine: Engine
) -> None:
    path = write(body="<script>x</script>\n")
    load()

    path.unlink()
    report = load()

    assert report.removed == ("2018-04-09.md",)
    assert shown(engine) is None
    with read_only(engine) as session:
        assert list_problems(session) == ()


def test_a_folder_that_is_away_changes_nothing(
    write: WriteBulletin, load: Load, engine: Engine, folder: Path
) -> None:
    write()
    load()

    folder.rename(folder.with_name("away"))

    with pytest.raises(FolderMissingError, match="stay as they were"):
        load()
    assert shown(engine)


@pytest.mark.parametrize("status", ["draft", "scheduled"])
def test_drafts_and_scheduled_bulletins_are_never_shown(
    write: WriteBulletin, load: Load, engine: Engine, status: str
) -> None:
    write(status=status, publish_at='"2018-04-10T09:00"', published_at=None, aliases="[old]")

    load()

    with read_only(engine) as session:
        feed = get_feed(session, "", "json")
        assert get_bulletin(session, "2018-04-09") is None
        assert list_bulletins(session).total == 0
        assert resolve_alias(session, "old") is None
        assert feed is not None
        assert b"2018-04-09" not in feed.body


def test_a_renamed_file_keeps_its_id_and_moves_its_address(
    write: WriteBulletin, load: Load, engine: Engine
) -> None:
    write("2018-04-08.md", id="tag:example.org,2018-04:x").unlink()
    write("2018-04-08.md", id="tag:example.org,2018-04:x")
    load()

    (write("2018-04-09.md", id="tag:example.org,2018-04:x").parent / "2018-04-08.md").unlink()
    load()

    assert shown(engine, "2018-04-08") is None
    assert shown(engine, "2018-04-09")


def test_a_file_that_stood_back_takes_the_place_that_becomes_free(
    write: WriteBulletin, load: Load, engine: Engine
) -> None:
    first = write("2018-04-09.md", body="First.\n")
    write("old/2018-04-09.md", body="Second.\n", id="tag:example.org,2018-04-09:second")
    load()
    assert "First." in str(shown(engine))

    first.unlink()
    load()

    assert "Second." in str(shown(engine))


def test_an_alias_leads_to_its_bulletin(write: WriteBulletin, load: Load, engine: Engine) -> None:
    write(aliases="[9-april-201, 2018-04-08]")

    load()

    with read_only(engine) as session:
        assert resolve_alias(session, "9-april-201") == "2018-04-09"
        assert resolve_alias(session, "2018-04-08") == "2018-04-09"
        assert resolve_alias(session, "nothing") is None


def test_loaders_at_the_same_moment_queue_and_do_no_harm(
    write: WriteBulletin, engine: Engine, folder: Path, site: Site
) -> None:
    for day in range(1, 10):
        write(f"2018-04-0{day}.md", aliases=f"[old-{day}]")

    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(load_folder, engine, folder, NOW, site=site) for _ in range(8)]
    for job in jobs:
        job.result()

    with read_only(engine) as session:
        assert list_bulletins(session).total == 9


def test_a_new_address_of_the_site_builds_every_feed_afresh(
    write: WriteBulletin, load: Load, engine: Engine, folder: Path
) -> None:
    write()
    load()

    load_folder(engine, folder, NOW, site=Site("https://other.example", "Other"))

    with read_only(engine) as session:
        feed = get_feed(session, "topics/bcdr", "atom")
    assert feed is not None
    assert b"https://other.example/bulletins/2018-04-09/" in feed.body


def test_a_thousand_files_load_and_one_change_touches_one(
    write: WriteBulletin, sqlite_engine: Engine, folder: Path, site: Site
) -> None:
    for count in range(1000):
        day = f"20{10 + count // 300:02d}-{1 + count % 12:02d}-{1 + (count // 12) % 25:02d}"
        settle(write(f"{day}.md", body=f"# Part {count}\n\n- one\n- two\n"))
    first = load_folder(sqlite_engine, folder, NOW, site=site)
    assert (len(first.parsed), first.problems) == (1000, ())

    write("2010-01-01.md", body="Changed.\n", topics="[gdpr]")
    report = load_folder(sqlite_engine, folder, NOW, site=site)

    assert (report.parsed, report.unchanged) == (("2010-01-01.md",), 999)
    assert report.feeds == ("", "audiences/la", "topics/bcdr", "topics/gdpr")
