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


def write_bulletin(
    folder: Path, stem: str = "2018-04-09", body: str = "Words.\n", **keys: str | None
) -> Path:
    """Write a bulletin that is right but for what the keywords say, into a folder."""
    name = stem.rsplit("/", 1)[-1]
    front: dict[str, str | None] = {
        "id": f"tag:example.org,{name[:10]}:{name}",
        "title": "Local Administrator bulletin",
        "date": name[:10],
        "audience": "la",
        "summary": "One sentence.",
        "topics": "[bcdr]",
        "status": "published",
        "published_at": f'"{name[:10]}T08:00:00Z"',
    }
    front.update(keys)
    lines = [f"{key}: {value}" for key, value in front.items() if value is not None]
    path = folder / f"{stem}.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(["---", *lines, "---", "", body]), encoding="utf-8")
    return path
