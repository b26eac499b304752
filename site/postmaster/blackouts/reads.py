"""Questions about blackouts; they are the same for everybody, and nothing personal is in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from postmaster.blackouts.criteria import covers, days_not_counted
from postmaster.blackouts.rules import Hold, Interval, MailPath, Source, list_lost_days
from postmaster.blackouts.tables import Blackout
from postmaster.days import start_of


@dataclass(frozen=True, slots=True)
class Period:
    """A blackout of one mail path, with what it comes from and why."""

    source: Source
    mail_path: MailPath
    interval: Interval
    holds: frozenset[Hold]
    reason: str


def list_holding(session: Session, *, at: datetime, what: Hold = Hold.BATCHES) -> Sequence[Period]:
    """What holds at a moment, the longest standing first; empty when nothing does."""
    return _list(session, _column(what), covers(at))


def list_periods(session: Session, *, since: datetime) -> Sequence[Period]:
    """Every period not over before a moment, those to come included, the earliest first."""
    return _list(session, (Blackout.until_at.is_(None)) | (Blackout.until_at > since))


def list_periods_of(session: Session, *, source: Source) -> Sequence[Period]:
    """What one source holds back, by mail path."""
    return _list(session, Blackout.source_kind == source.kind, Blackout.source_key == source.key)


def list_days_not_counted(
    session: Session, *, mail_path: MailPath, first: date, last: date
) -> frozenset[date]:
    """The London days between two, both inclusive, that do not count for notices by that path."""
    rows = session.execute(
        days_not_counted(
            mail_path, from_at=start_of(first), until_at=start_of(last + timedelta(days=1))
        )
    )
    return list_lost_days((Interval(*row) for row in rows), first=first, last=last)


def _column(what: Hold) -> ColumnElement[bool]:
    column = Blackout.holds_batches if what is Hold.BATCHES else Blackout.holds_notice_days
    return column.is_(True)


def _list(session: Session, *where: ColumnElement[bool]) -> Sequence[Period]:
    rows = session.scalars(
        select(Blackout)
        .where(*where)
        .order_by(Blackout.from_at, Blackout.source_kind, Blackout.source_key, Blackout.mail_path)
    )
    return tuple(_period(row) for row in rows)


def _period(row: Blackout) -> Period:
    pairs = ((Hold.BATCHES, row.holds_batches), (Hold.NOTICE_DAYS, row.holds_notice_days))
    return Period(
        source=Source(row.source_kind, row.source_key),
        mail_path=MailPath(row.mail_path),
        interval=Interval(row.from_at, row.until_at),
        holds=frozenset(hold for hold, does in pairs if does),
        reason=row.reason,
    )
