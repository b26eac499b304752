"""The fixture `lists`: one estate, made once and copied for each test, which costs less."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from estate import Estate
from lamppost.database import make_engine
from lists import Lists, make_lists


@pytest.fixture(scope="session")
def lists_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the estate of the lists."""
    path = tmp_path_factory.mktemp("lists") / "lists.sqlite3"
    shutil.copyfile(sqlite_template, path)
    engine = make_engine(f"sqlite:///{path}")
    make_lists(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture
def lists(lists_file: Path, tmp_path: Path) -> Iterator[Lists]:
    """An estate of one's own."""
    path = tmp_path / "lists.sqlite3"
    shutil.copyfile(lists_file, path)
    engine = make_engine(f"sqlite:///{path}")
    yield Lists(Estate(engine))
    engine.dispose()
