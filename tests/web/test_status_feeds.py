"""The status feeds, as a feed reader and as HTTP see them."""

import json

import feedparser
import pytest
from flask import Flask
from sqlalchemy import Engine

from checking import CheckingClient
from lamppost.clock import FixedClock
from lamppost.settings import Settings
from lamppost.web.app import create_app
from service_rows import (
    INCOMING,
    PORTAL,
    define_service,
    log_hssi,
    plan_change,
    plan_release,
    plan_window,
)
from status_rows import NINE

pytestmark = pytest.mark.usefixtures("service")


@pytest.fixture
def service(sqlite_engine: Engine) -> Engine:
    """One announcement of each kind, and an incident with two updates."""
    define_service(sqlite_engine)
    log_hssi(sqlite_engine, title="Délays & <more>")
    log_hssi(sqlite_engine, updated_at=NINE, severity=1)
    plan_window(sqlite_engine)
    plan_change(sqlite_engine)
    plan_release(sqlite_engine)
    return sqlite_engine


@pytest.mark.parametrize("kind", ["atom", "rss"])
def test_a_reader_reads_it_without_complaint(client: CheckingClient, kind: str) -> None:
    read = feedparser.parse(client.get(f"/status/feed.{kind}").data)

    assert not read.bozo
    assert len(read.entries) == 5
    assert read.feed.link == "http://lamppost.test/status/"
    ids = [entry.id for entry in read.entries]
    assert "tag:lamppost.example,2018:hssi/INC1/2" in ids
    assert any("Délays & <more>" in entry.title for entry in read.entries)


def test_json_has_the_same_entries(client: CheckingClient) -> None:
    document = json.loads(client.get("/status/feed.json").data)
    read = feedparser.parse(client.get("/status/feed.atom").data)

    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["id"] for item in document["items"]] == [entry.id for entry in read.entries]
    assert document["items"][0]["url"].startswith("http://lamppost.test/status/")


@pytest.mark.parametrize("kind", ["atom", "rss", "json"])
def test_unchanged_means_304_and_is_built_once(
    app: Flask, client: CheckingClient, kind: str
) -> None:
    first = client.get(f"/status/feed.{kind}")
    by_tag = {"If-None-Match": first.headers["ETag"]}
    by_date = {"If-Modified-Since": first.headers["Last-Modified"]}

    client.get(f"/status/feed.{kind}", status=304, headers=by_tag)
    client.get(f"/status/feed.{kind}", status=304, headers=by_date)

    assert app.extensions["page_cache"].counters.made == 1


def test_the_same_events_give_the_same_bytes(
    app: Flask, client: CheckingClient, clock: FixedClock
) -> None:
    first = client.get("/status/feed.atom").data
    app.extensions["page_cache"].forget()
    clock.sleep(3600)

    assert client.get("/status/feed.atom").data == first


def test_an_id_survives_a_change_of_host(settings: Settings, client: CheckingClient) -> None:
    moved = create_app(settings.model_copy(update={"base_url": "https://elsewhere.test"}))

    ids = [
        [entry.id for entry in feedparser.parse(one.get("/status/feed.atom").data).entries]
        for one in (client, CheckingClient(moved.test_client()))
    ]

    assert ids[0] == ids[1] != []


@pytest.mark.parametrize("kind", ["atom", "rss"])
def test_a_component_has_a_feed_of_what_concerns_it(
    service: Engine, client: CheckingClient, kind: str
) -> None:
    log_hssi(service, "INC2", title="The Portal is slow", components=(PORTAL,))
    plan_change(service, "CHG2", title="Portal work", components=(PORTAL, "mobile-access"))

    read = feedparser.parse(client.get(f"/status/components/{PORTAL}/feed.{kind}").data)
    other = feedparser.parse(client.get(f"/status/components/{INCOMING}/feed.{kind}").data)

    assert not read.bozo
    assert sorted(entry.title.split(":")[0] for entry in read.entries) == [
        "BCDR test of the second data centre", "INC2", "Planned change",
    ]  # fmt: skip
    assert len(other.entries) == 4
    assert read.feed.link == f"http://lamppost.test/status/components/{PORTAL}/"


def test_a_components_page_leads_to_its_own_feeds(client: CheckingClient) -> None:
    page = client.get(f"/status/components/{PORTAL}/").text

    for ending in ("feed.atom", "feed.rss", "feed.json", "calendar.ics"):
        assert page.count(f'href="/status/components/{PORTAL}/{ending}"') == 2
    client.get("/status/components/nobody/feed.atom", status=404)


def test_another_format_is_not_found(client: CheckingClient) -> None:
    client.get("/status/feed.txt", status=404)
