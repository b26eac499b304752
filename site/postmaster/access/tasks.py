"""What waits for somebody: every room lists its own, the panels' first page is their sum."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits: words with their count in them, the page to go to, since when."""

    count: int
    words: str
    address: str
    since: datetime | None = None
