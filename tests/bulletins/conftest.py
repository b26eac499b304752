"""A content folder, a file in it, and a load of it."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bulletin_files import NOW, Load, WriteBulletin
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
        stem = name.rsplit("/", 1)[-1].removesuffix(".md")
        front: dict[str, str | None] = {
            "id": f"tag:example.org,{stem[:10]}:{stem}",
            "title": "Local Administrator bulletin",
            "date": stem[:10],
            "audience": "la",
            "summary": "One sentence.",
            "topics": "[bcdr]",
            "status": "published",
            "published_at": f'"{stem[:10]}T08:00:00Z"',
        }
        front.update(keys)
        lines = [f"{key}: {value}" for key, value in front.items() if value is not None]
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(["---", *lines, "---", "", body]), encoding="utf-8")
        return path

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
