"""In production a file is shown when somebody answers for exactly what it holds."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from bulletin_files import NOW, WriteBulletin
from lamppost.bulletins.actions import load_folder, publish_due
from lamppost.bulletins.approving import approve_all, approve_files, get_waiting
from lamppost.bulletins.desk import Pile, count_piles, get_file
from lamppost.bulletins.feeds import Site
from lamppost.bulletins.front_matter import Status
from lamppost.bulletins.publishing import publish
from lamppost.bulletins.reads import get_bulletin
from lamppost.bulletins.review import REVIEWED, Review
from lamppost.bulletins.source import parse_source
from lamppost.bulletins.tables import BulletinVersion
from lamppost.bulletins.versions import Version, keep_version
from lamppost.bulletins.writing import ChangedMeanwhileError, write_version
from lamppost.database import read_only, unit_of_work
from postmaster.access.acting import RefusedError
from postmaster.access.actors import Actor, ActorKind, Grant
from postmaster.access.roles import Role
from postmaster.audit.tables import AuditEntry

FILE = "2018-04-09.md"
CORA = Actor(ActorKind.PERSON, "cora", (Grant(Role.COMMUNICATIONS),))
LENA = Actor(ActorKind.PERSON, "lena", (Grant(Role.LOCAL_ADMINISTRATOR, "RX1"),))
Look = Callable[[], None]


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    """What differs between the databases is in test_versions.py."""
    return sqlite_engine


@pytest.fixture
def look(engine: Engine, folder: Path, site: Site) -> Look:
    """What the worker of production does every second."""
    return lambda: produce(engine, folder, site, NOW)


def produce(engine: Engine, folder: Path, site: Site, now: datetime) -> None:
    load_folder(engine, folder, now, site=site, is_reviewed=True)
    publish_due(engine, folder, now, site=site, is_reviewed=True)


def shown(engine: Engine) -> str | None:
    with read_only(engine) as session:
        found = get_bulletin(session, "2018-04-09")
    return found.text if found else None


def waits(engine: Engine) -> bool:
    with read_only(engine) as session:
        found = get_file(session, FILE)
    assert found is not None
    return found.waits


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def approve(engine: Engine, path: Path, by: Actor = CORA) -> None:
    approve_files(engine, path.parent, [(path.name, digest(path))], by=by, now=NOW)


def audited(engine: Engine) -> list[tuple[str, str]]:
    with read_only(engine) as session:
        rows = session.execute(select(AuditEntry).order_by(AuditEntry.entry_id)).scalars()
        return [(row.action, row.actor) for row in rows]


@pytest.mark.parametrize("status", list(Status))
def test_what_readers_would_see_is_reviewed_and_a_draft_is_not(status: Status) -> None:
    review = Review(is_on=True, approved=frozenset({("other.md", "a"), (FILE, "b")}))

    assert review.waits(FILE, "a", status) is (status is not Status.DRAFT)
    assert not review.waits(FILE, "b", status)
    assert not Review().waits(FILE, "a", status)
    assert (status in REVIEWED) is (status is not Status.DRAFT)


def test_a_file_that_arrives_waits_until_somebody_approves_what_it_holds(
    write: WriteBulletin, look: Look, engine: Engine
) -> None:
    path = write()
    look()
    assert (shown(engine), waits(engine)) == (None, True)

    approve(engine, path)
    look()

    assert (shown(engine), waits(engine)) == ("Words.", False)
    assert audited(engine) == [("bulletins.approve", "person:cora")]


def test_a_file_that_changes_leaves_the_last_approved_version_up(
    write: WriteBulletin, look: Look, engine: Engine
) -> None:
    approve(engine, write())
    look()

    path = write(body="Other words.\n")
    look()
    assert (shown(engine), waits(engine)) == ("Words.", True)
    write(status="withdrawn")
    look()
    assert (shown(engine), waits(engine)) == ("Words.", True)
    path = write(body="Other words.\n")
    approve(engine, path)
    look()

    assert (shown(engine), waits(engine)) == ("Other words.", False)


def test_an_old_version_put_back_is_reviewed_like_any_other(
    write: WriteBulletin, look: Look, engine: Engine
) -> None:
    approve(engine, write())
    look()
    approve(engine, write(body="Other words.\n"))
    look()

    write()
    look()

    assert (shown(engine), waits(engine)) == ("Other words.", True)


def test_a_draft_takes_a_bulletin_down_without_review(
    write: WriteBulletin, look: Look, engine: Engine
) -> None:
    approve(engine, write())
    look()

    write(status="draft", published_at=None)
    look()

    assert (shown(engine), waits(engine)) == (None, False)


def test_what_the_command_publishes_is_approved_by_it_also_when_nothing_is_left_to_write(
    write: WriteBulletin, look: Look, engine: Engine
) -> None:
    path = write(status="draft", published_at=None)
    publish(engine, path, NOW)
    look()
    assert (shown(engine), waits(engine)) == ("Words.", False)

    path = write(body="Other words.\n")
    publish(engine, path, NOW)
    look()

    assert (shown(engine), waits(engine)) == ("Other words.", False)
    told = [("bulletins.publish", "operator:bulletins publish")]
    assert audited(engine) == [*told, ("bulletins.approve", "operator:bulletins publish")]


def test_the_worker_publishes_a_scheduled_file_only_if_it_was_approved(
    write: WriteBulletin, look: Look, engine: Engine
) -> None:
    keys: dict[str, Any] = {
        "status": "scheduled",
        "publish_at": '"2018-04-09T08:00"',
        "published_at": None,
    }
    path = write(body="{{ contacts }}\n", **keys)
    look()
    assert parse_source(path.read_bytes(), FILE).front.status == "scheduled"

    approve(engine, path)
    look()
    look()

    assert "helpdesk@nhs.net" in (shown(engine) or "")
    assert not waits(engine)
    assert audited(engine)[-1] == ("bulletins.publish", "system:publish bulletins")


def test_a_published_file_with_open_facts_is_completed_once_it_is_approved(
    write: WriteBulletin, look: Look, engine: Engine
) -> None:
    path = write(body="{{ contacts }}\n")
    look()
    assert parse_source(path.read_bytes(), FILE).front.facts == {}

    approve(engine, path)
    look()
    look()

    assert "helpdesk@nhs.net" in (shown(engine) or "")


def test_what_was_up_before_production_stays_up_and_is_listed(
    write: WriteBulletin, look: Look, engine: Engine, folder: Path, site: Site
) -> None:
    write()
    load_folder(engine, folder, NOW, site=site)

    look()

    assert (shown(engine), waits(engine)) == ("Words.", True)
    load_folder(engine, folder, NOW, site=site)
    assert not waits(engine)


def test_an_archive_is_approved_by_one_digest_of_what_was_listed(
    write: WriteBulletin, look: Look, engine: Engine, folder: Path
) -> None:
    for day in (1, 2, 3):
        write(f"2018-03-0{day}")
    look()
    listed = get_waiting(engine)
    assert len(listed.files) == 3

    write("2018-03-04")
    look()
    with pytest.raises(ChangedMeanwhileError, match="not what was listed"):
        approve_all(engine, folder, listed.digest, by=CORA, now=NOW)
    assert approve_all(engine, folder, get_waiting(engine).digest, by=CORA, now=NOW) == 4
    look()

    with read_only(engine) as session:
        counts = count_piles(session)
    assert (counts[Pile.PUBLISHED], counts[Pile.WAITING]) == (4, 0)


def test_nobody_approves_what_they_were_not_shown_or_may_not(
    write: WriteBulletin, look: Look, engine: Engine, folder: Path
) -> None:
    path = write()
    look()
    read = digest(path)
    path = write(body="Slipped in.\n")

    with pytest.raises(ChangedMeanwhileError, match="was changed since it was shown"):
        approve_files(engine, folder, [(FILE, read)], by=CORA, now=NOW)
    with pytest.raises(RefusedError):
        approve(engine, path, LENA)
    look()

    assert shown(engine) is None


class Killed(BaseException):
    """As good as SIGKILL: nothing of ours runs after it."""


@pytest.mark.parametrize("after_replace", [False, True])
def test_a_writer_killed_half_way_leaves_a_file_somebody_answers_for(
    write: WriteBulletin,
    look: Look,
    engine: Engine,
    after_replace: bool,  # noqa: FBT001 - a parameter of the test
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write(status="draft", published_at=None)
    look()
    changed = path.read_bytes().replace(b"status: draft", b"status: published")
    version = Version(FILE, changed, "publish", {"status": ("draft", "published")})
    replace = Path.replace

    def cut_off(self: Path, target: Path) -> Path:
        if after_replace:
            replace(self, target)
        raise Killed

    monkeypatch.setattr(Path, "replace", cut_off)
    with pytest.raises(Killed):
        write_version(engine, path, version, seen=digest(path), by=CORA, now=NOW)
    monkeypatch.undo()
    look()

    done = [("bulletins.publish", "person:cora")] if after_replace else []
    assert (shown(engine), audited(engine)) == ("Words." if after_replace else None, done)
    assert not waits(engine)
    if not after_replace:
        # Whoever does it again does it once.
        write_version(engine, path, version, seen=digest(path), by=CORA, now=NOW)
        look()
        assert (shown(engine), audited(engine)) == (
            "Words.",
            [("bulletins.publish", "person:cora")],
        )
    assert [file.name for file in path.parent.iterdir()] == [FILE]


def test_a_refused_write_leaves_no_approval_behind(write: WriteBulletin, engine: Engine) -> None:
    path = write(status="draft", published_at=None)
    version = Version(FILE, b"never written", "save")

    with pytest.raises(ChangedMeanwhileError):
        write_version(engine, path, version, seen="another", by=CORA, now=NOW)
    with pytest.raises(ChangedMeanwhileError):
        write_version(engine, path, version, seen=None, by=CORA, now=NOW)

    with read_only(engine) as session:
        assert session.scalars(select(BulletinVersion)).all() == []
    assert audited(engine) == []


def test_a_version_kept_and_never_written_ends_with_the_next_that_is(
    write: WriteBulletin, look: Look, engine: Engine
) -> None:
    path = write()
    with unit_of_work(engine) as session:
        keep_version(session, version=Version(FILE, b"lost", "save"), by=CORA, now=NOW)
        _age(session)
    approve(engine, path)
    look()

    with read_only(engine) as session:
        assert session.scalars(select(BulletinVersion.sha256)).all() == [digest(path)]


def _age(session: Session) -> None:
    session.execute(update(BulletinVersion).values(approved_at=NOW - timedelta(hours=1)))
