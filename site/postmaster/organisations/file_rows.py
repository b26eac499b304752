"""One line of a file of organisations, read and checked by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from postmaster.organisations.rules import (
    Kind,
    Status,
    find_code_fault,
    find_name_fault,
    find_short_code_fault,
    fold_code,
    fold_codes,
    fold_short_code,
)

COLUMNS = (
    "ods_code", "name", "short_code", "kind", "parent", "container", "status", "opened_on",
    "closed_on", "successors",
)  # fmt: skip
# A file may leave these out: then what is stored of them stays.
OPTIONAL = ("ods_closed_on", "elsewhere")


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong on a line, and what to do."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class FileRow:
    """An organisation as a file states it; line 0 for one that is stored."""

    line: int
    ods_code: str
    name: str
    short_code: str | None
    kind: Kind
    parent: str | None
    container: str | None
    status: Status
    opened_on: date | None
    closed_on: date | None
    successors: tuple[str, ...]
    ods_closed_on: date | None = None
    elsewhere: tuple[str, ...] = ()

    @classmethod
    def of_stored(
        cls, cells: Any, successors: Sequence[str], elsewhere: Sequence[str]
    ) -> "FileRow":
        """The row of what is stored."""
        code, name, short, kind, parent, container, status, opened, closed, ods_closed = cells
        return cls(
            0, code, name, short, Kind(kind), parent, container, Status(status), opened, closed,
            tuple(sorted(successors)), ods_closed, tuple(sorted(elsewhere)),
        )  # fmt: skip

    def with_optional_of(self, stored: "FileRow | None") -> "FileRow":
        """The row of a file without the optional columns: what is stored of them stays.

        What closes here is no longer closed in ODS alone.
        """
        if stored is None:
            return self
        lag = None if self.status is Status.CLOSED else stored.ods_closed_on
        return replace(self, ods_closed_on=lag, elsewhere=stored.elsewhere)

    def is_same(self, other: "FileRow") -> bool:
        """Whether both say the same, wherever they stand."""
        return replace(self, line=0) == replace(other, line=0)

    def as_text(self) -> dict[str, str | None]:
        """Each column in words, for the audit."""
        names = [*COLUMNS[1:-1], "ods_closed_on"]
        values = {name: getattr(self, name) for name in names}
        texts = {name: None if value is None else str(value) for name, value in values.items()}
        return texts | {
            "successors": " ".join(self.successors) or None,
            "elsewhere": " ".join(self.elsewhere) or None,
        }


def read_row(
    cells: Sequence[str], line: int, columns: Sequence[str] = COLUMNS
) -> tuple[FileRow | None, list[Finding]]:
    """The row of a line, or everything that is wrong with it."""
    if len(cells) != len(columns):
        words = f"There are {len(cells)} cells; {len(columns)} are needed. Quote commas in names."
        return None, [Finding(line, words)]
    given = dict.fromkeys(OPTIONAL, "")
    given |= dict(zip(columns, (cell.strip() for cell in cells), strict=True))
    days = {name: _read_day(given[name]) for name in ("opened_on", "closed_on", "ods_closed_on")}
    if found := [Finding(line, fault) for fault in _list_faults(given, days) if fault]:
        return None, found
    row = FileRow(
        line,
        fold_code(given["ods_code"]),
        given["name"],
        fold_short_code(given["short_code"]),
        Kind(given["kind"]),
        fold_code(given["parent"]) or None,
        fold_code(given["container"]) or None,
        Status(given["status"]),
        days["opened_on"],
        days["closed_on"],
        _read_codes(given["successors"]),
        days["ods_closed_on"],
        _read_codes(given["elsewhere"]),
    )
    return row, []


def _list_faults(given: Mapping[str, str], days: Mapping[str, date | None]) -> list[str | None]:
    is_kind = given["kind"] in set(Kind)
    kind = Kind(given["kind"]) if is_kind else Kind.ORGANISATION
    faults = [
        find_code_fault(fold_code(given["ods_code"]), kind),
        find_name_fault(given["name"]),
        find_short_code_fault(fold_short_code(given["short_code"])),
        *(find_code_fault(code) for code in _read_codes(given["elsewhere"])),
    ]
    if not is_kind:
        faults.append(f"The kind {given['kind']!r} is not one of {', '.join(Kind)}.")
    if given["status"] not in set(Status):
        faults.append(f"The status {given['status']!r} is not one of {', '.join(Status)}.")
    faults += [
        f"The {name} {given[name]!r} is no date; write it as 2018-04-09."
        for name, day in days.items()
        if given[name] and day is None
    ]
    return faults


def _read_codes(text: str) -> tuple[str, ...]:
    return tuple(fold_codes(text.replace(";", " ").split()))


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
