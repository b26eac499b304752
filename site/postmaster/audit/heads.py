"""The file of heads: a line for each day that is over, appended once, for keeping elsewhere.

Whoever could change the database and sign anew cannot change a copy on another machine; `verify`
holds the two against each other.
"""

import json
import os
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.audit.chain import Head
from postmaster.audit.sealing import HEAD
from postmaster.audit.tables import AuditDay
from postmaster.days import london_day

# A sealing begun just before midnight may be committed just after.
SETTLED_AFTER = timedelta(minutes=5)


class HeadsFileError(Exception):
    """The file of heads cannot be read; the message names the line."""


def list_heads_over(session: Session, *, now: datetime, after: date | None) -> Sequence[str]:
    """The lines of the days that are over in London, those after a day."""
    rows = select(*HEAD, AuditDay.signature, AuditDay.public_key, AuditDay.signed_at).where(
        AuditDay.day < london_day(now - SETTLED_AFTER)
    )
    if after is not None:
        rows = rows.where(AuditDay.day > after)
    return [
        json.dumps(dict(row._mapping), default=_plain)  # noqa: SLF001 - a row's own name for it
        for row in session.execute(rows.order_by(AuditDay.day))
    ]


def read_heads(path: Path) -> list[Head]:
    """Every head in the file, in order; none when there is no file yet.

    Raises:
        HeadsFileError: a line is not a head.
    """
    if not path.exists():
        return []
    heads = []
    for number, line in enumerate(_whole_lines(path), 1):
        try:
            given = json.loads(line)
            day = date.fromisoformat(given["day"])
            numbers = int(given["first_sequence"]), int(given["last_sequence"])
            heads.append(Head(day, *numbers, str(given["previous"]), str(given["head"])))
        except (ValueError, KeyError, TypeError) as error:
            raise HeadsFileError(f"{path}, line {number}: not a head ({error})") from None
    return heads


def append_heads(path: Path, lines: Sequence[str]) -> None:
    """Append lines and wait until they are on the disk; an unfinished last line goes first."""
    if not lines:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        file.truncate(file.read().rfind(b"\n") + 1)
        file.seek(0, os.SEEK_END)
        file.write("".join(f"{line}\n" for line in lines).encode())
        file.flush()
        os.fsync(file.fileno())


def _whole_lines(path: Path) -> list[str]:
    # A line without its end was being written when the machine stopped; it is written again.
    text = path.read_text(encoding="utf-8", errors="replace")
    return text[: text.rfind("\n") + 1].splitlines()


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
