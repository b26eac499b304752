"""An estate written once and copied for every test that needs no other database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from estate import copy_estate, write_estate
from registering import NOW, Desk


@pytest.fixture(scope="session")
def estate_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the sample's organisations and the policy."""
    return write_estate(
        sqlite_template, tmp_path_factory.mktemp("estate") / "estate.sqlite3", now=NOW
    )


@pytest.fixture
def desk(estate_file: Path, tmp_path: Path) -> Iterator[Desk]:
    """An estate in which pharmacies may register everywhere, on SQLite."""
    made = Desk(copy_estate(estate_file, tmp_path))
    made.open()
    yield made
    made.engine.dispose()
