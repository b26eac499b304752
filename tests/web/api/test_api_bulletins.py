"""Our own API on the bulletins."""

import pytest
from sqlalchemy import Engine

from api import ApiClient
from bulletin_files import NOW, write_bulletin
from lamppost.bulletins.actions import load_folder
from lamppost.bulletins.feeds import Site
from lamppost.settings import Settings


@pytest.fixture
def bulletins(sqlite_engine: Engine, settings: Settings) -> None:
    """Five that may be read, two of them of one day, and a draft."""
    folder = settings.content_dir
    write_bulletin(folder, "2018-04-09", "See **this**.\n")
    write_bulletin(folder, "2018-04-09-2", audience="all-users")
    write_bulletin(folder, "2018-03-12", topics="[anti-spoofing]")
    write_bulletin(folder, "2017-11-06")
    write_bulletin(folder, "2017-10-02", status="withdrawn")
    write_bulletin(folder, "2018-04-02", status="draft", published_at=None)
    load_folder(sqlite_engine, folder, NOW, site=Site.of(settings))


@pytest.mark.usefixtures("bulletins")
@pytest.mark.parametrize(
    ("narrowed", "slugs"),
    [
        ("", ["2018-04-09-2", "2018-04-09", "2018-03-12", "2017-11-06", "2017-10-02"]),
        ("limit=2", ["2018-04-09-2", "2018-04-09", "2018-03-12", "2017-11-06", "2017-10-02"]),
        ("year=2018", ["2018-04-09-2", "2018-04-09", "2018-03-12"]),
        ("audience=all-users", ["2018-04-09-2"]),
        ("topic=anti-spoofing", ["2018-03-12"]),
        ("topic=nothing", []),
    ],
)
def test_the_archive_can_be_narrowed_and_followed(
    api: ApiClient, narrowed: str, slugs: list[str]
) -> None:
    assert [one["slug"] for one in api.follow(f"/bulletins?{narrowed}")] == slugs


@pytest.mark.usefixtures("bulletins")
def test_one_comes_in_full_and_a_draft_does_not(api: ApiClient) -> None:
    one = api.get("/bulletins/2018-04-09")

    assert "<strong>this</strong>" in one["html"]
    assert one["title"].startswith("Local Administrator (LA) bulletin")
    assert one["url"] == "http://lamppost.test/bulletins/2018-04-09/"
    api.get("/bulletins/2018-04-02", 404)
    api.get("/bulletins?audience=everybody", 400)
