"""The audit as a CSV file, line after line, and the names of those an entry speaks of."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy.orm import Session

from lamppost.people.naming import name_references
from postmaster.access.actors import Actor
from postmaster.inspection.entries import EntryRow, Narrowing
from postmaster.inspection.reads import list_entries
from postmaster.inspection.visible import make_cell, say_change, say_personal

MOST_EXPORTED = 50_000
_CHUNK = 1000
_HEADS = (
    "entry", "sequence", "recorded_at", "actor", "actor_name", "action", "kind", "key",
    "organisation", "changes", "personal",
)  # fmt: skip


def name_entries(session: Session, entries: Sequence[EntryRow]) -> Mapping[str, str]:
    """Names by reference, of those who acted and those acted on."""
    actors = {entry.actor for entry in entries}
    return name_references(session, actors | {f"{entry.kind}:{entry.key}" for entry in entries})


def write_csv(
    session: Session, *, reader: Actor, narrowing: Narrowing, most: int = MOST_EXPORTED
) -> Iterator[str]:
    """Line after line, newest first; when there are more than may go, the last line says so."""
    yield _line(_HEADS)
    after, left = None, most
    while left:
        size = min(_CHUNK, left)
        found = list_entries(
            session, reader=reader, narrowing=narrowing, after=after, limit=size + 1
        )
        rows = found[:size]
        names = name_entries(session, rows)
        yield "".join(_line(_cells(entry, names)) for entry in rows)
        if len(found) <= size:
            return
        left -= size
        after = rows[-1].cursor
    yield _line([f"Only the newest {most:,} entries are here: narrow the list for others"])


def _cells(entry: EntryRow, names: Mapping[str, str]) -> list[str]:
    return [
        str(entry.entry_id),
        "" if entry.sequence is None else str(entry.sequence),
        entry.recorded_at.isoformat(),
        make_cell(entry.actor),
        make_cell(names.get(entry.actor)),
        make_cell(entry.action),
        make_cell(entry.kind),
        make_cell(entry.key),
        make_cell(entry.organisation),
        make_cell("; ".join(say_change(change) for change in entry.changes)),
        make_cell(say_personal(entry)),
    ]


def _line(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
