"""The pages of the bulletins: whole, findable, redirected where they moved."""

import json
from collections.abc import Iterator

import feedparser
import pytest
from flask import Flask
from sqlalchemy import Engine, event

from bulletin_files import NOW, WriteBulletin
from checking import CheckingClient
from lamppost.bulletins.actions import load_folder
from lamppost.bulletins.feeds import Site
from lamppost.clock import FixedClock
from lamppost.settings import Settings
from lamppost.web.app import create_app
from lamppost.web.context import db

LOREM = "# One\n\na\n\n# Two\n\nb\n\n# Three\n\n| x | y |\n|---|---:|\n| 1 | 2 |\n"


@pytest.fixture
def app(settings: Settings, clock: FixedClock, sqlite_engine: Engine) -> Iterator[Flask]:
    """The site over the test's database, which `loaded` fills."""
    made = create_app(settings, clock)
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()
    sqlite_engine.dispose()


@pytest.fixture
def client(app: Flask) -> CheckingClient:
    return CheckingClient(app.test_client())


@pytest.fixture
def loaded(settings: Settings, sqlite_engine: Engine, write: WriteBulletin) -> WriteBulletin:
    """Twelve bulletins in the database."""
    for month in range(1, 12):
        write(f"2017-{month:02d}-06.md", topics="[gdpr]", audience="all-users")
    write(body=LOREM, aliases="[old-name]")
    load_folder(sqlite_engine, settings.content_dir, NOW, site=Site.of(settings))
    return write


def reload(settings: Settings, engine: Engine) -> None:
    load_folder(engine, settings.content_dir, NOW, site=Site.of(settings))


@pytest.mark.parametrize(
    "address", ["/bulletins/", "/bulletins/topics/", "/bulletins/audiences/nas/"]
)
def test_an_archive_without_bulletins_says_so(client: CheckingClient, address: str) -> None:
    assert "There are no bulletins yet." in client.get(address).text


@pytest.mark.usefixtures("loaded")
def test_a_bulletin_is_titled_dated_and_has_its_contents(client: CheckingClient) -> None:
    text = client.get("/bulletins/2018-04-09/").text

    title = "Local Administrator (LA) bulletin \N{EN DASH} 9 April 2018"
    assert f"<title>{title} \N{EN DASH} Bulletins \N{EN DASH} Lamppost</title>" in " ".join(
        text.split()
    )
    assert 'href="#two">Two</a>' in text
    assert "published, on" in text
    assert '<h2 class="nhsuk-heading-m" id="three">Three</h2>' in text
    assert 'href="/bulletins/2017-11-06/"' in text


@pytest.mark.usefixtures("loaded")
def test_the_archive_is_paged_newest_first(client: CheckingClient) -> None:
    first = client.get("/bulletins/").text
    second = client.get("/bulletins/?page=2").text

    assert first.index("/bulletins/2018-04-09/") < first.index("/bulletins/2017-11-06/")
    assert "(page 1 of 2)" in first
    assert "(page 2 of 2)" in second
    assert "/bulletins/2017-01-06/" in second
    assert "/bulletins/2017-01-06/" not in first


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("page", ["3", "0", "-1", "x", "", "99999999999", "\N{SUPERSCRIPT TWO}"])
def test_a_page_that_is_not_there_leads_to_the_first(client: CheckingClient, page: str) -> None:
    response = client.get(f"/bulletins/?page={page}", status=302)

    assert response.headers["Location"] == "/bulletins/"


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("address", "has"),
    [
        ("/bulletins/years/2018/", True),
        ("/bulletins/years/2017/", False),
        ("/bulletins/topics/bcdr/", True),
        ("/bulletins/topics/gdpr/?page=2", False),
        ("/bulletins/audiences/la/", True),
        ("/bulletins/audiences/nas/", False),
    ],
)
def test_a_shelf_holds_its_own_bulletins(
    client: CheckingClient, address: str, *, has: bool
) -> None:
    text = client.get(address).text

    assert ('href="/bulletins/2018-04-09/"' in text) is has


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    "address",
    [
        "/bulletins/2018-04-10/",
        "/bulletins/2018-04-10.md",
        "/bulletins/2018-04-10.json",
        "/bulletins/years/1999/",
        "/bulletins/years/99999/",
        "/bulletins/topics/nothing/",
        "/bulletins/audiences/nobody/",
        "/bulletins/topics/nothing/feed.atom",
        "/bulletins/feed.xml/",
        "/bulletins/media/../2018-04-09.md",
        "/bulletins/media/%2e%2e/2018-04-09.md",
        "/bulletins/media/none.png",
        "/bulletins/%00/",
        "/bulletins/'%20or%201=1/",
    ],
)
def test_what_is_not_there_is_a_404_page(client: CheckingClient, address: str) -> None:
    client.get(address, status=404)


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("ending", ["/", ".md", ".json"])
def test_an_old_address_leads_on_for_ever(client: CheckingClient, ending: str) -> None:
    response = client.get(f"/bulletins/old-name{ending}", status=301)

    assert response.headers["Location"] == f"/bulletins/2018-04-09{ending}"


@pytest.mark.usefixtures("loaded")
def test_a_bulletin_is_had_as_markdown_and_as_json(client: CheckingClient) -> None:
    markdown = client.get("/bulletins/2018-04-09.md")
    document = client.get("/bulletins/2018-04-09.json")

    assert markdown.content_type == "text/markdown; charset=utf-8"
    assert markdown.text.startswith("# Local Administrator (LA) bulletin")
    assert document.content_type == "application/json; charset=utf-8"
    assert json.loads(document.text)["url"] == "http://lamppost.test/bulletins/2018-04-09/"
    assert json.loads(document.text)["published_at"] == "2018-04-09T08:00:00+00:00"


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("place", ["", "topics/bcdr/", "audiences/la/"])
@pytest.mark.parametrize(
    ("form", "media_type"),
    [
        ("atom", "application/atom+xml; charset=utf-8"),
        ("rss", "application/rss+xml; charset=utf-8"),
        ("json", "application/feed+json; charset=utf-8"),
    ],
)
def test_a_feed_fetched_twice_is_sent_once(
    client: CheckingClient, place: str, form: str, media_type: str
) -> None:
    address = f"/bulletins/{place}feed.{form}"
    first = client.get(address)
    again = client.get(address, status=304, headers={"If-None-Match": first.headers["ETag"]})

    assert first.content_type == media_type
    assert first.headers["Last-Modified"] == "Mon, 09 Apr 2018 08:00:00 GMT"
    assert client.get(address).data == first.data
    assert again.data == b""
    assert form == "json" or feedparser.parse(first.data).bozo == 0


@pytest.mark.usefixtures("loaded")
def test_every_page_leads_to_its_feeds(client: CheckingClient) -> None:
    text = client.get("/bulletins/topics/bcdr/").text

    for address in ("/bulletins/feed.atom", "/bulletins/topics/bcdr/feed.json"):
        assert f'href="{address}"' in text.split("</head>")[0]


def test_corrections_stand_above_the_text(
    client: CheckingClient, loaded: WriteBulletin, settings: Settings, sqlite_engine: Engine
) -> None:
    loaded(body=LOREM, corrections='[{at: "2018-04-12T10:00", note: "A <b> & c"}]')
    reload(settings, sqlite_engine)

    text = client.get("/bulletins/2018-04-09/").text

    assert "12 April 2018 at 10am BST</time>: A &lt;b&gt; &amp; c" in text
    assert text.index("A &lt;b&gt;") < text.index('id="one"')


def test_a_withdrawn_bulletin_says_so_and_shows_nothing_else(
    client: CheckingClient, loaded: WriteBulletin, settings: Settings, sqlite_engine: Engine
) -> None:
    loaded(body="Wrong advice.\n", status="withdrawn")
    reload(settings, sqlite_engine)

    response = client.get("/bulletins/2018-04-09/")

    assert "This bulletin has been withdrawn" in response.text
    assert "Wrong advice" not in response.text
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert "has been withdrawn." in client.get("/bulletins/").text


def test_a_picture_beside_the_bulletins_is_served(
    client: CheckingClient, settings: Settings
) -> None:
    folder = settings.content_dir / "media"
    folder.mkdir()
    (folder / "chart.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / "evil.svg").write_bytes(b"<svg/>")

    with client.get("/bulletins/media/chart.png") as response:
        assert response.mimetype == "image/png"
    client.get("/bulletins/media/evil.svg", status=404)


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(("address", "most"), [("/bulletins/", 5), ("/bulletins/2018-04-09/", 3)])
def test_a_page_asks_the_database_the_same_few_questions(
    app: Flask, address: str, most: int
) -> None:
    asked: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(str(given[2])))

    with app.test_request_context(address):
        app.preprocess_request()
        app.dispatch_request()

    assert len([words for words in asked if words.startswith("SELECT")]) == most
