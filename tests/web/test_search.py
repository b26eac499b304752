"""The search page: what a reader may see, found; what they type stays text."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from checking import CheckingClient
from lamppost.bulletins.actions import load_folder
from lamppost.bulletins.feeds import Site
from lamppost.clock import FixedClock
from lamppost.database import unit_of_work
from lamppost.settings import Settings
from lamppost.status.hssis.tables import HssiRecord
from lamppost.worker.searching import take_in_all
from service_rows import define_service, log_hssi, plan_change, plan_release, plan_window

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


def test_what_is_published_of_the_status_is_found_where_it_stands(
    client: CheckingClient, sqlite_engine: Engine, clock: FixedClock
) -> None:
    define_service(sqlite_engine)
    log_hssi(sqlite_engine, title="Lantern slow", summary="Mail waits at the lantern.")
    log_hssi(sqlite_engine, "INC9", title="Lantern hidden", summary="Embargoed lantern.")
    with unit_of_work(sqlite_engine) as session:
        session.execute(
            update(HssiRecord).where(HssiRecord.ref == "INC9").values(published_at=None)
        )
    for plan in (plan_window, plan_change, plan_release):
        plan(sqlite_engine)
    take_in_all(sqlite_engine, clock)
    assert take_in_all(sqlite_engine, clock) == 0

    text = client.get("/search?q=lantern").text
    assert "1 result" in text
    assert "INC9" not in text
    for kind, word in (("window", "centre"), ("change", "certificates"), ("release", "portal")):
        found = client.get(f"/search?q={word}&kind={kind}").text
        assert "1 result" in found, kind


def test_an_incident_published_later_is_found_from_then_on(
    client: CheckingClient, sqlite_engine: Engine, clock: FixedClock
) -> None:
    define_service(sqlite_engine)
    log_hssi(sqlite_engine, "INC9", title="Lantern", summary="Words.")
    with unit_of_work(sqlite_engine) as session:
        session.execute(update(HssiRecord).values(published_at=None))
    take_in_all(sqlite_engine, clock)
    assert "Nothing found" in client.get("/search?q=lantern").text

    with unit_of_work(sqlite_engine) as session:
        session.execute(update(HssiRecord).values(published_at=clock.now()))
    take_in_all(sqlite_engine, clock)

    assert 'href="/status/incidents/INC9/"' in client.get("/search?q=lantern").text
