"""Our own API on uptime: figures with their formula and coverage, months closed once."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from api import ApiClient
from lamppost.clock import FixedClock
from month_rows import APRIL, BEGIN, SETTLED, close, log_incident, measure_month, prepare

HOUR = timedelta(hours=1)


@pytest.fixture
def april(sqlite_engine: Engine, clock: FixedClock) -> str:
    """April 2018, an hour of it an outage, closed; gives its digest."""
    prepare(sqlite_engine)
    measure_month(sqlite_engine, down=[(BEGIN + 240 * HOUR, BEGIN + 241 * HOUR)])
    log_incident(sqlite_engine, BEGIN + 240 * HOUR, BEGIN + 241 * HOUR)
    clock.set_to(SETTLED)
    return close(sqlite_engine)


def test_a_month_is_told_with_formula_coverage_and_digest(april: str, api: ApiClient) -> None:
    listed = api.get("/uptime/months")["items"]
    month = api.get("/uptime/months/2018-04")

    assert [one["month"] for one in listed if one["state"] == "closed"] == ["2018-04"]
    assert month["digest"] == april
    assert month["formula"]["version"] == "1"
    assert month["formula"]["weights"] == {"outage": 1.0, "partial": 0.5}
    assert "rounded down" in month["formula"]["words"]
    line = month["components"][0]
    assert line["component"] == "c0"
    lost = line["seconds"]["outage"] / (30 * 24 * 3600)
    assert line["uptime"]["all_time_percent"] == pytest.approx(100 - 100 * lost, abs=0.01)
    assert line["uptime"]["coverage_percent"] == 100
    assert line["uptime"]["formula"] == month["formula"]["version"]
    assert f"{APRIL:%Y-%m}" == month["month"]


@pytest.mark.usefixtures("april")
def test_any_days_have_figures_and_a_component_its_own(api: ApiClient) -> None:
    whole = api.get("/uptime?from=2018-04-01&to=2018-04-30")
    day = api.get("/components/c0/uptime?from=2018-04-11&to=2018-04-11")
    month = api.get("/uptime/months/2018-04")

    assert (whole["starts_at"], whole["ends_at"]) == (month["starts_at"], month["ends_at"])
    assert whole["components"][0]["uptime"] == month["components"][0]["uptime"]
    assert [line["component"] for line in day["components"]] == ["c0"]
    assert day["components"][0]["seconds"]["outage"] == 3600
    assert day["components"][0]["uptime"]["all_time_percent"] == 95.833


@pytest.mark.usefixtures("april")
@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/uptime?from=2018-05-01&to=2018-04-01", 400),
        ("/uptime?from=2016-01-01", 400),
        ("/uptime?from=April", 400),
        ("/uptime?to=0", 400),
        ("/uptime/months/2018-13", 404),
        ("/uptime/months/1999-01", 404),
        ("/components/nobody/uptime", 404),
    ],
)
def test_what_cannot_be_answered_says_why(api: ApiClient, address: str, status: int) -> None:
    assert api.get(address, status)["errors"][0]["how"]


def test_where_too_little_was_measured_there_is_no_figure(
    sqlite_engine: Engine, clock: FixedClock, api: ApiClient
) -> None:
    prepare(sqlite_engine)
    clock.set_to(SETTLED)
    line = api.get("/components/c0/uptime")["components"][0]

    assert line["uptime"]["all_time_percent"] is None
    assert line["uptime"]["coverage_percent"] == 0
