"""A service with something of each kind, and what makes copies of it."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import Engine

from lamppost.clock import FixedClock
from lamppost.database import make_engine, unit_of_work
from lamppost.settings import load_settings
from lamppost.snapshot.making import Snapshot, SnapshotMaker
from lamppost.web.context import db
from postmaster.policy.actions import enter_presets
from service_rows import (
    INCOMING,
    define_service,
    log_hssi,
    measure,
    plan_change,
    plan_release,
    plan_window,
)
from status_rows import NINE


def fill(engine: Engine, *, past: int) -> None:
    """Everything measured, an open incident and so many past ones, and plans."""
    with unit_of_work(engine) as session:
        enter_presets(session, by="system:test", now=NINE)
    define_service(engine)
    measure(engine, "SSSS")
    measure(engine, "FFFF", INCOMING)
    log_hssi(engine, title="Délays & <more>")
    for number in range(past):
        log_hssi(engine, f"INC9{number:02}", resolved_at=NINE, title=f"Past {number}")
    plan_window(engine)
    plan_change(engine)
    plan_release(engine)


def close(maker: SnapshotMaker) -> None:
    """Let go of the database of its site."""
    if maker._app is not None:
        with maker._app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Snapshot:
    """One copy of that service for all tests that only look at it."""
    data = tmp_path_factory.mktemp("copied")
    shutil.copyfile(sqlite_template, data / "lamppost.sqlite3")
    settings = load_settings(
        {"LAMPPOST_DATA": str(data), "LAMPPOST_BASE_URL": "http://lamppost.test"}
    )
    engine = make_engine(settings.storage_url())
    fill(engine, past=30)
    engine.dispose()
    maker = SnapshotMaker(settings, FixedClock(NINE))
    copied = maker.make(data / "copy")
    close(maker)
    return copied


@pytest.fixture
def service(sqlite_engine: Engine) -> Engine:
    """That service, to be changed."""
    fill(sqlite_engine, past=1)
    return sqlite_engine


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a copy goes."""
    return tmp_path / "copy"
