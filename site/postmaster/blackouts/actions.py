"""Set, move, end or take away a blackout; called by whatever it comes from, in its transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, insert, literal, null, select
from sqlalchemy.orm import Session

from postmaster.audit.actions import Changes, record, record_from
from postmaster.blackouts.rules import Hold, MailPath, Source
from postmaster.blackouts.tables import Blackout

ALL_HOLDS = frozenset(Hold)
EVERY_PATH = frozenset({MailPath.ANY})


# Well under the number of variables a statement may carry.
_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class NewPeriod:
    """The first blackout of a source."""

    key: str
    from_at: datetime
    until_at: datetime | None
    reason: str
    mail_paths: frozenset[MailPath]


class WrongPeriodError(ValueError):
    """A blackout would end before it begins, or would hold nothing."""


def set_period(
    session: Session,
    *,
    source: Source,
    from_at: datetime,
    until_at: datetime | None,
    reason: str,
    holds: Collection[Hold] = ALL_HOLDS,
    mail_paths: Collection[MailPath] = EVERY_PATH,
    by: str,
    now: datetime,
) -> bool:
    """Make a source's blackout exactly this; whether anything changed. The same again is nothing.

    Args:
        session: the transaction of the source's own change.
        source: what it comes from; a source has one period at a time.
        from_at: its first moment.
        until_at: the first moment after it; None while nobody knows.
        reason: one sentence for whoever is held back.
        holds: what it holds back.
        mail_paths: the paths it is about; `MailPath.ANY` alone for all.
        by: the reference of who changed the source.
        now: when.

    Raises:
        WrongPeriodError: it ends before it begins, holds nothing or is about no path.
    """
    _check(source, from_at, until_at, bool(holds and mail_paths))
    rows = {row.mail_path: row for row in session.scalars(select(Blackout).where(_is(source)))}
    wanted = {
        "from_at": from_at,
        "until_at": until_at,
        "holds_batches": Hold.BATCHES in holds,
        "holds_notice_days": Hold.NOTICE_DAYS in holds,
        "reason": reason,
    }
    before = _said(rows)
    _write(session, source, rows, {path.value for path in mail_paths}, wanted)
    return _keep(session, source, "blackouts.set", before, _said(rows), by=by, now=now)


def add_periods(
    session: Session, *, kind: str, periods: Sequence[NewPeriod], by: str, now: datetime
) -> None:
    """Begin the blackouts of many sources at once, none of which has one yet; whole logs come so.

    Args:
        session: the transaction of the sources' own change.
        kind: the kind all the sources are of.
        periods: one for each source, each about at least one path, all holds held.
        by: the reference of who changed the sources.
        now: when.
    """
    for begin in range(0, len(periods), _AT_ONCE):
        some = periods[begin : begin + _AT_ONCE]
        rows = [
            {
                "source_kind": kind, "source_key": one.key, "mail_path": path.value,
                "from_at": one.from_at, "until_at": one.until_at, "holds_batches": True,
                "holds_notice_days": True, "reason": one.reason,
            }
            for one in some
            for path in sorted(one.mail_paths)
        ]  # fmt: skip
        session.execute(insert(Blackout), rows)
        told = select(
            literal(f"{kind} ").concat(Blackout.source_key),
            null(),
            literal('{"period":[null,"begun"]}'),
        ).where(Blackout.source_kind == kind, Blackout.source_key.in_([one.key for one in some]))
        record_from(
            session, action="blackouts.set", kind="blackout", rows=told.distinct(), by=by, now=now
        )


def end_period(session: Session, *, source: Source, at: datetime, by: str, now: datetime) -> bool:
    """End a source's blackout; never before it began. Whether anything changed."""
    rows = {row.mail_path: row for row in session.scalars(select(Blackout).where(_is(source)))}
    before = _said(rows)
    for row in rows.values():
        row.until_at = max(at, row.from_at)
    return _keep(session, source, "blackouts.end", before, _said(rows), by=by, now=now)


def remove_period(session: Session, *, source: Source, by: str, now: datetime) -> bool:
    """Take a source's blackout away as if it had never been, as a cancelled window's is."""
    rows = {row.mail_path: row for row in session.scalars(select(Blackout).where(_is(source)))}
    before = _said(rows)
    for row in rows.values():
        session.delete(row)
    return _keep(session, source, "blackouts.remove", before, {}, by=by, now=now)


def _check(source: Source, from_at: datetime, until_at: datetime | None, holds: bool) -> None:  # noqa: FBT001 - said by its name
    if until_at is not None and until_at < from_at:
        raise WrongPeriodError(f"the blackout of {source.key} ends before it begins")
    if not holds:
        raise WrongPeriodError(f"the blackout of {source.key} holds nothing")


def _write(
    session: Session,
    source: Source,
    rows: dict[str, Blackout],
    paths: set[str],
    values: Mapping[str, object],
) -> None:
    """Bring the rows, by path, to the paths wanted, each with the values."""
    for path in sorted(rows.keys() - paths):
        session.delete(rows.pop(path))
    for path in sorted(paths):
        row = rows.get(path)
        if row is None:
            row = Blackout(source_kind=source.kind, source_key=source.key, mail_path=path)
            session.add(row)
            rows[path] = row
        for name, value in values.items():
            setattr(row, name, value)


def _is(source: Source) -> ColumnElement[bool]:
    return and_(Blackout.source_kind == source.kind, Blackout.source_key == source.key)


def _said(rows: dict[str, Blackout]) -> dict[str, str]:
    """Each path with its period and holds, as the audit tells it."""
    return {path: _words(rows[path]) for path in sorted(rows)}


def _words(row: Blackout) -> str:
    until = row.until_at.isoformat() if row.until_at else "open"
    pairs = ((Hold.BATCHES, row.holds_batches), (Hold.NOTICE_DAYS, row.holds_notice_days))
    held = " ".join(hold for hold, does in pairs if does)
    return f"{row.from_at.isoformat()} to {until}, {held}: {row.reason}"


def _keep(
    session: Session,
    source: Source,
    action: str,
    before: dict[str, str],
    after: dict[str, str],
    *,
    by: str,
    now: datetime,
) -> bool:
    session.flush()
    changes: Changes = {
        path: (before.get(path), after.get(path))
        for path in sorted({*before, *after})
        if before.get(path) != after.get(path)
    }
    if changes:
        key = f"{source.kind} {source.key}"
        record(session, action=action, kind="blackout", key=key, changes=changes, by=by, now=now)
    return bool(changes)
