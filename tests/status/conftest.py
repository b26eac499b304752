"""A database that knows seven components, and a way to store what their probes gave."""

import pytest
from hypothesis import settings
from sqlalchemy import Engine

from status_rows import Store, define, some, storing

# The machine that runs the suite is shared; how long one example takes says nothing there.
settings.register_profile("status", deadline=None)
settings.load_profile("status")


@pytest.fixture
def store(engine: Engine) -> Store:
    """Store readings and records of a probe, each call in a transaction of its own."""
    define(engine, some(7))
    return storing(engine)
