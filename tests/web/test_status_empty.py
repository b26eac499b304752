"""A site nobody has told or measured anything: every page is there and says so."""

import feedparser
import pytest

from checking import CheckingClient


def test_before_anything_is_defined_the_page_says_so(client: CheckingClient) -> None:
    text = client.get("/status/").text

    assert "Not measured" in text
    assert "No components are defined yet." in text
    assert "Nothing has been measured yet." in text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("incidents", "Nothing has been logged."),
        ("changes", "No change is planned."),
        ("bcdr", "No test is running or planned."),
        ("releases", "No release is planned."),
    ],
)
def test_an_empty_list_says_so(client: CheckingClient, name: str, words: str) -> None:
    assert words in client.get(f"/status/{name}/").text


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("atom", "application/atom+xml"), ("rss", "application/rss+xml")],
)
def test_an_empty_feed_is_still_a_feed(client: CheckingClient, kind: str, media_type: str) -> None:
    answer = client.get(f"/status/feed.{kind}")

    assert answer.mimetype == media_type
    assert not feedparser.parse(answer.data).bozo
