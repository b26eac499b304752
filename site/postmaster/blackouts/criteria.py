"""Whether something holds, as SQL: for the guard in the statement that executes.

An HSSI under embargo is a row like any other here: readers do not see it, guards do.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from postmaster.blackouts.rules import MailPath
from postmaster.blackouts.tables import Blackout

Moment = datetime | ColumnElement[datetime] | InstrumentedAttribute[datetime]


def is_held(at: Moment) -> ColumnElement[bool]:
    """Whether batches hold at a moment, a value or a column of the statement around."""
    return exists().where(Blackout.holds_batches, covers(at))


def days_not_counted(
    mail_path: MailPath, *, from_at: Moment, until_at: Moment
) -> Select[datetime, datetime | None]:
    """The intervals that touch a period and in which days of notices by that path do not count.

    Selects `from_at` and `until_at` (null while open), the earliest first.
    `rules.list_lost_days` makes days of them.
    """
    return (
        select(Blackout.from_at, Blackout.until_at)
        .where(_stops(mail_path), _touches(from_at, until_at))
        .order_by(Blackout.from_at, Blackout.source_kind, Blackout.source_key, Blackout.mail_path)
    )


def loses_days(mail_path: MailPath, *, from_at: Moment, until_at: Moment) -> ColumnElement[bool]:
    """Whether any day of a notice by that path is lost in a period."""
    return exists().where(_stops(mail_path), _touches(from_at, until_at))


def covers(at: Moment) -> ColumnElement[bool]:
    """Whether a row of the table holds at a moment."""
    return and_(Blackout.from_at <= at, or_(Blackout.until_at.is_(None), Blackout.until_at > at))


def _stops(mail_path: MailPath) -> ColumnElement[bool]:
    """Notices sent by `ANY` path wait for every path to be clear."""
    if mail_path is MailPath.ANY:
        return and_(Blackout.holds_notice_days)
    return and_(
        Blackout.holds_notice_days, Blackout.mail_path.in_([mail_path.value, MailPath.ANY.value])
    )


def _touches(from_at: Moment, until_at: Moment) -> ColumnElement[bool]:
    not_empty = or_(Blackout.until_at.is_(None), Blackout.until_at > Blackout.from_at)
    return and_(
        Blackout.from_at < until_at,
        or_(Blackout.until_at.is_(None), Blackout.until_at > from_at),
        not_empty,
    )
