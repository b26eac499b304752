"""What an imported row means: whether it is new, what changed, in words. Pure.

Severity is the 2017 guideline's scale of 1 to 5; a High Severity Service Incident is 1 or 2. One
that is downgraded after review stays in the log, with the change as an entry of its history.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Protocol

from lamppost.wording import say_moment
from probes.reading import HssiRow

_SEVERITIES: Mapping[int, str] = {1: "critical", 2: "high", 3: "medium", 4: "low", 5: "very low"}
HIGHEST, LOWEST = min(_SEVERITIES), max(_SEVERITIES)


@dataclass(frozen=True, slots=True)
class Known:
    """An HSSI as it is stored, as far as a change of it can be told."""

    content_hash: str
    title: str
    severity: int
    state: str
    summary: str
    resolved_at: datetime | None
    updates: int
    reopened: int = 0
    raised_at: datetime | None = None
    components: frozenset[str] = frozenset()


class Said(Protocol):
    """What an HSSI says now, from its log or from its operators."""

    @property
    def title(self) -> str: ...  # noqa: D102 - the words are those of the log
    @property
    def severity(self) -> int: ...  # noqa: D102 - the class says it
    @property
    def state(self) -> str: ...  # noqa: D102 - the class says it
    @property
    def summary(self) -> str: ...  # noqa: D102 - the class says it
    @property
    def raised_at(self) -> datetime: ...  # noqa: D102 - the class says it
    @property
    def resolved_at(self) -> datetime | None: ...  # noqa: D102 - the class says it


def severity_words(severity: int) -> str:
    """`Severity 1, critical`."""
    return f"Severity {severity}, {_SEVERITIES.get(severity, 'not on the scale')}"


def content_hash(row: HssiRow) -> str:
    """A hash of all the row says; the line it stands on is not part of it."""
    said = [
        row.title,
        row.severity,
        row.impact,
        row.urgency,
        sorted(row.components),
        row.raised_at.isoformat(),
        row.updated_at.isoformat(),
        row.resolved_at.isoformat() if row.resolved_at else None,
        row.state,
        row.summary,
    ]
    return blake2b(json.dumps(said).encode(), digest_size=16).hexdigest()


def fault(
    row: HssiRow, components: frozenset[str], ours: frozenset[str] = frozenset()
) -> str | None:
    """Why a well-formed row still cannot be taken in, or None; `ours` were raised here."""
    if row.ref in ours:
        return f"{row.ref} was raised here and is not the log's to change"
    strangers = sorted(set(row.components) - components)
    if strangers:
        return f"component {', '.join(strangers)} is not on the status page"
    if not HIGHEST <= row.severity <= LOWEST:
        return f"severity {row.severity} is not between {HIGHEST} and {LOWEST}"
    if row.resolved_at is not None and row.resolved_at < row.raised_at:
        return "it was resolved before it was raised"
    return None


def has_effect(known: Known, row: HssiRow) -> bool:
    """Whether what a changed row says moves anything but words: parts, severity, its end."""
    before = (known.severity, known.raised_at, known.resolved_at, known.components)
    return before != (row.severity, row.raised_at, row.resolved_at, frozenset(row.components))


def newest_of_each(rows: tuple[HssiRow, ...]) -> list[HssiRow]:
    """One row per reference: the one updated last, the later line where that is the same."""
    newest: dict[str, HssiRow] = {}
    for row in rows:
        known = newest.get(row.ref)
        if known is None or row.updated_at >= known.updated_at:
            newest[row.ref] = row
    return list(newest.values())


def raised_words(row: Said) -> str:
    """What the first entry of a history says."""
    words = f"Raised on {say_moment(row.raised_at)}: {severity_words(row.severity).lower()}."
    return f"{words} {_resolved(row.resolved_at)}" if row.resolved_at else words


def changed_words(known: Known, row: Said) -> str:
    """What changed, or that the details did when no reader would see which."""
    said = []
    if row.resolved_at != known.resolved_at:
        said.append(_resolved(row.resolved_at) if row.resolved_at else "Opened again.")
    if row.severity != known.severity:
        said.append(f"Severity changed from {known.severity} to {row.severity}.")
    if row.state != known.state:
        said.append(f"State changed from {known.state} to {row.state}.")
    if row.title != known.title:
        said.append(f"Title changed to “{row.title}”.")
    if row.summary != known.summary:
        said.append("Summary updated.")
    return " ".join(said) or "Details updated."


def _resolved(moment: datetime) -> str:
    return f"Resolved on {say_moment(moment)}."
