"""A ward's people on each kind of database, or on SQLite alone."""

import pytest
from sqlalchemy import Engine

from lamppost.clock import FixedClock
from lamppost.settings import Settings
from ward_stage import Stage, make_stage


@pytest.fixture
def stage(engine: Engine, clock: FixedClock, settings: Settings) -> Stage:
    """A ward on each kind of database."""
    return make_stage(engine, clock, settings)


@pytest.fixture
def sqlite_stage(sqlite_engine: Engine, clock: FixedClock, settings: Settings) -> Stage:
    """A ward on SQLite, for what does not depend on the kind."""
    return make_stage(sqlite_engine, clock, settings)
