"""Our own API on the service and what is measured of it."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from api import ApiClient
from lamppost.clock import FixedClock
from service_rows import INCOMING, NAMES, PORTAL, define_service, log_hssi, measure
from status_rows import NINE


@pytest.fixture
def service(sqlite_engine: Engine) -> Engine:
    define_service(sqlite_engine)
    measure(sqlite_engine, "SSLUFSSSSSSS", INCOMING)
    measure(sqlite_engine, "SSSS", PORTAL)
    return sqlite_engine


@pytest.mark.usefixtures("service")
def test_the_service_and_its_components_say_what_the_pages_say(api: ApiClient) -> None:
    whole = api.get("/status")
    listed = api.get("/components")["items"]

    assert whole["state"] == "unknown"
    assert whole["as_at"] == "2018-04-09T08:00:00Z"
    assert [one["slug"] for one in listed] == [slug for slug, _, _ in NAMES]
    assert listed[0]["delay"]["count"] == 11
    assert listed[3] == {
        "slug": PORTAL,
        "name": "Portal (administration tools)",
        "group": "NHSmail",
        "state": "operational",
        "state_words": "Working",
        "since": "2018-04-09T07:45:00Z",
        "as_at": "2018-04-09T08:00:00Z",
        "sentence": "Working normally.",
        "detail": "",
        "delay": None,
    }


@pytest.mark.usefixtures("service")
def test_a_component_has_its_probes_and_ninety_days(api: ApiClient) -> None:
    one = api.get(f"/components/{INCOMING}")

    assert [probe["name"] for probe in one["probes"]] == [INCOMING]
    assert len(one["days"]) == 90
    assert one["days"][-1]["day"] == "2018-04-09"
    assert "operational" in one["days"][-1]["seconds"]
    wrong = api.get("/components/nobody", 404)
    assert wrong["errors"][0]["how"] == "Take a slug from /api/v1/components."


@pytest.mark.usefixtures("service")
def test_readings_come_newest_first_a_page_at_a_time_and_each_once(api: ApiClient) -> None:
    whole = api.get(f"/components/{INCOMING}/readings")["items"]
    paged = api.follow(f"/components/{INCOMING}/readings?limit=5")

    assert len(whole) == 12
    assert paged == whole
    assert [one["taken_at"] for one in whole] == sorted(
        (one["taken_at"] for one in whole), reverse=True
    )
    assert whole[0] == {
        "probe": INCOMING,
        "taken_at": "2018-04-09T08:00:00Z",
        "outcome": "ok",
        "value": 10.0,
        "unit": "s",
        "is_pending": False,
    }


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize(
    ("narrowed", "count"),
    [
        ("outcome=failed", 1),
        ("outcome=unknown", 1),
        ("from=2018-04-09T07:30:00Z", 7),
        ("from=2018-04-09T08:30:00+01:00", 7),
        ("until=2018-04-09T07:30:00Z", 5),
        ("from=2018-04-09T07:30:00Z&until=2018-04-09T07:40:00Z", 2),
        (f"probe={INCOMING}", 12),
    ],
)
def test_readings_can_be_narrowed(api: ApiClient, narrowed: str, count: int) -> None:
    assert len(api.get(f"/components/{INCOMING}/readings?{narrowed}")["items"]) == count


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize(
    ("asked", "where", "what", "how"),
    [
        ("colour=red", "query colour", "not read here", "This address reads: cursor, from, limit"),
        ("limit=0", "query limit", "greater than or equal to 1", "Give how many a page, 1 to 200."),
        ("limit=many", "query limit", "valid integer", "Give how many a page"),
        ("limit=5&limit=6", "query limit", "given twice", "Give it once."),
        ("outcome=fine", "query outcome", "'ok', 'failed' or 'unknown'", "Give ok, failed or"),
        ("from=yesterday", "query from", "not a moment", "such as 2018-04-09T09:00:00Z"),
        ("from=2018-04-09T09:00:00", "query from", "not a moment", "a moment with its zone"),
        ("from=0", "query from", "not a moment", "a moment with its zone"),
        ("from=2018-02-30T09:00:00Z", "query from", "day value", "a moment with its zone"),
        ("cursor=abc", "query cursor", "not one this address gave", "Take it from `next`"),
        ("probe=nobody", "query probe", f"nobody is none of {INCOMING}", f"one of {INCOMING}"),
    ],
)
def test_a_wrong_argument_is_told_where_what_and_how_to_mend_it(
    api: ApiClient, asked: str, where: str, what: str, how: str
) -> None:
    problem = api.get(f"/components/{INCOMING}/readings?{asked}", 400)

    assert problem["status"] == 400
    assert problem["instance"] == f"/api/v1/components/{INCOMING}/readings"
    assert problem["errors"][0]["where"] == where
    assert what in problem["errors"][0]["what"]
    assert how in problem["errors"][0]["how"]


@pytest.mark.usefixtures("service")
def test_delays_come_by_the_hour_and_by_the_day(api: ApiClient) -> None:
    hours = api.get(f"/components/{INCOMING}/percentiles")["items"]
    days = api.get(f"/components/{INCOMING}/percentiles?by=day")["items"]

    assert [one["starts_at"][11:16] for one in hours] == ["07:00", "08:00"]
    assert hours[0]["ends_at"] == hours[1]["starts_at"]
    assert sum(one["count"] for one in hours) == days[0]["count"] == 10
    assert days[0]["starts_at"] == "2018-04-08T23:00:00Z"
    assert days[0]["longest_s"] == 100
    assert days[0]["p50_s"] == pytest.approx(10, rel=0.05)
    assert (days[0]["failed"], days[0]["unknown"], days[0]["slow"]) == (1, 1, 1)


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize(
    ("asked", "what"),
    [
        ("from=2018-01-01T00:00:00Z", "longer than 14 days"),
        ("by=day&from=2016-01-01T00:00:00Z", "longer than 366 days"),
        ("from=2018-04-09T00:00:00Z&until=2018-04-08T00:00:00Z", "after `until`"),
    ],
)
def test_a_period_that_is_none_or_too_long_is_refused(
    api: ApiClient, asked: str, what: str
) -> None:
    problem = api.get(f"/components/{INCOMING}/percentiles?{asked}", 400)

    assert what in problem["errors"][0]["what"]


def test_readings_of_one_moment_are_not_lost_between_pages(
    service: Engine, api: ApiClient, clock: FixedClock
) -> None:
    measure(service, "SSSS", PORTAL, until=NINE + timedelta(seconds=4), step=timedelta(0))
    clock.sleep(60)
    paged = api.follow(f"/components/{PORTAL}/readings?limit=1")

    assert paged == api.get(f"/components/{PORTAL}/readings")["items"]


def test_what_has_not_changed_is_not_sent_again(service: Engine, api: ApiClient) -> None:
    first = api.client.get("/api/v1/components")
    tag = {"If-None-Match": first.headers["ETag"]}
    api.get("/components", 304, headers=tag)
    log_hssi(service)

    assert api.get("/components", headers=tag)["items"][0]["state"] == "degraded"
