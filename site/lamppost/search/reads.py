"""The best documents for some words."""

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    TextClause,
    bindparam,
    column,
    func,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.orm import Session

from lamppost.clock import LONDON
from lamppost.search.documents import Found, Kind, Piece, Result
from lamppost.search.query import Query
from lamppost.search.tables import SearchCollection, SearchDocument

MOST_RESULTS = 50
# Control characters that no document holds: they mark a hit, and escaping leaves them alone.
OPEN, CLOSE = "\x02", "\x03"
_MARKED = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")
# A title counts as ten of the text's words.
_RANK = "bm25(search_text, 10.0, 1.0)"
_SNIPPET = f"snippet(search_text, 1, '{OPEN}', '{CLOSE}', ' … ', 32)"
_VECTOR = (
    "(setweight(to_tsvector('english', search_document.title), 'A')"
    " || setweight(to_tsvector('english', search_document.body), 'B'))"
)
_HEADLINE = (
    f"StartSel={OPEN}, StopSel={CLOSE}, MaxWords=32, MinWords=16, MaxFragments=2,"
    ' FragmentDelimiter=" … "'
)


def find(session: Session, query: Query, *, most: int = MOST_RESULTS) -> Found:
    """The best documents that hold every word, at most `most`, best first, newer before older."""
    if not query.words:
        return Found((), is_cut=False)
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    statement = _in_postgresql(query) if is_postgresql else _in_sqlite(query)
    rows = session.execute(statement.limit(most + 1)).all()
    return Found(tuple(map(_result, rows[:most])), is_cut=len(rows) > most)


def list_years(session: Session) -> tuple[int, ...]:
    """The years documents are of, newest first."""
    first, last = session.execute(
        select(func.min(SearchDocument.dated_at), func.max(SearchDocument.dated_at))
    ).one()
    if first is None:
        return ()
    return tuple(range(last.astimezone(LONDON).year, first.astimezone(LONDON).year - 1, -1))


def get_fingerprint(session: Session, collection: str) -> str | None:
    """How the collection stood when it was last taken in; None before the first time."""
    found = session.get(SearchCollection, collection)
    return None if found is None else found.fingerprint


def _narrow(query: Query) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if query.kind is not None:
        wanted.append(SearchDocument.kind == query.kind)
    if query.year is not None:
        first = datetime(query.year, 1, 1, tzinfo=LONDON).astimezone(UTC)
        after = datetime(query.year + 1, 1, 1, tzinfo=LONDON).astimezone(UTC)
        wanted += [SearchDocument.dated_at >= first, SearchDocument.dated_at < after]
    return wanted


def _in_sqlite(query: Query) -> Any:
    index = table("search_text", column("rowid"))
    match: TextClause = text("search_text MATCH :words")
    return (
        select(*_COLUMNS, literal_column(_SNIPPET).label("snippet"))
        .select_from(index)
        .join(SearchDocument, SearchDocument.document_id == index.c.rowid)
        .where(match.bindparams(words=query.for_sqlite), *_narrow(query))
        .order_by(literal_column(_RANK), SearchDocument.dated_at.desc(), SearchDocument.document_id)
    )


def _in_postgresql(query: Query) -> Any:
    asked = func.to_tsquery("english", bindparam("words", query.for_postgresql))
    vector: ColumnElement[Any] = literal_column(_VECTOR)
    return (
        select(
            *_COLUMNS,
            func.ts_headline("english", SearchDocument.body, asked, _HEADLINE).label("snippet"),
        )
        .where(vector.op("@@")(asked), *_narrow(query))
        .order_by(
            func.ts_rank_cd(vector, asked).desc(),
            SearchDocument.dated_at.desc(),
            SearchDocument.document_id,
        )
    )


_COLUMNS = (
    SearchDocument.kind,
    SearchDocument.address,
    SearchDocument.title,
    SearchDocument.dated_at,
)


def _result(row: Any) -> Result:
    return Result(Kind(row.kind), row.address, row.title, row.dated_at, tuple(_cut(row.snippet)))


def _cut(snippet: str) -> list[Piece]:
    """A marked snippet in pieces: every second part of the split is a hit."""
    parts = _MARKED.split(snippet)
    return [Piece(words, bool(place % 2)) for place, words in enumerate(parts) if words]
