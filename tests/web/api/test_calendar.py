"""The calendar: two readers agree on it, before and after a move and a cancellation."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

import ics
import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import Engine

from checking import CheckingClient
from lamppost.clock import FixedClock
from lamppost.status.plans.changes import cancel_change
from lamppost.status.plans.recurrence import Recurrence
from lamppost.status.plans.series import start_series
from lamppost.status.plans.texts import ChangeText
from service_rows import (
    INCOMING,
    PORTAL,
    define_service,
    plan_change,
    plan_release,
    plan_window,
)
from status_desk import Desk
from status_rows import NINE


class Seen(NamedTuple):
    """An entry as a reader understands it; moments are UTC, days as the RFC writes them."""

    first: date
    end: date
    is_all_day: bool
    title: str
    status: str
    sequence: int


Read = dict[str, Seen]


def by_icalendar(body: str) -> Read:
    """What the icalendar package reads."""
    found = {}
    events: list[Any] = Calendar.from_ical(body).walk("VEVENT")
    for event in events:
        first, end = event["dtstart"].dt, event["dtend"].dt
        is_all_day = not isinstance(first, datetime)
        found[str(event["uid"])] = Seen(
            first if is_all_day else first.astimezone(UTC),
            end if is_all_day else end.astimezone(UTC),
            is_all_day,
            str(event["summary"]),
            str(event["status"]),
            int(event["sequence"]),
        )
    return found


def by_ics(body: str) -> Read:
    """What the ics package reads."""
    found = {}
    for event in ics.Calendar(body).events:
        first, end = event.begin.datetime, event.end.datetime
        sequence = next(line.value for line in event.extra if line.name == "SEQUENCE")
        found[event.uid] = Seen(
            first.date() if event.all_day else first.astimezone(UTC),
            end.date() if event.all_day else end.astimezone(UTC),
            event.all_day,
            event.name,
            event.status,
            int(sequence),
        )
    return found


@pytest.fixture
def read(client: CheckingClient, look_again: Callable[[], None]) -> Callable[..., Read]:
    """Read a calendar with both, who must agree."""

    def read(path: str = "/status/calendar.ics") -> Read:
        look_again()
        answer = client.get(path)
        assert answer.mimetype == "text/calendar"
        assert by_icalendar(answer.text) == by_ics(answer.text)
        return by_icalendar(answer.text)

    return read


@pytest.fixture
def service(sqlite_engine: Engine) -> Engine:
    define_service(sqlite_engine)
    plan_window(
        sqlite_engine, title="BCDR test; second data centre, Leeds \\ Slough, prolonged é" * 2
    )
    plan_change(sqlite_engine)
    plan_release(sqlite_engine)
    return sqlite_engine


@pytest.mark.usefixtures("service")
def test_days_end_the_day_after_the_last_and_moments_are_moments(
    read: Callable[..., Read],
) -> None:
    release, change, window = sorted(read().values(), key=lambda one: one.title, reverse=True)

    assert window[:3] == (date(2018, 9, 21), date(2018, 10, 1), True)
    assert window.title.startswith("BCDR test; second data centre, Leeds \\ Slough")
    assert change[:3] == (NINE + timedelta(days=2), NINE + timedelta(days=2, hours=2), False)
    assert release[:3] == (date(2018, 4, 1), date(2018, 5, 1), True)
    assert [one.status for one in (window, change, release)] == [
        "CONFIRMED", "CONFIRMED", "TENTATIVE",
    ]  # fmt: skip


def test_a_move_and_a_cancellation_keep_the_uid_and_raise_the_sequence(
    service: Engine, read: Callable[..., Read], clock: FixedClock
) -> None:
    before = read("/status/calendar/bcdr.ics")
    plan_window(service, starts_on=date(2018, 9, 28), ends_on=date(2018, 10, 2), sequence=1)
    moved = read("/status/calendar/bcdr.ics")
    clock.sleep(5)
    plan_window(
        service,
        starts_on=date(2018, 9, 28),
        ends_on=date(2018, 10, 2),
        sequence=1,
        is_cancelled=True,
        now=clock.now(),
    )
    cancelled = read("/status/calendar/bcdr.ics")

    uid = next(iter(before))
    assert list(before) == list(moved) == list(cancelled)
    assert before[uid].sequence < moved[uid].sequence < cancelled[uid].sequence
    assert moved[uid][:2] == (date(2018, 9, 28), date(2018, 10, 3))
    assert cancelled[uid].status == "CANCELLED"


def test_a_change_called_off_in_the_same_second_stays_and_says_so(
    service: Engine, read: Callable[..., Read]
) -> None:
    before = read("/status/calendar/changes.ics")
    Desk(service).do(cancel_change, ref="CHG1", why="The supplier is ill.")
    after = read("/status/calendar/changes.ics")

    uid = next(iter(before))
    assert list(after) == [uid]
    assert after[uid].status == "CANCELLED"
    assert after[uid].sequence > before[uid].sequence


def test_what_comes_again_is_at_the_same_hour_on_the_wall_all_year(
    service: Engine, read: Callable[..., Read], clock: FixedClock
) -> None:
    clock.set_to(datetime(2018, 10, 20, 9, 0, tzinfo=UTC))
    weekly = Recurrence(date(2018, 10, 20), time(22, 0), time(23, 0), "FREQ=WEEKLY;BYDAY=SA")
    text = ChangeText("Patching", clock.now(), clock.now() + timedelta(hours=1))
    Desk(service).do(start_series, ref="PATCH", recurrence=weekly, text=text, now=clock.now())
    seen = [one for one in read().values() if one.title == "Patching"]

    assert [one.first for one in sorted(seen)[:3]] == [
        datetime(2018, 10, 20, 21, 0, tzinfo=UTC),
        datetime(2018, 10, 27, 21, 0, tzinfo=UTC),
        datetime(2018, 11, 3, 22, 0, tzinfo=UTC),
    ]


@pytest.mark.parametrize(
    ("starts_at", "written"),
    [
        (datetime(2018, 3, 25, 0, 30, tzinfo=UTC), "DTSTART;TZID=Europe/London:20180325T003000"),
        (datetime(2018, 3, 25, 1, 0, tzinfo=UTC), "DTSTART;TZID=Europe/London:20180325T020000"),
        (datetime(2018, 10, 28, 0, 30, tzinfo=UTC), "DTSTART;TZID=Europe/London:20181028T013000"),
        # The second half past one of that night has no local spelling of its own.
        (datetime(2018, 10, 28, 1, 30, tzinfo=UTC), "DTSTART:20181028T013000Z"),
    ],
)
def test_the_nights_the_clocks_change_are_exact(
    service: Engine,
    client: CheckingClient,
    read: Callable[..., Read],
    starts_at: datetime,
    written: str,
) -> None:
    plan_change(service, "CHG9", title="At night", starts_at=starts_at)
    at_night = next(one for one in read().values() if one.title == "At night")

    assert at_night[:2] == (starts_at, starts_at + timedelta(hours=2))
    assert written in client.get("/status/calendar.ics").text


def test_a_component_has_its_changes_and_every_test(
    service: Engine, read: Callable[..., Read]
) -> None:
    plan_change(service, "CHG2", title="Portal work", components=(PORTAL,))

    assert sorted(
        one.title[:9] for one in read(f"/status/components/{INCOMING}/calendar.ics").values()
    ) == ["BCDR test", "New certi"]
    assert "Portal work" in {one.title for one in read("/status/calendar/changes.ics").values()}
    assert len(read("/status/calendar/releases.ics")) == 1


@pytest.mark.usefixtures("service")
def test_it_is_folded_named_and_says_how_often_to_come_back(client: CheckingClient) -> None:
    answer = client.get("/status/calendar.ics")
    lines = answer.data.split(b"\r\n")

    assert max(map(len, lines)) <= 75
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H" in lines
    assert b"TZID:Europe/London" in lines
    assert any(line.startswith(b"X-WR-CALNAME:Lamppost") for line in lines)
    client.get(
        "/status/calendar.ics", status=304, headers={"If-None-Match": answer.headers["ETag"]}
    )


@pytest.mark.usefixtures("service")
def test_the_same_plans_give_the_same_bytes_at_any_time(
    client: CheckingClient, clock: FixedClock, app: Flask
) -> None:
    first = client.get("/status/calendar.ics").data
    app.extensions["page_cache"].forget()
    clock.sleep(7200)

    assert client.get("/status/calendar.ics").data == first


def test_a_stranger_has_no_calendar(client: CheckingClient) -> None:
    client.get("/status/components/nobody/calendar.ics", status=404)
    client.get("/status/calendar/holidays.ics", status=404)
