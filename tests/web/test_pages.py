"""The pages of plain words, and what crawlers are told."""

import re
from pathlib import Path

import pytest
from flask import Flask

from checking import CheckingClient
from lamppost.bulletins.actions import load_folder
from lamppost.bulletins.feeds import Site
from lamppost.clock import FixedClock
from lamppost.database import unit_of_work
from lamppost.settings import Settings
from lamppost.web.context import db
from postmaster.policy.actions import enter_presets

BULLETIN = """---
id: tag:lamppost.example,2018-04-09:la-bulletin
title: Local Administrator bulletin
date: 2018-04-09
audience: la
summary: One sentence.
topics: [bcdr]
status: published
published_at: "2018-04-09T08:00:00Z"
---

# News

Words.
"""


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/contacts/", "0333 200 1133"),
        ("/accessibility/", "WCAG"),
        ("/cookies/", "cookie"),
        ("/privacy/", "privacy"),
        ("/feeds/", "/status/feed.atom"),
    ],
)
def test_a_page_of_plain_words_says_what_it_is_for(
    client: CheckingClient, path: str, words: str
) -> None:
    page = client.get(path)

    assert words in page.text or words.lower() in page.text.lower()
    assert "unofficial demonstration" in page.text
    assert "Set-Cookie" not in page.headers


def test_the_sitemap_lists_pages_that_are_there(
    client: CheckingClient, app: Flask, settings: Settings, clock: FixedClock
) -> None:
    (Path(settings.content_dir) / "2018-04-09.md").write_text(BULLETIN, encoding="utf-8")
    with app.app_context():
        with unit_of_work(db.engine) as session:
            enter_presets(session, by="system:test", now=clock.now())
        load_folder(db.engine, settings.content_dir, clock.now(), site=Site.of(settings))

    listed = re.findall(r"<loc>http://lamppost\.test(.*?)</loc>", client.get("/sitemap.xml").text)

    assert "/bulletins/2018-04-09/" in listed
    for path in listed:
        client.get(path)


def test_robots_are_told_where_the_sitemap_is(client: CheckingClient) -> None:
    assert "Sitemap: http://lamppost.test/sitemap.xml" in client.get("/robots.txt").text
