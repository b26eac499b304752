"""Which files may be shown: in production those whose content somebody answers for. Pure."""

import hashlib
from dataclasses import dataclass

from lamppost.bulletins.front_matter import Status

# What readers are shown, now or at its moment. A draft shows nothing, so nobody reviews it.
REVIEWED = frozenset({Status.SCHEDULED, Status.PUBLISHED, Status.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Review:
    """Whether contents are reviewed, and those approved as (file, SHA-256)."""

    is_on: bool = False
    approved: frozenset[tuple[str, str]] = frozenset()

    def waits(self, file: str, sha256: str, status: Status) -> bool:
        """Whether a file stays back until somebody approves it."""
        return self.is_on and status in REVIEWED and (file, sha256) not in self.approved


NO_REVIEW = Review()


def digest_content(content: bytes) -> str:
    """The SHA-256 of a file's content, in hex."""
    return hashlib.sha256(content).hexdigest()
