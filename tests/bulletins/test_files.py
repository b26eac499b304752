"""Every mistake an author can make is named with its file, its line and how to mend it."""

from pathlib import Path
from typing import Any

import pytest

from bulletin_files import WriteBulletin
from lamppost.bulletins.checking import check_paths
from lamppost.bulletins.problems import Problem
from lamppost.bulletins.source import LARGEST_FILE, parse_source


def only(folder: Path) -> Problem:
    """The one problem there is."""
    problems = check_paths([folder])
    assert len(problems) == 1, problems
    return problems[0]


@pytest.mark.parametrize(
    ("keys", "line", "words"),
    [
        ({"id": None}, 1, "id is missing; add a line"),
        ({"id": "la-bulletin"}, 2, "must be a tag: URI"),
        ({"title": ""}, 3, "title"),
        ({"date": None}, 1, "date is missing; add a line"),
        ({"date": "2018-04-10"}, 4, "does not match the file's name"),
        ({"date": "9 April 2018"}, 4, "must be a day such as 2018-04-09"),
        ({"audience": "everybody"}, 5, "audience is not right"),
        ({"topics": "[Anti Spoofing]"}, 7, "small letters, figures and single hyphens"),
        ({"status": "final"}, 8, "'draft', 'scheduled', 'published' or 'withdrawn'"),
        ({"status": "scheduled"}, 1, "publish_at is missing"),
        ({"published_at": "2018-04-09"}, 9, "must be a quoted date and time"),
        ({"published_at": "17:30"}, 9, "must be a quoted date and time"),
        ({"sumary": "x"}, 10, "did you mean summary?"),
        ({"corrections": "[{at: now, note: x}]"}, 10, "corrections.0.at must be a quoted date"),
        ({"corrections": '[{at: "2018-04-10T09:00"}]'}, 10, "corrections.0.note is missing"),
        ({"title": "A: b: c"}, 3, "the YAML is broken here"),
        ({"title": '"open'}, 9, "the YAML is broken here"),
        ({"facts": '{contacts: "a\\x00b"}'}, 10, "without control characters"),
        ({"facts": "[[[[[[a]]]]]]"}, 10, "lists within lists"),
    ],
)
def test_a_mistake_in_the_front_matter_is_named_with_its_line(
    write: WriteBulletin, folder: Path, keys: dict[str, Any], line: int, words: str
) -> None:
    path = write(**keys)

    problem = only(folder)

    assert words in problem.message
    assert (problem.file, problem.blocks) == (str(path), True)
    assert problem.line == line


def test_a_key_given_twice_is_a_mistake(write: WriteBulletin, folder: Path) -> None:
    write(status="draft\nstatus: published")

    assert str(only(folder)).endswith("2018-04-09.md:9: status is given twice; keep one of the two")


def test_two_mistakes_are_both_named(write: WriteBulletin, folder: Path) -> None:
    write(audience="nobody", status="final")

    assert [problem.line for problem in check_paths([folder])] == [5, 8]


@pytest.mark.parametrize("title", ["no", "17:30", "1e3", "null and void", "2018-04-09"])
def test_yaml_never_turns_words_into_something_else(write: WriteBulletin, title: str) -> None:
    path = write(title=title)

    assert parse_source(path.read_bytes(), path.name).front.title == title


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"no front matter\n", 1, "the first line must be ---"),
        (b"", 1, "the first line must be ---"),
        (b"---\nid: x\n", 1, "front matter never ends"),
        (b"---\n- a\n---\n", 1, "lines of `key: value`"),
        (b"---\nid: a\ntitle: caf\xe9\n---\n", 3, "not UTF-8 here"),
        (b"---\nid: a\n---\n\nbell \x07\n", 5, "control character (U+0007)"),
        (b"---\n? [a]\n: b\n---\n", 2, "a key must be one word"),
        (b"---\nid: \xff\xfe\n---\n", 2, "not UTF-8 here"),
    ],
)
def test_a_file_that_is_no_bulletin_says_why(
    folder: Path, content: bytes, line: int, words: str
) -> None:
    (folder / "2018-04-09.md").write_bytes(content)

    problem = only(folder)

    assert words in problem.message
    assert problem.line == line


def test_a_file_of_five_megabytes_is_refused_and_the_limit_said(folder: Path) -> None:
    (folder / "2018-04-09.md").write_bytes(b"---\n" + b"a" * 5_000_000)

    assert "larger than 1,000,000 bytes" in only(folder).message


def test_a_file_just_within_the_limit_is_taken(write: WriteBulletin, folder: Path) -> None:
    path = write()
    room = LARGEST_FILE - path.stat().st_size
    path.write_bytes(path.read_bytes() + b"word \n" * (room // 6))

    assert check_paths([folder]) == []


@pytest.mark.parametrize("name", ["notes.md", "2018-13-01.md", "2018-04-09-a.md", "09-04-2018.md"])
def test_a_file_must_be_named_for_its_date(write: WriteBulletin, folder: Path, name: str) -> None:
    write(name, date="2018-04-09", id="tag:example.org,2018-04-09:x")

    assert "the file's name must be its date" in only(folder).message


def test_two_files_may_not_have_one_slug(write: WriteBulletin, folder: Path) -> None:
    write("2018-04-09.md")
    write("old/2018-04-09.md", id="tag:example.org,2018-04-09:other")

    assert "holds the address 2018-04-09 already" in only(folder).message


def test_two_files_may_not_have_one_id(write: WriteBulletin, folder: Path) -> None:
    write("2018-04-09.md", id="tag:example.org,2018-04-09:x")
    write("2018-04-10.md", id="tag:example.org,2018-04-09:x")

    assert "every bulletin needs one of its own" in only(folder).message


def test_an_alias_may_not_be_the_address_of_another(write: WriteBulletin, folder: Path) -> None:
    write("2018-04-09.md")
    write("2018-04-10.md", aliases="[2018-04-09]")

    assert "alias 2018-04-09 is an address of" in only(folder).message


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        '<p onclick="x()">y</p>',
        "[x](javascript:alert(1))",
        "![far](https://example.org/x.png)",
        "![](media/x.png)",
        "<iframe src=x>",
    ],
)
def test_what_is_taken_away_is_named_and_does_not_block(
    write: WriteBulletin, folder: Path, body: str
) -> None:
    write(body=f"First.\n\n{body}\n")

    problem = only(folder)

    assert (problem.line, problem.blocks) == (14, False)


def test_code_that_shows_a_tag_is_no_mistake(write: WriteBulletin, folder: Path) -> None:
    write(body="Write `<script>` so.\n")

    assert check_paths([folder]) == []


def test_dashes_in_the_body_are_not_front_matter(write: WriteBulletin) -> None:
    path = write(body="A\n\n---\n\nB\n\n---\n\nC\n")

    assert parse_source(path.read_bytes(), path.name).body.count("---") == 2


def test_windows_line_ends_and_a_byte_order_mark_are_understood(write: WriteBulletin) -> None:
    path = write(body="One\n\nTwo\n")
    content = b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n")

    assert parse_source(content, path.name).body.strip() == "One\n\nTwo"


def test_a_moment_without_a_zone_is_londons(write: WriteBulletin) -> None:
    path = write(status="scheduled", publish_at='"2018-04-09T09:00"')

    publish_at = parse_source(path.read_bytes(), path.name).front.publish_at

    assert publish_at is not None
    assert publish_at.isoformat() == "2018-04-09T08:00:00+00:00"
