"""A database that knows seven components, and a way to store what their probes gave."""

from dataclasses import replace

import pytest
from hypothesis import settings
from sqlalchemy import Engine

from prepared import reach
from status_desk import Desk
from status_rows import Store, define, some, storing

# The machine that runs the suite is shared; how long one example takes says nothing there.
settings.register_profile("status", deadline=None)
settings.load_profile("status")


@pytest.fixture
def store(engine: Engine) -> Store:
    """Store readings and records of a probe, each call in a transaction of its own."""
    define(engine, some(7))
    return storing(engine)


def _desk(engine: Engine) -> Desk:
    reach(engine, _put_desk, key=_put_desk)
    return Desk(engine, is_ready=True)


def _put_desk(engine: Engine) -> None:
    paths = ("incoming", "outgoing", "internal")
    definitions = some(7)
    components = [
        replace(one, mail_path=paths[place] if place < len(paths) else None)
        for place, one in enumerate(definitions.components)
    ]
    define(engine, replace(definitions, components=components))
    Desk(engine)


@pytest.fixture
def desk(sqlite_engine: Engine) -> Desk:
    """Status operators over a database of seven components, the first three on mail paths."""
    return _desk(sqlite_engine)


@pytest.fixture
def each_desk(engine: Engine) -> Desk:
    """The same on both databases, for what is written and locked."""
    return _desk(engine)
