"""A month is closed once, whole, by whoever may; later news is added and changes nothing closed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from lamppost.database import read_only, unit_of_work
from lamppost.status.actions import refresh_days
from lamppost.status.report import State
from lamppost.status.uptime.actions import MonthError, correct_month
from lamppost.status.uptime.document import Correction
from lamppost.status.uptime.months import MonthNameError, month_bounds, parse_month
from lamppost.status.uptime.reads import get_export, get_month, list_due_months, list_months
from lamppost.status.uptime.report import MonthLine, MonthReport, MonthState
from month_rows import (
    APRIL,
    BEGIN,
    BY,
    END,
    QUARTER,
    SETTLED,
    announce_change,
    close,
    log_incident,
    measure_month,
    prepare,
)
from postmaster.access.acting import RefusedError
from postmaster.access.actors import Actor, ActorKind, Grant
from postmaster.access.roles import Role
from postmaster.audit.tables import AuditEntry

HOUR = timedelta(hours=1)
NOON = datetime(2018, 4, 10, 11, 0, tzinfo=UTC)


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    """One kind of database is enough for rules; both are in test_month_storage."""
    return sqlite_engine


def report(engine: Engine, now: datetime = SETTLED, month: date = APRIL) -> MonthReport:
    with read_only(engine) as session:
        found = get_month(session, month, now=now)
    assert found is not None
    return found


def line(engine: Engine, now: datetime = SETTLED) -> MonthLine:
    return report(engine, now).lines[0]


def correct(engine: Engine, **changed: Any) -> int:
    values: dict[str, Any] = {
        "component": "c0",
        "starts_at": NOON,
        "ends_at": NOON + HOUR,
        "state": State.OPERATIONAL,
        **changed,
    }
    given = {
        "month": values.pop("month", APRIL),
        "reason": values.pop("reason", "The probe's own network was down."),
        "by": values.pop("by", BY),
    }
    with unit_of_work(engine) as session:
        return correct_month(session, correction=Correction(**values), now=SETTLED + HOUR, **given)


def test_a_closed_month_has_its_figures_formula_and_digest(engine: Engine) -> None:
    prepare(engine)
    measure_month(engine, down=[(NOON, NOON + 3 * HOUR)])
    digest = close(engine)

    month = report(engine)

    assert (month.entry.state, month.digest) == (MonthState.CLOSED, digest)
    assert month.lines[0].seconds == {
        State.OPERATIONAL: (30 * 24 - 3) * 3600,
        State.OUTAGE: 3 * 3600,
    }
    assert month.lines[0].uptime.all_time == 717 * 100_000 // 720
    assert month.lines[0].uptime.coverage == 100_000
    assert month.formula.version == "1"


def test_maintenance_announced_in_time_leaves_the_agreed_figure_only(engine: Engine) -> None:
    prepare(engine)
    measure_month(engine, down=[(NOON + HOUR, NOON + 2 * HOUR)])
    announce_change(engine, NOON)
    close(engine)

    closed = line(engine)

    assert closed.seconds[State.MAINTENANCE] == 3 * 3600
    assert closed.excused_s == 4 * 3600
    assert (closed.uptime.all_time, closed.uptime.agreed) == (719 * 100_000 // 720, 100_000)


def test_maintenance_announced_too_late_excuses_nothing(engine: Engine) -> None:
    prepare(engine)
    measure_month(engine, down=[(NOON + HOUR, NOON + 2 * HOUR)])
    announce_change(engine, NOON, days_before=4)
    close(engine)

    closed = line(engine)

    assert closed.excused_s == 0
    assert closed.uptime.agreed == closed.uptime.all_time == 719 * 100_000 // 720


def test_a_month_is_closed_once_and_never_again(engine: Engine) -> None:
    prepare(engine)
    measure_month(engine)
    close(engine)
    before = report(engine)
    log_incident(engine, NOON, NOON + HOUR)

    with pytest.raises(MonthError, match="April 2018 is closed already"):
        close(engine, now=SETTLED + timedelta(days=1))

    assert report(engine) == before


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (END - HOUR, "closed 3 days after it is over, not before"),
        (SETTLED - timedelta(seconds=1), "closed 3 days after it is over, not before"),
        (BEGIN + timedelta(days=91), "no longer kept whole"),
    ],
)
def test_a_month_not_over_or_whose_readings_are_gone_is_refused(
    engine: Engine, now: datetime, words: str
) -> None:
    prepare(engine)
    measure_month(engine)

    with pytest.raises(MonthError, match=words):
        close(engine, now=now)


def test_a_month_nobody_measured_is_not_closed(engine: Engine) -> None:
    prepare(engine)

    with pytest.raises(MonthError, match="nothing was measured in April 2018"):
        close(engine)


def test_a_month_closed_with_a_gap_says_so(engine: Engine) -> None:
    prepare(engine)
    dark = (NOON, NOON + 6 * HOUR)
    measure_month(engine, dark=[dark])
    close(engine)

    closed = line(engine)

    # The reading before the gap speaks for three intervals.
    assert closed.gap == (dark[0] + 2 * QUARTER, dark[1])
    assert closed.unmeasured_s == 5.5 * 3600
    assert report(engine).gaps == (closed,)


def test_a_month_mostly_unmeasured_has_no_figure(engine: Engine) -> None:
    prepare(engine)
    measure_month(engine, dark=[(BEGIN, BEGIN + timedelta(days=16))])
    close(engine)

    assert line(engine).uptime.all_time is None
    assert line(engine).uptime.coverage < 50_000


def test_the_worker_is_told_what_is_due_and_when(engine: Engine) -> None:
    prepare(engine)
    measure_month(engine)
    with read_only(engine) as session:
        early = list_due_months(session, now=SETTLED - HOUR)
        due = list_due_months(session, now=SETTLED)

    assert early == [date(2018, 3, 1)]
    assert due == [date(2018, 3, 1), APRIL]


def test_months_stand_where_they_stand(engine: Engine) -> None:
    prepare(engine)
    measure_month(engine)
    close(engine)
    with read_only(engine) as session:
        months = list_months(session, now=BEGIN + timedelta(days=121))

    assert [(f"{one.month:%m}", one.state) for one in months] == [
        ("07", MonthState.RUNNING),
        ("06", MonthState.SETTLING),
        ("05", MonthState.LEFT_OPEN),
        ("04", MonthState.CLOSED),
        ("03", MonthState.LEFT_OPEN),
    ]


def test_figures_so_far_are_those_the_month_is_closed_with(engine: Engine) -> None:
    prepare(engine)
    measure_month(engine, down=[(NOON, NOON + 3 * HOUR)])
    with unit_of_work(engine) as session:
        refresh_days(session, now=SETTLED)
    so_far = line(engine)
    close(engine)

    assert line(engine) == so_far


def test_a_correction_stands_beside_what_was_closed(engine: Engine) -> None:
    prepare(engine)
    measure_month(engine, down=[(NOON, NOON + 3 * HOUR)])
    digest = close(engine)
    before = line(engine)

    assert correct(engine) == 1

    after = report(engine)
    assert after.digest == digest
    assert after.lines[0].uptime == before.uptime
    assert after.lines[0].corrected is not None
    assert after.lines[0].corrected.all_time == 718 * 100_000 // 720
    assert (after.addenda[0].reason, after.addenda[0].written_by) == (
        "The probe's own network was down.",
        BY.reference,
    )


def test_later_corrections_stand_on_earlier_ones(engine: Engine) -> None:
    prepare(engine)
    measure_month(engine, down=[(NOON, NOON + 3 * HOUR)])
    close(engine)
    correct(engine)
    correct(engine, ends_at=NOON + 2 * HOUR, state=State.UNKNOWN)

    corrected = line(engine).corrected

    assert corrected is not None
    assert corrected.coverage == 718 * 100_000 // 720
    assert corrected.all_time == 717 * 100_000 // 718


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"month": date(2018, 3, 1)}, "March 2018 is not closed"),
        ({"component": "telex"}, "has no component 'telex'"),
        ({"ends_at": NOON}, "must begin before it ends"),
        ({"starts_at": BEGIN - HOUR}, "lie within April 2018"),
        ({"reason": "  "}, "give a reason"),
    ],
)
def test_a_correction_that_makes_no_sense_says_what_to_mend(
    engine: Engine, changed: dict[str, object], words: str
) -> None:
    prepare(engine)
    measure_month(engine)
    close(engine)

    with pytest.raises(MonthError, match=words):
        correct(engine, **changed)


def test_only_those_who_write_the_status_close_and_correct(engine: Engine) -> None:
    prepare(engine)
    measure_month(engine)
    reader = Actor(ActorKind.PERSON, "p1", (Grant(Role.AUDITOR),))

    with pytest.raises(RefusedError):
        close(engine, by=reader)
    close(engine)
    with pytest.raises(RefusedError):
        correct(engine, by=reader)


def test_closing_and_correcting_are_in_the_audit_with_the_digest(engine: Engine) -> None:
    prepare(engine)
    measure_month(engine)
    digest = close(engine)
    correct(engine)

    with read_only(engine) as session:
        entries = session.execute(
            select(AuditEntry.action, AuditEntry.key, AuditEntry.changes)
            .where(AuditEntry.kind == "status-month")
            .order_by(AuditEntry.entry_id)
        ).all()
    assert [(action, key) for action, key, _ in entries] == [
        ("status.month", "2018-04"),
        ("status.correct", "2018-04"),
    ]
    assert digest in entries[0].changes


def test_a_component_dropped_later_keeps_its_closed_month(engine: Engine) -> None:
    prepare(engine, components=2)
    measure_month(engine, probes=("c0", "c1"))
    close(engine)
    prepare(engine, components=1)

    assert [one.slug for one in report(engine).lines] == ["c0", "c1"]


def test_a_month_that_is_not_closed_has_no_export(engine: Engine) -> None:
    prepare(engine)
    measure_month(engine)

    with read_only(engine) as session:
        assert get_export(session, APRIL) is None


@pytest.mark.parametrize(
    ("month", "hours"), [((2018, 3), 743), ((2018, 4), 720), ((2018, 10), 745)]
)
def test_months_with_a_change_of_clocks_have_an_hour_less_or_more(
    month: tuple[int, int], hours: int
) -> None:
    starts_at, ends_at = month_bounds(date(*month, 1))

    assert ends_at - starts_at == hours * HOUR


@pytest.mark.parametrize("text", ["2018", "2018-13", "April", "2018-04-01", ""])
def test_a_month_written_otherwise_is_refused(text: str) -> None:
    with pytest.raises(MonthNameError, match="write it like 2018-04"):
        parse_month(text)
