"""The search page: what a reader may see, found; what they type stays text."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from checking import CheckingClient
from lamppost.bulletins.actions import load_folder
from lamppost.bulletins.feeds import Site
from lamppost.clock import FixedClock
from lamppost.settings import Settings
from lamppost.worker.searching import take_in_all

FILE = """---
id: tag:example.org,2018-04-09:{status}
title: Local Administrator bulletin
date: {date}
audience: la
summary: One sentence.
topics: [bcdr]
status: {status}
{more}
---

The {word} word is here.
"""


@pytest.fixture
def loaded(settings: Settings, sqlite_engine: Engine, clock: FixedClock) -> Path:
    """One bulletin published, one still a draft, both taken in."""
    folder = settings.content_dir
    shown = {"date": "2018-04-09", "status": "published", "word": "lantern"}
    more = 'published_at: "2018-04-09T08:00:00Z"'
    (folder / "2018-04-09.md").write_text(FILE.format(**shown, more=more), encoding="utf-8")
    hidden = {"date": "2018-04-10", "status": "draft", "word": "lanternoff"}
    (folder / "2018-04-10.md").write_text(FILE.format(**hidden, more=""), encoding="utf-8")
    load_folder(sqlite_engine, folder, clock.now(), site=Site.of(settings))
    assert take_in_all(sqlite_engine, clock) == 1
    assert take_in_all(sqlite_engine, clock) == 0
    return folder


@pytest.mark.usefixtures("loaded")
def test_a_published_bulletin_is_found_and_a_draft_is_not(client: CheckingClient) -> None:
    text = client.get("/search?q=lantern").text

    assert "<mark>lantern</mark>" in text
    assert 'href="/bulletins/2018-04-09/"' in text
    assert "1 result" in text
    assert "2018-04-10" not in text


@pytest.mark.usefixtures("loaded")
def test_without_words_the_form_stands_alone(client: CheckingClient) -> None:
    text = client.get("/search").text

    assert "Words to look for" in text
    assert "result" not in text


@pytest.mark.usefixtures("loaded")
def test_nothing_found_says_what_to_try(client: CheckingClient) -> None:
    text = client.get("/search?q=lantern&kind=release&year=2018").text

    assert "Nothing found" in text
    assert '<a href="/search?q=lantern">look everywhere</a>' in text


@pytest.mark.usefixtures("loaded")
def test_what_is_typed_stays_text(client: CheckingClient) -> None:
    answer = client.get("/search?q=%3Cscript%3Ealert(1)%3C/script%3E%00%FF&kind=%27&year=x")

    assert "<script>alert" not in answer.text
    assert answer.headers["X-Robots-Tag"] == "noindex"


@pytest.mark.usefixtures("loaded")
def test_a_withdrawn_bulletin_is_no_longer_found(
    client: CheckingClient,
    loaded: Path,
    settings: Settings,
    sqlite_engine: Engine,
    clock: FixedClock,
) -> None:
    path = loaded / "2018-04-09.md"
    path.write_text(path.read_text().replace("status: published", "status: withdrawn"))
    load_folder(sqlite_engine, loaded, clock.now(), site=Site.of(settings))

    take_in_all(sqlite_engine, clock)

    assert "Nothing found" in client.get("/search?q=lantern").text
