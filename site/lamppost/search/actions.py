"""Take a collection in: only what changed is written."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from lamppost.search.documents import Document
from lamppost.search.reads import CLOSE, OPEN
from lamppost.search.tables import SearchCollection, SearchDocument
from postmaster.upserts import upsert_into

AT_ONCE = 500


def take_in(
    session: Session,
    *,
    collection: str,
    fingerprint: str,
    documents: Iterable[Document],
    now: datetime,
) -> int:
    """Make the collection hold these documents and no others; gives how many rows changed."""
    wanted = {document.key: document for document in documents}
    known = {
        key: (number, digest)
        for key, number, digest in session.execute(
            select(SearchDocument.key, SearchDocument.document_id, SearchDocument.digest).where(
                SearchDocument.collection == collection
            )
        )
    }
    gone = [number for key, (number, _) in known.items() if key not in wanted]
    for start in range(0, len(gone), AT_ONCE):
        some = gone[start : start + AT_ONCE]
        session.execute(delete(SearchDocument).where(SearchDocument.document_id.in_(some)))
    new = [_row(collection, one) for key, one in wanted.items() if key not in known]
    changed = [
        {**_row(collection, one), "document_id": known[key][0]}
        for key, one in wanted.items()
        if key in known and known[key][1] != one.digest
    ]
    if new:
        session.execute(insert(SearchDocument), new)
    if changed:
        session.execute(update(SearchDocument), changed)
    session.execute(
        upsert_into(session, SearchCollection).values(
            name=collection, fingerprint=fingerprint, indexed_at=now
        )
    )
    return len(gone) + len(new) + len(changed)


def _row(collection: str, document: Document) -> dict[str, object]:
    return {
        "collection": collection,
        "key": document.key,
        "kind": document.kind.value,
        "address": document.address,
        "title": _plain(document.title),
        "body": _plain(document.body),
        "dated_at": document.dated_at,
        "digest": document.digest,
    }


def _plain(words: str) -> str:
    """Without the marks of a snippet, which are ours to set."""
    return words.replace(OPEN, "").replace(CLOSE, "").replace("\x00", "")
