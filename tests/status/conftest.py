"""A database that knows seven components, and a way to store what their probes gave."""

import pytest
from sqlalchemy import Engine

from status_rows import Store, define, some, storing


@pytest.fixture
def store(engine: Engine) -> Store:
    """Store readings and records of a probe, each call in a transaction of its own."""
    define(engine, some(7))
    return storing(engine)
