"""The site over a fresh database, and the client that checks every page."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine, event

from checking import CheckingClient
from lamppost.clock import FixedClock
from lamppost.settings import Settings
from lamppost.web.app import create_app
from lamppost.web.context import db


@pytest.fixture
def app(settings: Settings, clock: FixedClock, sqlite_engine: Engine) -> Iterator[Flask]:
    """The site over a fresh database in the test's folder."""
    assert settings.storage_url() == str(sqlite_engine.url)
    made = create_app(settings, clock)
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> CheckingClient:
    """The checking client."""
    return CheckingClient(app.test_client())


@pytest.fixture
def look_again(app: Flask) -> Callable[[], None]:
    """Make the cache look at the generations at the next request."""
    cache = app.extensions["page_cache"]

    def look() -> None:
        cache._checked_at = float("-inf")

    return look


@pytest.fixture
def count_queries(app: Flask) -> Callable[[Callable[[], object]], int]:
    """How many queries something asks, those of the page cache left out."""
    with app.app_context():
        engine = db.engine

    def count(ask: Callable[[], object]) -> int:
        asked: list[str] = []

        def listen(_c: object, _k: object, words: str, *_rest: object) -> None:
            # Once a second somebody looks at the generation of the public pages.
            if words.startswith("SELECT") and "generation" not in words:
                asked.append(words)

        event.listen(engine, "before_cursor_execute", listen)
        ask()
        event.remove(engine, "before_cursor_execute", listen)
        return len(asked)

    return count
