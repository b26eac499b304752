"""Previews of the whole estate, kept for a few minutes: making one reads every account."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from flask import Flask, current_app

KEPT = timedelta(minutes=5)
_KEY = "previews"


class Previews:
    """What was made, by what it was made from; each is made once, however many ask meanwhile."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[Any, tuple[datetime, Any]] = {}

    def get(self, key: Any, make: Callable[[], Any], *, now: datetime) -> Any:
        """The one of a key, made anew when it is too old."""
        with self._lock:
            found = self._kept.get(key)
            if found is None or not timedelta() <= now - found[0] < KEPT:
                found = self._kept[key] = (now, make())
            return found[1]


def init_app(app: Flask) -> None:
    """Give the application a place for them."""
    app.extensions[_KEY] = Previews()


def previews() -> Previews:
    """Those of the application of this request."""
    found: Previews = current_app.extensions[_KEY]
    return found
