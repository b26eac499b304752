"""The fuller record, from an inner network: raw readings, who corrected, what figures stand on."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from checking import CheckingClient
from lamppost.clock import FixedClock
from lamppost.database import unit_of_work
from lamppost.settings import Settings, load_settings
from lamppost.status.report import State
from lamppost.status.uptime.actions import correct_month
from lamppost.status.uptime.document import Correction
from month_rows import APRIL, BEGIN, BY, SETTLED, close, log_incident, measure_month, prepare

HOUR = timedelta(hours=1)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The same, with the test's own address on an inner network."""
    return load_settings(
        {
            "LAMPPOST_DATA": str(settings.data),
            "LAMPPOST_CONTENT_DIR": str(settings.content_dir),
            "LAMPPOST_BASE_URL": "http://lamppost.test",
            "LAMPPOST_HSCN_NETWORKS": "127.0.0.0/8",
        }
    )


@pytest.fixture(autouse=True)
def closed(sqlite_engine: Engine, clock: FixedClock) -> None:
    """April, closed and corrected, with an incident."""
    prepare(sqlite_engine)
    measure_month(sqlite_engine, down=[(SETTLED - 80 * HOUR, SETTLED)])
    log_incident(sqlite_engine, BEGIN + HOUR, BEGIN + 2 * HOUR)
    close(sqlite_engine)
    with unit_of_work(sqlite_engine) as session:
        correct_month(
            session,
            month=APRIL,
            correction=Correction("c0", BEGIN, BEGIN + HOUR, State.DEGRADED),
            reason="Slow.",
            by=BY,
            now=SETTLED,
        )
    clock.set_to(SETTLED)


def words(client: CheckingClient, path: str) -> str:
    page = client.get(f"/status/n3/{path}").text
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def test_the_page_leads_to_the_fuller_record(client: CheckingClient) -> None:
    page = client.get("/status/n3/").text

    assert 'href="/status/n3/components/c0/"' in page
    assert 'href="/status/n3/history/"' in page


def test_a_component_has_its_raw_readings(client: CheckingClient) -> None:
    text = words(client, "components/c0/")

    assert "Probe c0 (relay_delay, internet): its last readings, newest first" in text
    assert text.count(" failed none") == 50


def test_a_month_names_who_corrected_it_and_counts_its_readings(client: CheckingClient) -> None:
    text = words(client, "history/2018/04/")

    assert f"by {BY.reference}." in text
    assert "probe c0 (relay_delay): 2,848 good readings, 32 failed, 0 not taken" in text
    assert "Closed by system:close months under policy 2018-04." in text


def test_months_and_incidents_are_there_too(client: CheckingClient) -> None:
    assert 'href="/status/n3/history/2018/04/"' in client.get("/status/n3/history/").text
    assert "Relay delivery delays" in words(client, "incidents/INC1/")


def test_an_incident_tells_how_it_lay_over_its_components(client: CheckingClient) -> None:
    page = client.get("/status/n3/incidents/INC1/").text

    assert page.count("What it was laid over</caption>") == 1
    assert 'href="/status/components/c0/days/2018-04-01/">1 April 2018 at 1am BST</a>' in page
    assert "1 April 2018 at 2am BST</td>" in page


@pytest.mark.parametrize("path", ["components/telex/", "incidents/INC9/", "history/2018/13/"])
def test_what_is_not_there_is_not_found(client: CheckingClient, path: str) -> None:
    client.get(f"/status/n3/{path}", status=404)
