"""One component's page: chart and tables say the same, days and probes are there in words."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from checking import CheckingClient
from service_rows import INCOMING, PORTAL, define_service, log_hssi, measure

PATH = f"/status/components/{INCOMING}/"


pytestmark = pytest.mark.usefixtures("service")


@pytest.fixture
def service(sqlite_engine: Engine) -> Engine:
    """Seven components with some hours of readings."""
    define_service(sqlite_engine)
    measure(sqlite_engine, "S" * 30 + "FSSS", INCOMING)
    measure(sqlite_engine, "SSS", PORTAL)
    return sqlite_engine


def test_an_unknown_component_is_not_found(client: CheckingClient) -> None:
    client.get("/status/components/telex/", status=404)


def test_a_path_without_its_slash_leads_to_the_page(client: CheckingClient) -> None:
    assert client.get(PATH[:-1], status=308).headers["Location"].endswith(PATH)


def test_the_page_is_titled_and_states_the_state(client: CheckingClient) -> None:
    text = client.get(PATH).text

    assert "<title>Incoming internet email \u2013 Service status \u2013 Lamppost</title>" in text
    assert "</span> Working</span>" in text


def test_the_chart_has_words_and_a_table_of_the_same_figures(client: CheckingClient) -> None:
    text = client.get(PATH).text

    assert 'aria-labelledby="chart-title" aria-describedby="chart-description"' in text
    assert "1 check failed." in text
    assert ">12, 1 failed</td>" in text
    assert "newest first</caption>" in text
    assert '<th scope="row" class="nhsuk-table__header">9 April 2018 at 8am BST</th>' in text


def test_a_component_without_mail_speaks_of_answers(client: CheckingClient) -> None:
    text = client.get(f"/status/components/{PORTAL}/").text

    assert "How long answers took, the last 48 hours" in text
    assert "Opens the web page, from the internet, every 5 minutes." in text


def test_every_one_of_90_days_has_a_row(client: CheckingClient) -> None:
    text = client.get(PATH).text
    days = text.partition("Each day in London")[2]

    assert days.partition("</table>")[0].count('<th scope="row"') == 90
    assert "working 165" in days
    assert "10 January 2018" in days


def test_an_incident_of_the_component_is_listed_and_shaded(
    service: Engine, client: CheckingClient
) -> None:
    assert "app-chart__hssi" not in client.get(PATH).text

    log_hssi(service)
    log_hssi(service, "INC2", title="Other", components=(PORTAL,))
    client.client.application.extensions["page_cache"].forget()

    text = client.get(PATH).text
    assert "INC1: Relay delivery delays" in text
    assert "INC2" not in text
    assert text.count("app-chart__hssi") == 1


def test_a_component_nobody_measured_says_so(client: CheckingClient) -> None:
    text = client.get("/status/components/mobile-access/").text

    assert "Nothing was measured in the last 48 hours." in text
    assert "No reading yet." in text
    assert "Not measured" in text


def test_the_table_ends_with_the_48_hours_of_the_chart(
    sqlite_engine: Engine, client: CheckingClient
) -> None:
    define_service(sqlite_engine)
    measure(sqlite_engine, "S" * 60, INCOMING, step=timedelta(hours=1))

    hours = client.get(PATH).text.partition("Hour from")[2].partition("</table>")[0]

    assert hours.count('<th scope="row"') == 48
