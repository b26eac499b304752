"""Questions of readers about HSSIs: what is not published is not there.

Lists come without their updates, one HSSI with all of them. `desk.py` has what operators see.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, select, true, tuple_, union
from sqlalchemy.orm import Session

from lamppost.status.hssis.criteria import is_public, select_public_intervals
from lamppost.status.hssis.rules import severity_words
from lamppost.status.hssis.tables import (
    HssiChange,
    HssiComponent,
    HssiRecord,
    QuarantinedRecord,
)
from lamppost.status.hssis.texts import HssiKind
from lamppost.status.notices import Hssi, HssiInterval, HssiUpdate, Quarantined
from lamppost.status.policy import RECENT_HSSI
from postmaster.store import UtcDateTime

_COLUMNS = (
    HssiRecord.ref,
    HssiRecord.title,
    HssiRecord.severity,
    HssiRecord.impact,
    HssiRecord.urgency,
    HssiRecord.raised_at,
    HssiRecord.updated_at,
    HssiRecord.resolved_at,
    HssiRecord.state,
    HssiRecord.summary,
    HssiRecord.kind,
    HssiRecord.origin,
    HssiRecord.next_update_due_at,
    HssiRecord.overlay,
    HssiRecord.review,
    HssiRecord.reopened,
)
PUBLIC = is_public()
PAGE = 50
# Two index searches: an OR beside the order would walk the whole log. Made once, as the page asks
# at every rendering and building a statement costs more than running it.
_WANTED = union(
    select(HssiRecord.ref).where(HssiRecord.resolved_at.is_(None), PUBLIC),
    select(HssiRecord.ref).where(
        HssiRecord.raised_at >= bindparam("since", type_=UtcDateTime), PUBLIC
    ),
    # A notice of a security campaign stays until somebody takes it down.
    select(HssiRecord.ref).where(
        HssiRecord.kind == HssiKind.SECURITY.value, HssiRecord.taken_down_at.is_(None), PUBLIC
    ),
)
_RECENT = (
    select(*_COLUMNS)
    .where(HssiRecord.ref.in_(_WANTED))
    .order_by(HssiRecord.raised_at.desc(), HssiRecord.ref.desc())
)
_RECENT_COMPONENTS = (
    select(HssiComponent.ref, HssiComponent.component)
    .where(HssiComponent.ref.in_(_WANTED))
    .order_by(HssiComponent.ref, HssiComponent.component)
)


def list_open_hssis(session: Session) -> tuple[Hssi, ...]:
    """Those published and not resolved, the severest first, then the newest."""
    return _list(
        session,
        HssiRecord.resolved_at.is_(None),
        order=(HssiRecord.severity, HssiRecord.raised_at.desc(), HssiRecord.ref),
    )


def list_recent_hssis(
    session: Session, *, now: datetime, days: int = RECENT_HSSI.days
) -> tuple[Hssi, ...]:
    """Those open, or raised in the last days; the newest first."""
    since = now - timedelta(days=days)
    rows = session.execute(_RECENT, {"since": since}).all()
    named = _named(session.execute(_RECENT_COMPONENTS, {"since": since})) if rows else {}
    return tuple(_hssi(row, named.get(row.ref, ())) for row in rows)


def list_hssis(
    session: Session, *, before: tuple[datetime, str] | None = None, limit: int = PAGE
) -> tuple[Hssi, ...]:
    """The whole log, the newest first, a page at a time.

    `before` is the `(raised_at, ref)` of the last one of the page before.
    """
    if before is None:
        return _list(session, limit=limit)
    return _list(
        session, tuple_(HssiRecord.raised_at, HssiRecord.ref) < tuple_(*before), limit=limit
    )


def list_narrowed(
    session: Session,
    *,
    is_open: bool | None = None,
    severity: int | None = None,
    component: str | None = None,
    since: datetime | None = None,
    before: tuple[datetime, str] | None = None,
    limit: int = PAGE,
) -> tuple[Hssi, ...]:
    """The log narrowed to what fits everything given, the newest first, a page at a time."""
    where: list[ColumnElement[bool]] = []
    if is_open is not None:
        over = HssiRecord.resolved_at
        where.append(over.is_(None) if is_open else over.is_not(None))
    if severity is not None:
        where.append(HssiRecord.severity == severity)
    if component is not None:
        named = select(HssiComponent.ref).where(HssiComponent.component == component)
        where.append(HssiRecord.ref.in_(named))
    if since is not None:
        where.append(HssiRecord.raised_at >= since)
    if before is not None:
        where.append(tuple_(HssiRecord.raised_at, HssiRecord.ref) < tuple_(*before))
    return _list(session, *where, limit=limit)


def count_hssis(session: Session) -> int:
    """How many the log has."""
    return session.scalar(select(func.count()).select_from(HssiRecord).where(PUBLIC)) or 0


def get_hssi(session: Session, ref: str) -> Hssi | None:
    """One with its whole history, or None."""
    return load_hssi(session, ref, PUBLIC)


def load_hssi(session: Session, ref: str, *where: ColumnElement[bool]) -> Hssi | None:
    """The same for operators, published or not; never for a page of readers."""
    row = session.execute(select(*_COLUMNS).where(HssiRecord.ref == ref, *where)).one_or_none()
    if row is None:
        return None
    changes = session.execute(
        select(
            HssiChange.number,
            HssiChange.at,
            HssiChange.severity,
            HssiChange.state,
            HssiChange.words,
            HssiChange.summary,
            HssiChange.components,
            HssiChange.next_update_due_at,
        )
        .where(HssiChange.ref == ref)
        .order_by(HssiChange.number)
    )
    updates = tuple(
        HssiUpdate(
            *change[:-2],
            None if change.components is None else tuple(change.components),
            change[-1],
        )
        for change in changes
    )
    components = _components(session, select(HssiRecord.ref).where(HssiRecord.ref == ref))
    return _hssi(row, components.get(ref, ()), updates)


def list_intervals(
    session: Session, *, first: datetime, last: datetime
) -> tuple[HssiInterval, ...]:
    """How published HSSIs affected components between two moments, by component and start."""
    rows = session.execute(select_public_intervals(first=first, last=last))
    return tuple(HssiInterval(*row) for row in rows)


def list_quarantined(
    session: Session, *, source: str | None = None, limit: int = 200
) -> tuple[Quarantined, ...]:
    """Rows that were not taken in, of one source or of all, by source and line."""
    wanted = true() if source is None else QuarantinedRecord.source == source
    rows = session.execute(
        select(
            QuarantinedRecord.source,
            QuarantinedRecord.line,
            QuarantinedRecord.reason,
            QuarantinedRecord.raw,
            QuarantinedRecord.seen_at,
        )
        .where(wanted)
        .order_by(QuarantinedRecord.source, QuarantinedRecord.line, QuarantinedRecord.row_id)
        .limit(limit)
    )
    return tuple(Quarantined(*row) for row in rows)


def _list(
    session: Session,
    *where: ColumnElement[bool],
    order: Sequence[object] = (HssiRecord.raised_at.desc(), HssiRecord.ref.desc()),
    limit: int | None = None,
) -> tuple[Hssi, ...]:
    rows = session.execute(
        select(*_COLUMNS).where(*where, PUBLIC).order_by(*order).limit(limit)  # type: ignore[arg-type]  # unpacked
    ).all()
    refs = select(HssiRecord.ref).where(*where, PUBLIC).order_by(*order).limit(limit)  # type: ignore[arg-type]  # unpacked
    components = _components(session, refs)
    return tuple(_hssi(row, components.get(row.ref, ())) for row in rows)


def _components(session: Session, refs: Select[str]) -> dict[str, tuple[str, ...]]:
    """The components of the HSSIs a query gives: a list of them could be too long to hand over."""
    return _named(
        session.execute(
            select(HssiComponent.ref, HssiComponent.component)
            .where(HssiComponent.ref.in_(refs))
            .order_by(HssiComponent.ref, HssiComponent.component)
        )
    )


def _named(rows: Iterable[Row[str, str]]) -> dict[str, tuple[str, ...]]:
    named = defaultdict(list)
    for ref, component in rows:
        named[ref].append(component)
    return {ref: tuple(slugs) for ref, slugs in named.items()}


def _hssi(
    row: Row[*tuple[object, ...]], components: tuple[str, ...], updates: tuple[HssiUpdate, ...] = ()
) -> Hssi:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    words = severity_words(row.severity)
    return Hssi(**values, severity_words=words, components=components, updates=updates)
