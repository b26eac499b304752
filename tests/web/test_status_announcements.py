"""The incident log, changes, tests and releases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from checking import CheckingClient
from lamppost.clock import FixedClock, london_midnight
from service_rows import (
    define_service,
    log_hssi,
    plan_change,
    plan_release,
    plan_window,
)
from status_rows import NINE

DAY = timedelta(days=1)


pytestmark = pytest.mark.usefixtures("service")


@pytest.fixture
def service(sqlite_engine: Engine) -> Engine:
    """Seven components nobody has measured."""
    define_service(sqlite_engine)
    return sqlite_engine


def test_the_log_begins_with_what_is_open(service: Engine, client: CheckingClient) -> None:
    log_hssi(service, "INC1", raised_at=NINE - 9 * DAY)
    log_hssi(service, "INC2", title="Portal", raised_at=NINE - 2 * DAY, resolved_at=NINE)

    text = client.get("/status/incidents/").text

    open_part, _, log = text.partition("The log, newest first")
    assert "INC1" in open_part
    assert "INC2" not in open_part
    assert log.index("INC2") < log.index("INC1")


def test_a_long_log_goes_on_without_losing_or_repeating_any(
    service: Engine, client: CheckingClient
) -> None:
    for number in range(45):
        at = NINE - (number // 2) * DAY
        log_hssi(service, f"INC{number:03d}", raised_at=at, resolved_at=NINE)

    address, seen = "/status/incidents/", ""
    for _ in range(3):
        seen += client.get(address).text.partition("<main")[2]
        address = "/status/incidents/" + seen.rpartition('href="/status/incidents/?')[2]
        address = "/status/incidents/?" + address.removeprefix("/status/incidents/").split('"')[0]

    assert [seen.count(f">INC{n:03d}:") for n in range(45)] == [1] * 45
    assert "Older incidents" not in seen.rpartition("Newest incidents")[2]


@pytest.mark.parametrize("mark", ["INC404", "", "%00"])
def test_a_page_that_is_not_there_leads_to_the_first(client: CheckingClient, mark: str) -> None:
    answer = client.get(f"/status/incidents/?older-than={mark}", status=302)

    assert answer.headers["Location"] == "/status/incidents/"


def test_an_incident_tells_its_history_newest_first(
    service: Engine, client: CheckingClient
) -> None:
    log_hssi(service)
    log_hssi(service, severity=1, updated_at=NINE, summary="A queue is full.")

    text = client.get("/status/incidents/INC1/").text

    assert (
        "<title>INC1: Relay delivery delays \u2013 Service status \u2013 Lamppost</title>" in text
    )
    assert "Severity 1, critical" in text
    assert "Incoming internet email</a>" in text
    assert text.index("Severity changed from 2 to 1.") < text.index("Raised on 9 April 2018")


def test_an_unknown_incident_is_not_found(client: CheckingClient) -> None:
    client.get("/status/incidents/INC9/", status=404)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2018, 9, 21), date(2018, 9, 30), "Upcoming"),
        (date(2018, 4, 9), date(2018, 4, 9), "Running now"),
        (date(2018, 4, 1), date(2018, 4, 8), "Done"),
    ],
)
def test_a_test_window_says_where_it_stands(
    service: Engine, client: CheckingClient, first: date, last: date, words: str
) -> None:
    plan_window(service, starts_on=first, ends_on=last)

    assert f">{words}</strong>" in client.get("/status/bcdr/").text


def test_a_cancelled_window_stays_and_says_so(service: Engine, client: CheckingClient) -> None:
    plan_window(service, is_cancelled=True)

    assert ">Cancelled</strong>" in client.get("/status/bcdr/").text


def test_a_window_past_its_announced_end_runs_over(
    service: Engine,
    client: CheckingClient,
) -> None:
    plan_window(service, starts_on=date(2018, 4, 7), ends_on=date(2018, 4, 8), now=NINE - 9 * DAY)
    plan_window(
        service,
        starts_on=date(2018, 4, 7),
        ends_on=date(2018, 4, 12),
        sequence=1,
        now=NINE - DAY,
    )

    text = client.get("/status/bcdr/").text

    assert ">Running over</strong>" in text
    assert "It was announced to end on 8 April 2018 and is not over." in text


def test_a_window_begins_as_its_first_day_begins_in_london(
    service: Engine, client: CheckingClient, clock: FixedClock
) -> None:
    plan_window(service, starts_on=date(2018, 4, 10), ends_on=date(2018, 4, 10))
    clock.set_to(london_midnight(date(2018, 4, 10)) - timedelta(seconds=1))
    assert ">Upcoming</strong>" in client.get("/status/bcdr/").text

    clock.sleep(1)

    assert ">Running now</strong>" in client.get("/status/bcdr/").text


def test_a_change_turns_by_itself_from_upcoming_to_running_to_done(
    service: Engine, client: CheckingClient, clock: FixedClock
) -> None:
    plan_change(service, starts_at=NINE + timedelta(hours=1))
    seen = []
    for _ in range(3):
        text = client.get("/status/changes/").text
        seen.append([w for w in ("Upcoming", "Running now", "Done") if f">{w}</strong>" in text])
        clock.sleep(5400)

    assert seen == [["Upcoming"], ["Running now"], ["Done"]]


def test_the_schedule_names_effect_components_and_the_tests_ahead(
    service: Engine, client: CheckingClient
) -> None:
    plan_change(service)
    plan_window(service)

    text = client.get("/status/changes/").text

    assert "Mail may be late by some minutes." in text
    assert "Incoming internet email</a>" in text
    assert "11 April 2018 at 9am BST to 11 April 2018 at 11am BST" in text
    assert "21 to 30 September 2018, both days included" in text


def test_releases_are_planned_or_live_and_list_what_they_bring(
    service: Engine, client: CheckingClient
) -> None:
    plan_release(service)
    plan_release(service, "2018-03", name="Portal release 3", live_at=NINE - 20 * DAY)

    text = client.get("/status/releases/").text

    assert "Planned for April 2018." in text
    assert "Live since 20 March 2018 at 8am GMT." in text
    assert "Search by organisation code" in text
    assert "Long names fit the list" in text
