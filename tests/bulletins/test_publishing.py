"""Publishing writes into the file once: its moment, its status, what its facts said."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from bulletin_files import NOW, Load, WriteBulletin
from lamppost.bulletins.actions import LoadReport, publish_due
from lamppost.bulletins.feeds import Site
from lamppost.bulletins.publishing import publish
from lamppost.bulletins.reads import get_bulletin, list_problems
from lamppost.bulletins.source import Source, SourceError, parse_source
from lamppost.database import read_only

LATER = NOW + timedelta(days=30)
SCHEDULED: dict[str, Any] = {
    "status": "scheduled",
    "publish_at": '"2018-04-09T10:30"',
    "published_at": None,
}
PUBLISH_AT = datetime(2018, 4, 9, 9, 30, tzinfo=UTC)


def read(path: Path) -> Source:
    return parse_source(path.read_bytes(), path.name)


@pytest.fixture
def tick(engine: Engine, folder: Path, site: Site) -> Load:
    """What the worker does every few seconds."""

    def publish_and_load(now: datetime) -> LoadReport:
        return publish_due(engine, folder, now, site=site)

    return publish_and_load


def test_publishing_writes_status_moment_and_facts_and_nothing_else(
    write: WriteBulletin, sqlite_engine: Engine
) -> None:
    path = write(
        status="draft   # mine", published_at=None, body="# C\n\n{{ contacts }}\n\n---\n\nEnd.\n"
    )
    before = path.read_text().split("\n")

    moment = publish(sqlite_engine, path, NOW)

    source = read(path)
    assert moment == source.front.published_at == NOW
    assert source.front.facts["contacts"].startswith("Table: Contacts for further help")
    after = path.read_text().split("\n")
    assert [line for line in before if line not in after] == ["status: draft   # mine"]


def test_publishing_again_moves_nothing(write: WriteBulletin, sqlite_engine: Engine) -> None:
    path = write(status="draft", published_at=None, body="{{ contacts }}\n")
    publish(sqlite_engine, path, NOW)
    before = path.read_bytes()

    assert publish(sqlite_engine, path, LATER) == NOW
    assert path.read_bytes() == before


def test_words_given_by_hand_are_kept_when_facts_are_fixed(
    write: WriteBulletin, sqlite_engine: Engine
) -> None:
    given = '\n  # from the helpdesk\n  "password_resets month=\\"2018-02\\"": "14.5% by people."'
    body = '{{ password_resets month="2018-02" }}\n\n{{ contacts }}\n'
    path = write(status="draft", published_at=None, facts=given, summary='"A: b"', body=body)

    publish(sqlite_engine, path, NOW)

    facts = read(path).front.facts
    assert facts['password_resets month="2018-02"'] == "14.5% by people."
    assert "helpdesk@nhs.net" in facts["contacts"]


@pytest.mark.parametrize(
    ("keys", "body", "words"),
    [
        ({"status": "withdrawn"}, "Words.\n", "is not published again"),
        ({"status": "draft", "audience": "nobody"}, "Words.\n", "audience is not right"),
        ({"status": "draft"}, "{{ lifecycle_batches }}\n", "lifecycle_batches has no source yet"),
    ],
)
def test_what_cannot_be_published_is_left_as_it_is(
    write: WriteBulletin,
    sqlite_engine: Engine,
    keys: dict[str, Any],
    body: str,
    words: str,
) -> None:
    path = write(body=body, **keys)
    before = path.read_bytes()

    with pytest.raises(SourceError, match=words):
        publish(sqlite_engine, path, NOW)

    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_scheduled_bulletin_appears_at_its_moment_and_not_before(
    write: WriteBulletin, load: Load, tick: Load, engine: Engine
) -> None:
    path = write(**SCHEDULED)
    load()

    tick(PUBLISH_AT - timedelta(seconds=1))
    with read_only(engine) as session:
        assert get_bulletin(session, "2018-04-09") is None
    tick(PUBLISH_AT)

    with read_only(engine) as session:
        bulletin = get_bulletin(session, "2018-04-09")
    assert bulletin is not None
    assert bulletin.line.published_at == PUBLISH_AT == read(path).front.published_at


def test_a_scheduled_bulletin_taken_back_at_the_last_moment_is_not_published(
    write: WriteBulletin, load: Load, tick: Load
) -> None:
    path = write(**SCHEDULED)
    load()

    write(status="draft", published_at=None)
    tick(PUBLISH_AT)

    assert read(path).front.status == "draft"


def test_a_folder_that_cannot_be_written_is_a_problem_and_not_a_crash(
    write: WriteBulletin, load: Load, tick: Load, engine: Engine
) -> None:
    path = write(status="scheduled", publish_at='"2018-04-09T10:30"', body="{{ contacts }}\n")
    load()
    path.unlink()
    path.symlink_to("/proc/version")

    tick(PUBLISH_AT)

    with read_only(engine) as session:
        assert len(list_problems(session)) == 1


def test_a_published_file_with_open_facts_is_completed_before_it_is_shown(
    write: WriteBulletin, load: Load, tick: Load, engine: Engine
) -> None:
    path = write(body="{{ contacts }}\n")
    report = load()
    assert "is not fixed yet; run `lamppost bulletins publish" in report.problems[0].message

    tick(NOW + timedelta(seconds=5))

    assert "relayhelpdesk" in read(path).front.facts["contacts"]
    with read_only(engine) as session:
        assert get_bulletin(session, "2018-04-09")
        assert list_problems(session) == ()


def test_a_published_bulletin_says_what_its_facts_said_that_day(
    write: WriteBulletin, load: Load, engine: Engine
) -> None:
    write(facts='{contacts: "Ask *Ann*."}', body="Before\n{{ contacts }}\nafter\n")

    load()

    with read_only(engine) as session:
        bulletin = get_bulletin(session, "2018-04-09")
    assert bulletin is not None
    assert bulletin.html == "<p>Before</p>\n<p>Ask <em>Ann</em>.</p>\n<p>after</p>"
