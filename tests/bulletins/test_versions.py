"""Versions in both databases: kept, landed, ended; of two writers at once one is refused."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import Engine, select

from bulletin_files import NOW, WriteBulletin
from lamppost.bulletins.actions import load_folder
from lamppost.bulletins.approving import approve_files
from lamppost.bulletins.desk import (
    FILE_KEY,
    Pile,
    count_piles,
    get_file,
    list_file_years,
    list_scheduled,
    select_files,
)
from lamppost.bulletins.feeds import Site
from lamppost.bulletins.tables import BulletinVersion
from lamppost.bulletins.versions import Version
from lamppost.bulletins.writing import ChangedMeanwhileError, write_version
from lamppost.database import read_only
from postmaster.access.actors import operator
from postmaster.audit.tables import AuditEntry

FILE = "2018-04-09.md"
BY = operator("test")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_of_writers_at_once_one_writes_and_the_others_are_refused(
    write: WriteBulletin, engine: Engine
) -> None:
    path = write()
    seen, before = digest(path), path.read_bytes()

    def try_it(number: int) -> bytes | None:
        version = Version(FILE, before + f"{number}\n".encode(), "save")
        try:
            write_version(engine, path, version, seen=seen, by=BY, now=NOW)
        except ChangedMeanwhileError:
            return None
        return version.content

    with ThreadPoolExecutor(4) as pool:
        written = [content for content in pool.map(try_it, range(4)) if content is not None]

    assert written == [path.read_bytes()]
    with read_only(engine) as session:
        assert session.scalars(select(BulletinVersion.sha256)).all() == [digest(path)]
        assert len(session.scalars(select(AuditEntry.entry_id)).all()) == 1


def test_the_desk_lists_approves_and_counts_the_same_on_both(
    write: WriteBulletin, engine: Engine, folder: Path, site: Site
) -> None:
    def look() -> None:
        load_folder(engine, folder, NOW, site=site, is_reviewed=True)

    path = write()
    write("2017-01-09", status="scheduled", publish_at='"2018-04-10T09:00"', published_at=None)
    write("2017-01-10", audience="nobody")
    look()
    with read_only(engine) as session:
        assert count_piles(session)[Pile.WAITING] == 2
        assert list_file_years(session) == (2018, 2017)

    files = [(one.name, digest(one)) for one in (path, folder / "2017-01-09.md")]
    approve_files(engine, folder, files, by=BY, now=NOW)
    look()
    write(body="Other words.\n")
    look()

    with read_only(engine) as session:
        found = get_file(session, FILE)
        assert found is not None
        assert (found.waits, found.is_up) == (True, True)
        until = NOW.replace(day=10)
        assert [one.source for one in list_scheduled(session, until=until)] == ["2017-01-09.md"]
        counts = count_piles(session)
        assert (counts[Pile.SCHEDULED], counts[Pile.PROBLEMS]) == (1, 1)
        narrow: Callable[..., list[str]] = lambda **by: [  # noqa: E731 - said once
            row.source for row in session.execute(select_files(**by).order_by(*FILE_KEY))
        ]
        assert narrow(year=2017) == ["2017-01-09.md", "2017-01-10.md"]
        assert narrow(pile=Pile.WAITING) == [FILE]
        assert narrow(words="ADMINISTRATOR") == ["2017-01-09.md", FILE]
        assert narrow(words="50%") == []
