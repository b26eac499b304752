"""What search may find of the status: published HSSIs, known issues, tests, changes, releases."""

import hashlib
from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lamppost.clock import london_midnight
from lamppost.search.documents import Document, Kind
from lamppost.status.hssis.criteria import is_public
from lamppost.status.hssis.tables import HssiChange, HssiRecord
from lamppost.status.plans.tables import (
    ChangeRecord,
    KnownIssueRecord,
    ReleaseRecord,
    WindowRecord,
)

COLLECTION = "status"


def get_fingerprint(session: Session) -> str:
    """Another one whenever something that may be found came, went or changed.

    Readings change many times a minute and nothing here, so the area's generation would not do.
    """
    hssis = select(
        func.count(),
        func.max(HssiRecord.updated_at),
        func.sum(HssiRecord.updates),
        func.sum(HssiRecord.version),
    ).where(is_public())
    stands: list[object] = list(session.execute(hssis).one())
    for plan in (WindowRecord, ChangeRecord, ReleaseRecord, KnownIssueRecord):
        counted = select(func.count(), func.max(plan.updated_at), func.sum(plan.version))
        stands += session.execute(counted).one()
    return hashlib.sha256(repr([str(value) for value in stands]).encode()).hexdigest()


def list_documents(session: Session) -> list[Document]:
    """Everything with all that was said of it; what is not published yet is not there."""
    return [*_hssis(session), *_issues(session), *_plans(session)]


def _hssis(session: Session) -> Iterator[Document]:
    said: dict[str, list[str]] = {}
    updates = (
        select(HssiChange.ref, HssiChange.words, HssiChange.summary)
        .join(HssiRecord, HssiRecord.ref == HssiChange.ref)
        .where(is_public())
        .order_by(HssiChange.ref, HssiChange.number)
    )
    for ref, words, summary in session.execute(updates):
        said.setdefault(ref, []).extend([words, summary])
    for row in session.scalars(select(HssiRecord).where(is_public()).order_by(HssiRecord.ref)):
        body = _join(row.summary, row.overlay, *said.get(row.ref, ()))
        title = f"{row.ref}: {row.title}"
        address = f"/status/incidents/{row.ref}/"
        yield Document(f"hssi/{row.ref}", Kind.INCIDENT, address, title, body, row.raised_at)


def _issues(session: Session) -> Iterator[Document]:
    for row in session.scalars(select(KnownIssueRecord).order_by(KnownIssueRecord.ref)):
        body = _join(row.product, row.summary, row.workaround, row.affected)
        address = f"/status/known-issues/#{row.ref}"
        key, at = f"known-issue/{row.ref}", london_midnight(row.opened_on)
        yield Document(key, Kind.KNOWN_ISSUE, address, row.title, body, at)


def _plans(session: Session) -> Iterator[Document]:
    for window in session.scalars(select(WindowRecord).order_by(WindowRecord.uid)):
        body = _join(window.summary, window.location, window.outcome)
        key, at = f"window/{window.uid}", london_midnight(window.starts_on)
        yield Document(key, Kind.WINDOW, "/status/bcdr/", window.title, body, at)
    for change in session.scalars(select(ChangeRecord).order_by(ChangeRecord.ref)):
        body = _join(change.summary, change.impact, change.outcome)
        address = f"/status/changes/#{change.ref}"
        key, at = f"change/{change.ref}", change.starts_at
        yield Document(key, Kind.CHANGE, address, change.title, body, at)
    for release in session.scalars(select(ReleaseRecord).order_by(ReleaseRecord.ref)):
        body = _join(release.summary, *(str(item.get("text", "")) for item in release.items))
        address = f"/status/releases/#{release.ref}"
        key, at = f"release/{release.ref}", release.live_at or london_midnight(release.planned_on)
        yield Document(key, Kind.RELEASE, address, release.name, body, at)


def _join(*words: str) -> str:
    """Each text once, in the order it was said."""
    return "\n".join(dict.fromkeys(one.strip() for one in words if one.strip()))
