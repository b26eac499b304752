"""Take the HSSI log in: all of it or nothing, the same rows twice change nothing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from lamppost.generation.actions import Area, bump_generation
from lamppost.status.hssis import rules
from lamppost.status.hssis.effects import (
    Effect,
    move_edges,
    write_effects,
    write_new_blackouts,
    write_whole_intervals,
)
from lamppost.status.hssis.quarantine import replace_quarantine, sift_rows
from lamppost.status.hssis.tables import (
    HssiChange,
    HssiComponent,
    HssiRecord,
)
from probes.reading import HssiRow, QuarantinedRow

T = TypeVar("T")
_Values: TypeAlias = dict[str, Any]
IMPORTER = "system:hssi-import"
# What an imported row has of what only one raised here uses.
_NEW = {"origin": "log", "kind": "fault", "version": 1, "reopened": 0, "overlay": "", "review": ""}
# How many values one IN may carry: well under SQLite's limit of variables.
_CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, in rows."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0


def import_hssi_rows(
    session: Session,
    *,
    rows: Iterable[HssiRow],
    source: str,
    now: datetime,
    quarantined: Iterable[QuarantinedRow] = (),
    by: str = IMPORTER,
) -> Imported:
    """Bring the log up to the rows of a source and replace what of it stands in quarantine.

    `quarantined` are the rows the parser refused; rows naming a component that is not on the page
    join them. What a source no longer mentions stays: the log is history.
    """
    good, refused = sift_rows(session, rows, source)
    refused = [*quarantined, *refused]
    newest = rules.newest_of_each(tuple(good))
    values = {row.ref: _values(row, source, now) for row in newest}
    known = _load_known(session, list(values))
    new = [row for row in newest if row.ref not in known]
    changed = [
        row
        for row in newest
        if row.ref in known and known[row.ref].content_hash != values[row.ref]["content_hash"]
    ]
    _insert_new(session, new, values, now)
    _apply_changes(session, changed, values, known)
    _write_effects(session, new, changed, known, by=by, now=now)
    moved = replace_quarantine(session, refused, source, now)
    if new or changed or moved:
        bump_generation(session, Area.STATUS)
    return Imported(len(new), len(changed), len(newest) - len(new) - len(changed), len(refused))


def _load_known(session: Session, refs: Sequence[str]) -> dict[str, rules.Known]:
    known: dict[str, rules.Known] = {}
    for some in _chunks(refs):
        rows = session.execute(
            select(
                HssiRecord.ref,
                HssiRecord.content_hash,
                HssiRecord.title,
                HssiRecord.severity,
                HssiRecord.state,
                HssiRecord.summary,
                HssiRecord.resolved_at,
                HssiRecord.updates,
                HssiRecord.reopened,
                HssiRecord.raised_at,
            )
            .where(HssiRecord.ref.in_(some))
            .with_for_update()
        )
        named = defaultdict(set)
        pairs = session.execute(
            select(HssiComponent.ref, HssiComponent.component).where(HssiComponent.ref.in_(some))
        )
        for ref, slug in pairs:
            named[ref].add(slug)
        for row in rows:
            stored = rules.Known(*row[1:])
            known[row.ref] = replace(stored, components=frozenset(named[row.ref]))
    return known


def _insert_new(
    session: Session, rows: list[HssiRow], values: dict[str, _Values], now: datetime
) -> None:
    if not rows:
        return
    session.execute(
        insert(HssiRecord),
        [
            {**values[row.ref], "ref": row.ref, "updates": 1, "published_at": now, **_NEW}
            for row in rows
        ],
    )
    _insert_components(session, rows)
    session.execute(insert(HssiChange), [_update(row, 1, rules.raised_words(row)) for row in rows])


def _apply_changes(
    session: Session,
    rows: list[HssiRow],
    values: dict[str, _Values],
    known: dict[str, rules.Known],
) -> None:
    if not rows:
        return
    numbers = {row.ref: known[row.ref].updates + 1 for row in rows}
    names = [*values[rows[0].ref], "updates", "reopened"]
    session.connection().execute(
        update(HssiRecord)
        .where(HssiRecord.ref == bindparam("the_ref"))
        .values({name: bindparam(name) for name in names} | {"version": HssiRecord.version + 1}),
        [
            {
                **values[row.ref],
                "updates": numbers[row.ref],
                "reopened": _reopened(row, known[row.ref]),
                "the_ref": row.ref,
            }
            for row in rows
        ],
    )
    for some in _chunks([row.ref for row in rows]):
        session.execute(delete(HssiComponent).where(HssiComponent.ref.in_(some)))
    _insert_components(session, rows)
    session.execute(
        insert(HssiChange),
        [_update(row, numbers[row.ref], rules.changed_words(known[row.ref], row)) for row in rows],
    )


def _insert_components(session: Session, rows: list[HssiRow]) -> None:
    pairs = [
        {"ref": row.ref, "component": slug}
        for row in rows
        for slug in dict.fromkeys(row.components)
    ]
    if pairs:
        session.execute(insert(HssiComponent), pairs)


def _values(row: HssiRow, source: str, now: datetime) -> _Values:
    return {
        "source": source,
        "title": row.title,
        "severity": row.severity,
        "impact": row.impact,
        "urgency": row.urgency,
        "raised_at": row.raised_at,
        "updated_at": row.updated_at,
        "resolved_at": row.resolved_at,
        "state": row.state,
        "summary": row.summary,
        "content_hash": rules.content_hash(row),
        "imported_at": now,
    }


def _update(row: HssiRow, number: int, words: str) -> dict[str, Any]:
    return {
        "ref": row.ref,
        "number": number,
        "at": row.updated_at,
        "severity": row.severity,
        "state": row.state,
        "title": row.title,
        "words": words,
        "summary": row.summary,
        "components": sorted(set(row.components)),
        "next_update_due_at": None,
    }


def _reopened(row: HssiRow, known: rules.Known) -> int:
    return known.reopened + (known.resolved_at is not None and row.resolved_at is None)


def _write_effects(
    session: Session,
    new: list[HssiRow],
    changed: list[HssiRow],
    known: dict[str, rules.Known],
    *,
    by: str,
    now: datetime,
) -> None:
    """Intervals and blackouts of what the rows say; a change holds from when the log made it."""
    if new:
        effects = [_effect(row, 0) for row in new]
        write_whole_intervals(session, effects)
        write_new_blackouts(session, effects, by=by, now=now)
    for row in changed:
        if not rules.has_effect(known[row.ref], row):
            continue
        move_edges(session, row.ref, known[row.ref], row)
        effect = _effect(row, _reopened(row, known[row.ref]))
        write_effects(session, effect, since=row.updated_at, by=by, now=now)


def _effect(row: HssiRow, reopened: int) -> Effect:
    return Effect(row.ref, row.severity, row.components, row.raised_at, row.resolved_at, reopened)


def _chunks(items: Sequence[T]) -> Iterator[list[T]]:
    walker = iter(items)
    while some := list(islice(walker, _CHUNK)):
        yield some
