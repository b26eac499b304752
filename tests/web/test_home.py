"""The home page: state in words, open incidents, newest bulletins, what is coming."""

import pytest
from sqlalchemy import Engine

from checking import CheckingClient
from lamppost.clock import FixedClock
from service_rows import (
    define_service,
    log_hssi,
    measure,
    plan_change,
    plan_release,
    plan_window,
)
from status_rows import NINE


def test_an_empty_site_says_what_there_is_not(client: CheckingClient) -> None:
    text = client.get("/").text

    assert "<title>Lamppost</title>" in text
    assert "Not measured" in text
    assert "No High Severity Service Incident is open." in text
    assert "No bulletin has been published yet." in text
    assert text.count("None is planned.") == 3


def test_the_state_open_incidents_and_what_is_coming_are_there(
    sqlite_engine: Engine, client: CheckingClient
) -> None:
    define_service(sqlite_engine)
    measure(sqlite_engine, "SSS")
    log_hssi(sqlite_engine)
    log_hssi(sqlite_engine, "INC2", resolved_at=NINE)
    for plan in (plan_window, plan_change, plan_release):
        plan(sqlite_engine)

    text = client.get("/").text

    assert "</span> Degraded</span>" in text
    assert "INC1" in text
    assert "INC2" not in text
    for words in ("21 to 30 September 2018", "New certificates", "Portal release 4</a>: April"):
        assert words in text


def test_a_stalled_worker_turns_the_home_page_grey(
    sqlite_engine: Engine, client: CheckingClient, clock: FixedClock
) -> None:
    define_service(sqlite_engine)
    measure(sqlite_engine, "SSS")
    assert "</span> Working</span>" in client.get("/").text

    clock.sleep(901)

    assert "</span> Not measured</span>" in client.get("/").text


@pytest.mark.parametrize("headers", [{"HX-Request": "true"}])
def test_htmx_gets_only_the_state(client: CheckingClient, headers: dict[str, str]) -> None:
    block = client.get("/", headers=headers).text

    assert block.lstrip().startswith('<div id="home-status"')
    assert "Newest bulletins" not in block
