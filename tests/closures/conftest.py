"""An estate written once and copied for every test that needs no other database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from closing import NOW, Closing
from estate import copy_estate, write_estate


@pytest.fixture(scope="session")
def estate_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the sample's organisations and the policy."""
    return write_estate(
        sqlite_template, tmp_path_factory.mktemp("estate") / "estate.sqlite3", now=NOW
    )


@pytest.fixture
def quick(estate_file: Path, tmp_path: Path) -> Iterator[Closing]:
    """An estate in which organisations close, on SQLite."""
    closing = Closing(copy_estate(estate_file, tmp_path))
    yield closing
    closing.engine.dispose()
