"""Pages of a long list by key, never by offset: every page costs the same.

A cursor is the key of the row to go on from, signed, so that nobody can make the site compare what
it should not; a wrong one means the first page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import ColumnElement, Row, Select, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from lamppost.keys import derive_key
from lamppost.settings import Settings

T = TypeVar("T")
PAGE_SIZE = 50
Column = InstrumentedAttribute[Any] | ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class KeysetPage(Generic[T]):
    """Rows of one page, and the cursors of its neighbours."""

    rows: Sequence[T]
    next_cursor: str | None = None
    previous_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: after a key, or before it when going back."""

    key: tuple[Any, ...]
    goes_back: bool


class Cursors:
    """Writes and reads cursors, signed with a key of the deployment's own."""

    def __init__(self, settings: Settings) -> None:
        self._serializer = URLSafeSerializer(derive_key(settings, "cursors"), salt="keyset")

    def write(self, place: Place) -> str:
        """The cursor of a place."""
        key = [_out(part) for part in place.key]
        return self._serializer.dumps([place.goes_back, key])

    def read(self, cursor: str | None) -> Place | None:
        """The place of a cursor, or None for the first page or a cursor that is not ours."""
        if not cursor:
            return None
        try:
            goes_back, key = self._serializer.loads(cursor)
            return Place(tuple(_in(part) for part in key), bool(goes_back))
        except (BadData, TypeError, ValueError):
            return None


def page_by_key(
    session: Session,
    statement: Select[*tuple[Any, ...]],
    columns: Sequence[Column],
    place: Place | None,
    *,
    cursors: Cursors,
    descending: bool = False,
    size: int = PAGE_SIZE,
) -> KeysetPage[Row[*tuple[Any, ...]]]:
    """One page of a statement's rows in the order of its key.

    Args:
        session: where to read.
        statement: selects the key columns first, in their order, then the others; not ordered.
        columns: the key: unique together, indexed in this order.
        place: from `Cursors.read`.
        cursors: writes the neighbours' cursors.
        descending: whether the list's natural order is from the largest key down.
        size: rows a page.
    """
    branches = [(statement, columns)]
    return page_of_branches(
        session, branches, place, cursors=cursors, descending=descending, size=size
    )


def page_of_branches(
    session: Session,
    branches: Sequence[tuple[Select[*tuple[Any, ...]], Sequence[Column]]],
    place: Place | None,
    *,
    cursors: Cursors,
    descending: bool = False,
    size: int = PAGE_SIZE,
) -> KeysetPage[Row[*tuple[Any, ...]]]:
    """One page of several statements merged by their keys, each read by an index of its own.

    Keys of one place in all branches must be of one type and sort by code point.
    """
    goes_back = place is not None and place.goes_back
    down, length = descending != goes_back, len(branches[0][1])
    found: list[Row[*tuple[Any, ...]]] = []
    for statement, columns in branches:
        further = _after(statement, columns, place, down=down)
        ordered = further.order_by(*(one.desc() if down else one.asc() for one in columns))
        found += session.execute(ordered.limit(size + 1))
    if len(branches) > 1:
        found.sort(key=lambda row: tuple(row[:length]), reverse=down)
    rows = found[:size][::-1] if goes_back else found[:size]
    keys = [tuple(row[:length]) for row in rows]
    return turn_page(rows, keys, place, cursors=cursors, is_more=len(found) > size)


def _after(
    statement: Select[*tuple[Any, ...]],
    columns: Sequence[Column],
    place: Place | None,
    *,
    down: bool,
) -> Select[*tuple[Any, ...]]:
    if place is None or len(place.key) != len(columns):
        return statement
    parts = zip(place.key, columns, strict=True)
    key, at = tuple_(*columns), tuple_(*(literal(part, column.type) for part, column in parts))
    return statement.where(key < at if down else key > at)


def turn_page(
    rows: Sequence[T],
    keys: Sequence[tuple[Any, ...]],
    place: Place | None,
    *,
    cursors: Cursors,
    is_more: bool,
) -> KeysetPage[T]:
    """A page from its rows and their keys; `is_more`: whether there are rows further on its way."""
    if not rows:
        return KeysetPage(rows)
    goes_back = place is not None and place.goes_back
    has_next = goes_back or is_more
    has_previous = is_more if goes_back else place is not None
    return KeysetPage(
        rows,
        cursors.write(Place(keys[-1], goes_back=False)) if has_next else None,
        cursors.write(Place(keys[0], goes_back=True)) if has_previous else None,
    )


def _out(part: object) -> object:
    if isinstance(part, datetime):
        return {"m": part.isoformat()}
    return {"d": part.isoformat()} if isinstance(part, date) else part


def _in(part: object) -> object:
    if isinstance(part, dict):
        moment = part.get("m")
        return datetime.fromisoformat(moment) if moment else date.fromisoformat(part["d"])
    return part
