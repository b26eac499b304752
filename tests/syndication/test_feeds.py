"""Every format is read back by a real feed reader and says what went in."""

import json
import locale
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import feedparser
import pytest

from lamppost.syndication.atom import atom
from lamppost.syndication.entry import Category, Channel, Entry
from lamppost.syndication.json_feed import json_feed
from lamppost.syndication.rss import rss

BASE = "https://posts.example.org"
CHANNEL = Channel(
    id="tag:posts.example.org,2018:bulletins",
    title="Bulletins & notices",
    description="News for administrators",
    self_link=f"{BASE}/bulletins/feed.atom",
    alternate_link=f"{BASE}/bulletins/",
    author="Example Mail",
    updated_at=datetime(2018, 1, 1, tzinfo=UTC),
    prev_archive=f"{BASE}/bulletins/years/2017/feed.atom",
)
SECOND = Entry(
    id="tag:posts.example.org,2018-04-09:la-bulletin",
    title="LA bulletin \N{EN DASH} 9 April 2018",
    link=f"{BASE}/bulletins/2018-04-09/",
    published_at=datetime(2018, 4, 9, 8, tzinfo=UTC),
    updated_at=datetime(2018, 4, 12, 9, tzinfo=UTC),
    summary="Mergers, status & spoofing.",
    content_html='<p>See <a href="https://posts.example.org/status/">status</a> &amp; more</p>',
    categories=(Category("bcdr", f"{BASE}/bulletins/topics/", "BCDR"),),
)
FIRST = replace(
    SECOND,
    id="tag:posts.example.org,2018-03-05:la-bulletin",
    link=f"{BASE}/bulletins/2018-03-05/",
    published_at=datetime(2018, 3, 5, 9, tzinfo=UTC),
    updated_at=datetime(2018, 3, 5, 9, tzinfo=UTC),
)
ENTRIES = (SECOND, FIRST)
XML = pytest.mark.parametrize(("write", "version"), [(atom, "atom10"), (rss, "rss20")])


@XML
def test_a_feed_reader_finds_nothing_wrong(write: Any, version: str) -> None:
    parsed = feedparser.parse(write(CHANNEL, ENTRIES))

    assert (parsed.bozo, parsed.version) == (0, version)
    assert parsed.feed.title == "Bulletins & notices"
    assert parsed.feed.language == "en-GB"


@XML
def test_ids_links_and_order_come_back_as_given(write: Any, version: str) -> None:
    parsed = feedparser.parse(write(CHANNEL, ENTRIES))

    assert [entry.id for entry in parsed.entries] == [SECOND.id, FIRST.id], version
    assert [entry.link for entry in parsed.entries] == [SECOND.link, FIRST.link]
    assert parsed.feed.link == CHANNEL.alternate_link


@XML
def test_content_is_whole_and_dates_are_the_entries_own(write: Any, version: str) -> None:
    entry = feedparser.parse(write(CHANNEL, ENTRIES)).entries[0]

    assert entry.content[0].value == SECOND.content_html, version
    assert entry.summary == SECOND.summary
    assert entry.published_parsed[:5] == (2018, 4, 9, 8, 0)
    assert entry.tags[0].term.lower() == "bcdr"


def test_atom_keeps_the_attributes_of_an_entry_link() -> None:
    link = feedparser.parse(atom(CHANNEL, ENTRIES)).entries[0].links[0]

    assert (link.rel, link.type, link.href) == ("alternate", "text/html", SECOND.link)


def test_atom_is_dated_by_its_newest_entry_and_not_by_the_clock() -> None:
    parsed = feedparser.parse(atom(CHANNEL, ENTRIES))

    assert parsed.feed.updated_parsed[:4] == (2018, 4, 12, 9)
    assert parsed.entries[0].updated_parsed[:4] == (2018, 4, 12, 9)


def test_rss_guid_is_the_id_and_no_permalink() -> None:
    entry = feedparser.parse(rss(CHANNEL, ENTRIES)).entries[0]

    assert entry.guidislink is False


@pytest.mark.parametrize("write", [atom, rss])
def test_archive_and_self_links_are_told_apart(write: Any) -> None:
    text = write(CHANNEL, ENTRIES).decode()

    assert f'href="{CHANNEL.self_link}" rel="self"' in text
    assert ("prev-archive" in text) is (write is atom)


@pytest.mark.parametrize("write", [atom, rss, json_feed])
def test_the_same_entries_give_the_same_bytes(write: Any) -> None:
    assert write(CHANNEL, ENTRIES) == write(CHANNEL, ENTRIES)


@XML
def test_characters_xml_cannot_carry_are_dropped(write: Any, version: str) -> None:
    entry = replace(SECOND, title="A\x0bB\x00\ufffe", content_html="<p>\x1fC</p>")

    parsed = feedparser.parse(write(CHANNEL, [entry]))

    assert (parsed.bozo, parsed.version) == (0, version)
    assert parsed.entries[0].title == "AB"


@XML
def test_an_empty_feed_is_still_a_feed(write: Any, version: str) -> None:
    parsed = feedparser.parse(write(CHANNEL, ()))

    assert (parsed.bozo, parsed.version, parsed.entries) == (0, version, [])


def test_json_feed_has_the_members_version_1_1_asks_for() -> None:
    document = json.loads(json_feed(CHANNEL, ENTRIES))

    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert document["feed_url"] == CHANNEL.self_link
    assert document["items"][0] == {
        "id": SECOND.id,
        "url": SECOND.link,
        "title": SECOND.title,
        "summary": SECOND.summary,
        "content_html": SECOND.content_html,
        "date_published": "2018-04-09T08:00:00+00:00",
        "date_modified": "2018-04-12T09:00:00+00:00",
        "tags": ["BCDR"],
    }


def test_building_rss_leaves_the_process_locale_as_it_was() -> None:
    before = locale.setlocale(locale.LC_ALL)

    rss(CHANNEL, ENTRIES)

    assert locale.setlocale(locale.LC_ALL) == before
