"""One row of the HSSI log: what each column must hold, and the sentence when it does not.

Times are ISO 8601. One without a zone is read as London time: an hour that happens twice is the
first of the two, an hour that never happens is refused.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from probes.reading import HssiRow

COLUMNS = (
    "ref",
    "title",
    "severity",
    "impact",
    "urgency",
    "components",
    "raised_at",
    "updated_at",
    "resolved_at",
    "state",
    "summary",
)
STATES = ("investigating", "identified", "monitoring", "resolved")
# What other logs call the same.
SYNONYMS: Mapping[str, str] = {"open": "investigating", "closed": "resolved"}
LONDON = ZoneInfo("Europe/London")
LONGEST: Mapping[str, int] = {"ref": 64, "title": 300, "summary": 20_000}
LONGEST_OTHER = 1_000

_SEPARATORS = re.compile(r"[;,|]")
# Half a pair stands for a byte that was not UTF-8; PostgreSQL stores no NUL.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class BadRowError(Exception):
    """A row cannot be taken in; the message says which column and why."""


def read_row(cells: Mapping[str, str], line: int) -> HssiRow:
    """A row from its cells, all columns there.

    Raises:
        BadRowError: a cell is wrong, or two contradict each other.
    """
    for column in COLUMNS:
        _check_text(column, cells[column])
    raised_at = _moment("raised_at", _filled(cells, "raised_at"))
    updated_at = _moment("updated_at", cells["updated_at"]) if cells["updated_at"] else raised_at
    resolved_at = _moment("resolved_at", cells["resolved_at"]) if cells["resolved_at"] else None
    row = HssiRow(
        ref=_filled(cells, "ref"),
        title=_filled(cells, "title"),
        severity=_severity(cells["severity"]),
        impact=cells["impact"],
        urgency=cells["urgency"],
        components=split_components(cells["components"]),
        raised_at=raised_at,
        updated_at=updated_at,
        resolved_at=resolved_at,
        state=_state(cells["state"]),
        summary=cells["summary"],
        line=line,
    )
    _check_order(row)
    return row


def split_components(cell: str) -> tuple[str, ...]:
    """The names in a cell, parted by semicolon, comma or bar; each once, in order."""
    names = (name.strip() for name in _SEPARATORS.split(cell))
    return tuple(dict.fromkeys(name for name in names if name))


def storable(text: str, longest: int = 2_000) -> str:
    """A text as a database takes it: what cannot be stored is replaced, the end cut off."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text[:longest])


def _check_text(column: str, cell: str) -> None:
    bad = _UNSTORABLE.search(cell)
    if bad is not None and bad[0] == "\x00":
        raise BadRowError(f"{column} holds a NUL character; take it out.")
    if bad is not None:
        raise BadRowError(f"{column} is not UTF-8 text; save the log as UTF-8.")
    longest = LONGEST.get(column, LONGEST_OTHER)
    if len(cell) > longest:
        raise BadRowError(f"{column} has {len(cell):,} characters; {longest:,} are allowed.")


def _filled(cells: Mapping[str, str], column: str) -> str:
    if not cells[column]:
        raise BadRowError(f"{column} is empty.")
    return cells[column]


def _severity(cell: str) -> int:
    if re.fullmatch("[1-5]", cell) is None:
        raise BadRowError(f"severity {cell!r} is not a whole number from 1 to 5.")
    return int(cell)


def _state(cell: str) -> str:
    state = SYNONYMS.get(cell.lower(), cell.lower())
    if state not in STATES:
        raise BadRowError(f"state {cell!r} is none of {', '.join(STATES)}.")
    return state


def _moment(column: str, cell: str) -> datetime:
    try:
        read = datetime.fromisoformat(cell)
        has_time = ":" in cell or "T" in cell.upper()
        moment = (read if read.tzinfo else read.replace(tzinfo=LONDON)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadRowError(
            f"{column} {cell!r} is not a date and time like 2018-04-09T08:00:00Z."
        ) from None
    if not has_time:
        raise BadRowError(f"{column} {cell!r} has no time of day.")
    if read.tzinfo is None and moment.astimezone(LONDON).replace(tzinfo=None) != read:
        raise BadRowError(f"{column} {cell!r} never happened: London clocks went forward over it.")
    return moment


def _check_order(row: HssiRow) -> None:
    if row.updated_at < row.raised_at:
        raise BadRowError("updated_at lies before raised_at.")
    if row.resolved_at is not None and row.resolved_at < row.raised_at:
        raise BadRowError("resolved_at lies before raised_at.")
    if row.state == "resolved" and row.resolved_at is None:
        raise BadRowError("state is resolved and resolved_at is empty.")
    if row.state != "resolved" and row.resolved_at is not None:
        raise BadRowError(f"resolved_at is given and state is {row.state}.")
