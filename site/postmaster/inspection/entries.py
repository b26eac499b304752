"""An entry as its readers get it, and what a list of them may be narrowed by."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

Value: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a list is narrowed by; None leaves it wide.

    `since` is included, `until` is not; a view makes them of London days.
    """

    actor: str | None = None
    organisation: str | None = None
    kind: str | None = None
    key: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed: before and after."""

    name: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry with its changes and the personal data beside it, as far as they are not erased.

    `sequence` is None until the entry is sealed.
    """

    entry_id: int
    recorded_at: datetime
    actor: str
    action: str
    kind: str
    key: str
    organisation: str | None
    changes: tuple[Change, ...]
    personal: tuple[tuple[str, Value], ...]
    is_erased: bool
    sequence: int | None
    digest: str | None

    @property
    def cursor(self) -> int:
        """The entry's place in the order, newest first."""
        return self.entry_id
