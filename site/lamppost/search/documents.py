"""What rooms hand in to be found, and what comes out."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a document is; readers narrow their search by it."""

    BULLETIN = "bulletin"
    INCIDENT = "incident"
    KNOWN_ISSUE = "known-issue"
    WINDOW = "window"
    CHANGE = "change"
    RELEASE = "release"


KIND_WORDS = {
    Kind.BULLETIN: "Bulletins",
    Kind.INCIDENT: "Incidents",
    Kind.KNOWN_ISSUE: "Known issues",
    Kind.WINDOW: "BCDR tests",
    Kind.CHANGE: "Planned changes",
    Kind.RELEASE: "Releases",
}


@dataclass(frozen=True, slots=True)
class Document:
    """One thing to be found: `key` is its own in its collection, `address` a path."""

    key: str
    kind: Kind
    address: str
    title: str
    body: str
    dated_at: datetime

    @property
    def digest(self) -> str:
        """Changes with anything a reader could find or see."""
        words = [self.kind, self.address, self.title, self.body, self.dated_at.isoformat()]
        return hashlib.sha256(json.dumps(words).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a snippet; `is_hit` where the words looked for stand."""

    words: str
    is_hit: bool


@dataclass(frozen=True, slots=True)
class Result:
    """One document found, best first, with the part of it that fits best."""

    kind: Kind
    address: str
    title: str
    dated_at: datetime
    snippet: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The best results; `is_cut` when there are more than were asked for."""

    results: tuple[Result, ...]
    is_cut: bool
