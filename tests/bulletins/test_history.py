"""What happens to a bulletin after publishing: corrections, withdrawal, and honest dates."""

import json
from datetime import UTC, datetime
from typing import Any

import feedparser
import pytest
from sqlalchemy import Engine

from bulletin_files import NOW, Load, WriteBulletin
from lamppost.bulletins.reads import get_bulletin, get_feed
from lamppost.bulletins.records import BulletinDetail
from lamppost.database import read_only

CORRECTED = '[{at: "2018-04-12T10:00", note: "The rate was 14.5% & not 15%."}]'


def shown(engine: Engine) -> BulletinDetail:
    with read_only(engine) as session:
        bulletin = get_bulletin(session, "2018-04-09")
    assert bulletin is not None
    return bulletin


def feed(engine: Engine, form: str = "atom", path: str = "") -> bytes:
    with read_only(engine) as session:
        found = get_feed(session, path, form)
    assert found is not None
    return found.body


def entry(engine: Engine) -> Any:
    return feedparser.parse(feed(engine)).entries[0]


def test_a_changed_word_moves_no_date(write: WriteBulletin, load: Load, engine: Engine) -> None:
    write(body="Teh words.\n")
    load()

    write(body="The words.\n")
    load(datetime(2018, 5, 1, tzinfo=UTC))

    assert shown(engine).text == "The words."
    assert shown(engine).line.updated_at == NOW


def test_a_correction_moves_updated_and_leads_the_feed_entry(
    write: WriteBulletin, load: Load, engine: Engine
) -> None:
    write()
    load()
    before = entry(engine)

    write(corrections=CORRECTED)
    load()

    after = entry(engine)
    assert shown(engine).line.updated_at == datetime(2018, 4, 12, 9, tzinfo=UTC)
    assert (after.id, after.published) == (before.id, before.published)
    assert after.updated == "2018-04-12T09:00:00+00:00"
    assert after.content[0].value.startswith("<p>Corrected on 12 April 2018 at 10am BST: The rate")


def test_a_withdrawn_bulletin_leaves_a_stub_everywhere(
    write: WriteBulletin, load: Load, engine: Engine
) -> None:
    write(body="Wrong advice.\n")
    load()
    before = entry(engine)

    write(body="Wrong advice.\n", status="withdrawn", corrections=CORRECTED)
    load()

    after, bulletin = entry(engine), shown(engine)
    assert after.id == before.id
    assert after.title.startswith("Withdrawn: ")
    for words in (after.content[0].value, after.summary, bulletin.html, bulletin.markdown):
        assert "Wrong advice" not in words
        assert "was withdrawn on 12 April 2018. The rate was" in words


@pytest.mark.parametrize(
    ("summary", "stub"),
    [
        ("How to do it.", "This bulletin has been withdrawn."),
        ('"Withdrawn: the date was wrong."', "Withdrawn: the date was wrong."),
    ],
)
def test_a_stub_without_a_note_repeats_nothing_that_was_wrong(
    write: WriteBulletin, load: Load, engine: Engine, summary: str, stub: str
) -> None:
    write(status="withdrawn", summary=summary, body="{{ contacts }} wrong\n\n<b>x</b>\n")
    load()

    assert shown(engine).text == stub


def test_a_note_is_text_and_never_markup(write: WriteBulletin, load: Load, engine: Engine) -> None:
    write(status="withdrawn", corrections='[{at: "2018-04-12T10:00", note: "<img src=x> a<b"}]')
    load()

    assert shown(engine).html.endswith("&lt;img src=x&gt; a&lt;b</p>")


def test_an_archive_file_without_its_moment_counts_from_the_start_of_its_day(
    write: WriteBulletin, load: Load, engine: Engine
) -> None:
    write(published_at=None)
    load()

    assert shown(engine).line.published_at == datetime(2018, 4, 8, 23, tzinfo=UTC)


def test_a_bulletin_without_a_summary_is_summed_up_by_its_opening(
    write: WriteBulletin, load: Load, engine: Engine
) -> None:
    write(summary=None, body=f"Opening {'word ' * 100}\n")
    load()

    summary = shown(engine).line.summary
    assert summary.startswith("Opening word")
    assert len(summary) <= 201


@pytest.mark.parametrize("path", ["", "topics/bcdr/", "audiences/la/"])
@pytest.mark.parametrize("form", ["atom", "rss"])
def test_every_feed_is_read_without_a_complaint(
    write: WriteBulletin, load: Load, engine: Engine, path: str, form: str
) -> None:
    write(body="# A\n\n[status](/status/) [next](#a) ![x](media/x.png)\n")
    load()

    body = feed(engine, form, path.rstrip("/"))
    parsed = feedparser.parse(body)

    base = "https://posts.example.org/bulletins/"
    assert parsed.bozo == 0
    assert parsed.entries[0].link == f"{base}2018-04-09/"
    content = parsed.entries[0].content[0].value
    for address in ("https://posts.example.org/status/", f"{base}2018-04-09/#a", f"{base}media/"):
        assert address in content
    assert f'href="{base}{path}feed.{form}"' in body.decode()


def test_a_feed_holds_the_newest_thirty_newest_first(
    write: WriteBulletin, load: Load, engine: Engine
) -> None:
    for day in range(1, 32):
        write(f"2018-03-{day:02d}.md")
    load()

    items = json.loads(feed(engine, "json"))["items"]

    assert len(items) == 30
    assert items[0]["url"].endswith("/2018-03-31/")


def test_a_load_that_changes_nothing_gives_the_same_bytes(
    write: WriteBulletin, load: Load, engine: Engine
) -> None:
    write()
    load()
    before = {form: feed(engine, form) for form in ("atom", "rss", "json")}

    write("2018-04-10.md", status="draft", topics="[other]")
    load()

    assert {form: feed(engine, form) for form in before} == before


def test_the_feed_of_a_topic_that_is_gone_goes_too(
    write: WriteBulletin, load: Load, engine: Engine
) -> None:
    write(topics="[gdpr]")
    load()

    write(topics="[bcdr]")
    load()

    with read_only(engine) as session:
        assert get_feed(session, "topics/gdpr", "atom") is None
        assert get_feed(session, "topics/bcdr", "atom")
        assert get_feed(session, "audiences/nas", "rss")
