"""An estate written once and copied for every test that needs no other database."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from estate import Estate, copy_estate, write_estate


@pytest.fixture(scope="session")
def estate_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the sample's organisations and the policy."""
    now = datetime(2018, 4, 9, 8, tzinfo=UTC)
    return write_estate(
        sqlite_template, tmp_path_factory.mktemp("estate") / "estate.sqlite3", now=now
    )


@pytest.fixture
def quick(estate_file: Path, tmp_path: Path) -> Iterator[Estate]:
    """The estate, on SQLite."""
    estate = copy_estate(estate_file, tmp_path)
    yield estate
    estate.engine.dispose()
