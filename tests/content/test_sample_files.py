"""The bulletins that ship are whole, tell themselves apart, and show every state."""

import re
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from lamppost import paths

FILES = sorted(paths.BULLETINS.glob("*.md"))
REQUIRED = {"id", "title", "date", "audience", "summary", "topics", "status"}
# The moment each status asks for.
MOMENTS = {"published": "published_at", "withdrawn": "published_at", "scheduled": "publish_at"}
TOPICS = {
    "anti-spoofing", "application-accounts", "bcdr", "contacts", "data-protection",
    "distribution-lists", "growth-areas", "lifecycle", "mergers", "passwords", "releases",
    "service-status", "skype-for-business",
}  # fmt: skip
# What the style guide of the service tells authors not to write.
BANNED = re.compile(r"[\u2018\u2019\u201c\u201d]|please|\b\w+n't\b|\d(?:st|nd|rd|th)\b|\b\d\d:\d\d")
each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def read_parts(path: Path) -> tuple[dict[str, Any], str]:
    """Front matter and body."""
    _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(head), body


def read_all() -> list[dict[str, Any]]:
    """The front matter of every file."""
    return [read_parts(path)[0] for path in FILES]


@each_file
def test_front_matter_has_every_required_key(path: Path) -> None:
    front, _ = read_parts(path)

    assert front.keys() >= REQUIRED
    assert all(front[key] for key in REQUIRED)


@each_file
def test_the_date_is_that_of_the_file_name(path: Path) -> None:
    front, _ = read_parts(path)

    assert front["date"] == date.fromisoformat(path.stem[:10])


@each_file
def test_the_status_has_its_moment_as_a_quoted_string(path: Path) -> None:
    front, _ = read_parts(path)
    moment = MOMENTS.get(front["status"])

    assert {"publish_at", "published_at"} & front.keys() == ({moment} if moment else set())
    assert moment is None or isinstance(front[moment], str)


@each_file
def test_every_fact_of_a_published_bulletin_is_frozen(path: Path) -> None:
    front, body = read_parts(path)

    asked = re.findall(r"^\{\{ (.+) \}\}$", body, re.MULTILINE)

    assert sorted(asked) == sorted(front.get("facts", {}))


@each_file
def test_the_words_keep_to_the_style_guide(path: Path) -> None:
    front, body = read_parts(path)

    assert BANNED.findall(f"{front['title']} {front['summary']} {body}") == []


@each_file
def test_headings_step_down_one_level_at_a_time(path: Path) -> None:
    _, body = read_parts(path)

    levels = [len(marks) for marks in re.findall(r"^(#+) ", body, re.MULTILINE)]

    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@each_file
def test_links_to_other_bulletins_lead_to_files_that_exist(path: Path) -> None:
    _, body = read_parts(path)

    others = re.findall(r"\]\((\d{4}-\d\d-\d\d(?:-\d+)?\.md)\)", body)

    assert [other for other in others if not (path.parent / other).exists()] == []


def test_no_two_bulletins_share_an_id() -> None:
    ids = [front["id"] for front in read_all()]

    assert len(set(ids)) == len(ids)


def test_every_id_carries_its_own_date() -> None:
    for front in read_all():
        assert re.fullmatch(rf"tag:lamppost\.example,{front['date']}:[a-z-]+", front["id"])


def test_the_archive_has_every_topic_and_audience() -> None:
    fronts = read_all()

    assert {topic for front in fronts for topic in front["topics"]} == TOPICS
    assert {front["audience"] for front in fronts} == {"la", "all-users", "nas"}


@pytest.mark.parametrize("key", ["corrections", "aliases", "facts"])
def test_exactly_one_bulletin_shows_each_rare_key(key: str) -> None:
    assert len([front for front in read_all() if front.get(key)]) == 1


@pytest.mark.parametrize("status", ["draft", "scheduled", "withdrawn"])
def test_exactly_one_bulletin_has_each_rare_status(status: str) -> None:
    assert len([front for front in read_all() if front["status"] == status]) == 1


def test_one_day_has_two_bulletins() -> None:
    assert [path.stem for path in FILES if path.stem.count("-") > 2] == ["2018-05-14-2"]
