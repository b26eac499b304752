"""What tests that write bulletin files share: the moment, and the shape of the writer."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from lamppost.bulletins.actions import LoadReport

NOW = datetime(2018, 4, 9, 8, 0, tzinfo=UTC)
Load = Callable[..., LoadReport]


class WriteBulletin(Protocol):
    """Writes a bulletin's file; keywords replace front matter lines, None takes one away."""

    def __call__(self, name: str = ..., body: str = ..., **keys: str | None) -> Path: ...
