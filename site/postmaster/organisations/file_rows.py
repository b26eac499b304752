"""One line of a file of organisations, read and checked by itself."""

from collections.abc import Sequence
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
    fold_short_code,
)

COLUMNS = (
    "ods_code", "name", "short_code", "kind", "parent", "container", "status", "opened_on",
    "closed_on", "successors",
)  # fmt: skip


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

    @classmethod
    def of_stored(cls, cells: Any, successors: Sequence[str]) -> "FileRow":
        """The row of what is stored."""
        code, name, short, kind, parent, container, status, opened, closed = cells
        return cls(
            0, code, name, short, Kind(kind), parent, container, Status(status), opened, closed,
            tuple(sorted(successors)),
        )  # fmt: skip

    def is_same(self, other: "FileRow") -> bool:
        """Whether both say the same, wherever they stand."""
        return replace(self, line=0) == replace(other, line=0)

    def as_text(self) -> dict[str, str | None]:
        """Each column in words, for the audit."""
        values = {name: getattr(self, name) for name in COLUMNS[1:-1]}
        texts = {name: None if value is None else str(value) for name, value in values.items()}
        return texts | {"successors": " ".join(self.successors) or None}


def read_row(cells: Sequence[str], line: int) -> tuple[FileRow | None, list[Finding]]:
    """The row of a line, or everything that is wrong with it."""
    if len(cells) != len(COLUMNS):
        words = f"There are {len(cells)} cells; {len(COLUMNS)} are needed. Quote commas in names."
        return None, [Finding(line, words)]
    given = dict(zip(COLUMNS, (cell.strip() for cell in cells), strict=True))
    code, short = fold_code(given["ods_code"]), fold_short_code(given["short_code"])
    faults = [find_code_fault(code), find_name_fault(given["name"]), find_short_code_fault(short)]
    if given["kind"] not in set(Kind):
        faults.append(f"The kind {given['kind']!r} is not one of {', '.join(Kind)}.")
    if given["status"] not in set(Status):
        faults.append(f"The status {given['status']!r} is not one of {', '.join(Status)}.")
    days = {name: _read_day(given[name]) for name in ("opened_on", "closed_on")}
    faults += [
        f"The {name} {given[name]!r} is no date; write it as 2018-04-09."
        for name, day in days.items()
        if given[name] and day is None
    ]
    if found := [Finding(line, fault) for fault in faults if fault]:
        return None, found
    successors = {fold_code(one) for one in given["successors"].replace(";", " ").split()}
    row = FileRow(
        line,
        code,
        given["name"],
        short,
        Kind(given["kind"]),
        fold_code(given["parent"]) or None,
        fold_code(given["container"]) or None,
        Status(given["status"]),
        days["opened_on"],
        days["closed_on"],
        tuple(sorted(successors)),
    )
    return row, []


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
