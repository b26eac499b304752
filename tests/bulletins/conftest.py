"""A content folder, a file in it, and a load of it."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bulletin_files import NOW, Load, WriteBulletin, write_bulletin
from lamppost.bulletins.actions import LoadReport, load_folder
from lamppost.bulletins.feeds import Site


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty content folder."""
    made = tmp_path / "bulletins"
    made.mkdir(exist_ok=True)
    return made


@pytest.fixture
def write(folder: Path) -> WriteBulletin:
    """Write a bulletin that is right but for what the test says."""

    def write_file(name: str = "2018-04-09.md", body: str = "Words.\n", **keys: str | None) -> Path:
        return write_bulletin(folder, name.removesuffix(".md"), body, **keys)

    return write_file


@pytest.fixture
def site() -> Site:
    """The site the feeds are made for."""
    return Site("https://posts.example.org", "Example Mail")


@pytest.fixture
def load(engine: Engine, folder: Path, site: Site) -> Load:
    """Load the folder into the test's database, at NOW unless told."""

    def load_it(now: datetime = NOW) -> LoadReport:
        return load_folder(engine, folder, now, site=site)

    return load_it
