"""Blackouts: what holds when, which days are lost, on both databases."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, literal, select
from sqlalchemy.orm import Session

from lamppost.database import read_only, unit_of_work
from postmaster.audit.tables import AuditEntry
from postmaster.blackouts.actions import (
    WrongPeriodError,
    end_period,
    remove_period,
    set_period,
)
from postmaster.blackouts.criteria import is_held, loses_days
from postmaster.blackouts.reads import (
    list_days_not_counted,
    list_holding,
    list_periods,
    list_periods_of,
)
from postmaster.blackouts.rules import Hold, Interval, MailPath, Source, list_lost_days
from postmaster.days import london_day, start_of

NOW = datetime(2018, 9, 1, 8, 0, tzinfo=UTC)
BCDR = Source("bcdr-window", "bcdr-2018-09")
HSSI = Source("hssi", "INC0458991")
BY = "system:test"
# 21 to 30 September 2018, both inclusive, British Summer Time.
FIRST = datetime(2018, 9, 20, 23, 0, tzinfo=UTC)
AFTER = datetime(2018, 9, 30, 23, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
MOMENTS = st.datetimes(datetime(2018, 3, 20), datetime(2018, 4, 5), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants them naive


def set_window(session: Session, *, until_at: datetime | None = AFTER) -> bool:
    return set_period(
        session,
        source=BCDR,
        from_at=FIRST,
        until_at=until_at,
        reason="BCDR test of 21 to 30 September 2018",
        holds={Hold.BATCHES},
        by=BY,
        now=NOW,
    )


def set_hssi(session: Session, *, paths: set[MailPath], until_at: datetime | None = None) -> None:
    set_period(
        session,
        source=HSSI,
        from_at=NOW,
        until_at=until_at,
        reason="Mail is delayed",
        mail_paths=paths,
        by=BY,
        now=NOW,
    )


@pytest.mark.parametrize(
    ("moment", "holds"),
    [(FIRST - TICK, False), (FIRST, True), (AFTER - TICK, True), (AFTER, False)],
)
def test_batches_hold_from_the_first_moment_up_to_and_not_with_the_last(
    engine: Engine, moment: datetime, *, holds: bool
) -> None:
    with unit_of_work(engine) as session:
        set_window(session)

    with read_only(engine) as session:
        assert bool(list_holding(session, at=moment)) is holds
        assert bool(session.scalar(select(is_held(moment)))) is holds


def test_an_open_one_holds_until_it_is_ended(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        set_hssi(session, paths={MailPath.INCOMING})
        assert session.scalar(select(is_held(NOW + timedelta(days=400))))
        assert end_period(session, source=HSSI, at=NOW + timedelta(hours=3), by=BY, now=NOW)
        assert not session.scalar(select(is_held(NOW + timedelta(hours=3))))


def test_what_holds_says_where_it_comes_from_and_why(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        set_window(session)
        set_hssi(session, paths={MailPath.INCOMING, MailPath.OUTGOING})

    with read_only(engine) as session:
        batches = list_holding(session, at=FIRST)
        notices = list_holding(session, at=FIRST, what=Hold.NOTICE_DAYS)
    assert [(p.source.key, p.mail_path) for p in batches] == [
        ("INC0458991", MailPath.INCOMING),
        ("INC0458991", MailPath.OUTGOING),
        ("bcdr-2018-09", MailPath.ANY),
    ]
    assert batches[2].reason == "BCDR test of 21 to 30 September 2018"
    assert batches[2].holds == {Hold.BATCHES}
    assert {p.source for p in notices} == {HSSI}


def test_the_same_again_changes_nothing_and_leaves_no_entry(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        assert set_window(session) is True
        assert set_window(session) is False
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == 1


def test_a_moved_window_moves_its_blackout_and_both_are_told(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        set_window(session)
        set_window(session, until_at=AFTER + timedelta(days=2))

    with read_only(engine) as session:
        assert list_holding(session, at=AFTER)
        (before, after) = session.scalars(
            select(AuditEntry.changes).order_by(AuditEntry.entry_id)
        ).all()
    assert "2018-09-30T23:00" in str(before)
    assert "2018-10-02T23:00" in str(after)


def test_fewer_paths_leave_no_row_of_the_others(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        set_hssi(session, paths={MailPath.INCOMING, MailPath.OUTGOING})
        set_hssi(session, paths={MailPath.OUTGOING})
        assert [p.mail_path for p in list_periods_of(session, source=HSSI)] == [MailPath.OUTGOING]


def test_a_cancelled_window_holds_nothing(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        set_window(session)
        assert remove_period(session, source=BCDR, by=BY, now=NOW)
        assert not remove_period(session, source=BCDR, by=BY, now=NOW)
        assert list_periods(session, since=NOW) == ()


@pytest.mark.parametrize(
    ("paths", "asked", "lost"),
    [
        ({MailPath.INCOMING}, MailPath.INTERNAL, False),
        ({MailPath.INTERNAL}, MailPath.INTERNAL, True),
        ({MailPath.ANY}, MailPath.INTERNAL, True),
        ({MailPath.INCOMING}, MailPath.ANY, True),
    ],
)
def test_days_are_lost_on_the_paths_it_is_about(
    engine: Engine, paths: set[MailPath], asked: MailPath, *, lost: bool
) -> None:
    with unit_of_work(engine) as session:
        set_hssi(session, paths=paths, until_at=NOW + timedelta(hours=1))

    with read_only(engine) as session:
        days = list_days_not_counted(
            session, mail_path=asked, first=date(2018, 8, 31), last=date(2018, 9, 14)
        )
        touched = session.scalar(
            select(loses_days(asked, from_at=start_of(date(2018, 8, 31)), until_at=AFTER))
        )
    assert days == ({date(2018, 9, 1)} if lost else frozenset())
    assert bool(touched) is lost


def test_a_window_that_holds_batches_only_takes_no_notice_day(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        set_window(session)
        assert not list_days_not_counted(
            session, mail_path=MailPath.ANY, first=date(2018, 9, 1), last=date(2018, 10, 31)
        )


@pytest.mark.parametrize(
    ("until_at", "holds", "paths"),
    [
        (NOW - TICK, {Hold.BATCHES}, {MailPath.ANY}),
        (None, set(), {MailPath.ANY}),
        (None, {Hold.BATCHES}, set()),
    ],
)
def test_one_that_ends_before_it_begins_or_holds_nothing_is_refused(
    sqlite_engine: Engine, until_at: datetime | None, holds: set[Hold], paths: set[MailPath]
) -> None:
    with unit_of_work(sqlite_engine) as session, pytest.raises(WrongPeriodError):
        set_period(
            session, source=HSSI, from_at=NOW, until_at=until_at, reason="x", holds=holds,
            mail_paths=paths, by=BY, now=NOW,
        )  # fmt: skip


def test_the_guard_reads_a_column_of_the_statement_around_it(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        set_window(session)
        at = literal(FIRST, type_=AuditEntry.recorded_at.type)
        assert session.scalar(select(literal(1)).where(is_held(at))) == 1


@given(st.lists(st.tuples(MOMENTS, st.none() | MOMENTS), max_size=5))
def test_a_day_is_lost_when_any_minute_of_it_is(
    pairs: list[tuple[datetime, datetime | None]],
) -> None:
    intervals = [Interval(one, other) for one, other in pairs]
    first, last = date(2018, 3, 22), date(2018, 4, 2)

    lost = list_lost_days(intervals, first=first, last=last)

    for back in range((last - first).days + 1):
        day = first + timedelta(days=back)
        begin, end = start_of(day), start_of(day + timedelta(days=1))
        moments = [m for i in intervals for m in (i.from_at, begin) if begin <= m < end]
        touched = any(i.holds_at(moment) for i in intervals for moment in moments)
        assert (day in lost) is touched, day
    assert all(first <= day <= last for day in lost)


def test_the_day_the_clocks_change_is_one_day() -> None:
    spring = start_of(date(2018, 3, 25))
    whole = Interval(spring, spring + timedelta(hours=23))

    lost = list_lost_days([whole], first=date(2018, 3, 20), last=date(2018, 3, 30))

    assert lost == {date(2018, 3, 25)}
    assert london_day(spring) == date(2018, 3, 25)
