"""Our own API on what is planned."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from api import ApiClient
from service_rows import PORTAL, define_service, plan_change, plan_release, plan_window
from status_rows import NINE


@pytest.fixture
def plans(sqlite_engine: Engine) -> None:
    """Two tests, one of them cancelled; three changes; two releases."""
    define_service(sqlite_engine)
    plan_window(sqlite_engine)
    plan_window(
        sqlite_engine,
        "bcdr-0",
        starts_on=date(2018, 6, 1),
        ends_on=date(2018, 6, 2),
        is_cancelled=True,
    )
    plan_change(sqlite_engine)
    plan_change(sqlite_engine, "CHG2", starts_at=NINE - timedelta(hours=1), components=(PORTAL,))
    plan_change(sqlite_engine, "CHG0", starts_at=NINE - timedelta(days=20))
    plan_release(sqlite_engine)
    plan_release(sqlite_engine, "2018-03", name="Portal release 3", live_at=NINE)


@pytest.mark.usefixtures("plans")
@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("/windows", ["bcdr-0", "bcdr-1"]),
        ("/windows?state=cancelled", ["bcdr-0"]),
        ("/windows?limit=1", ["bcdr-0", "bcdr-1"]),
        ("/changes", ["CHG0", "CHG2", "CHG1"]),
        ("/changes?days_back=7", ["CHG2", "CHG1"]),
        ("/changes?state=running", ["CHG2"]),
        (f"/changes?component={PORTAL}", ["CHG2"]),
        ("/changes?limit=1&state=upcoming", ["CHG1"]),
        ("/releases", ["2018-04", "2018-03"]),
        ("/releases?state=live&limit=1", ["2018-03"]),
    ],
)
def test_plans_can_be_narrowed_and_followed(api: ApiClient, address: str, found: list[str]) -> None:
    assert [one.get("uid") or one["ref"] for one in api.follow(address)] == found


@pytest.mark.usefixtures("plans")
def test_days_are_days_and_moments_are_moments(api: ApiClient) -> None:
    window = api.get("/windows")["items"][1]
    change = api.get("/changes?state=upcoming")["items"][0]
    release = api.get("/releases")["items"][0]

    assert (window["starts_on"], window["ends_on"]) == ("2018-09-21", "2018-09-30")
    assert change["starts_at"] == "2018-04-11T08:00:00Z"
    assert (release["planned_words"], release["is_month_only"]) == ("April 2018", True)
    assert release["items"][0] == {"kind": "feature", "text": "Search by organisation code"}
    api.get("/changes?state=cancelled_by_nobody", 400)


@pytest.mark.usefixtures("plans")
def test_a_cursor_of_another_list_is_refused(api: ApiClient) -> None:
    cursor = api.get("/windows?limit=1")["next"].partition("cursor=")[2]

    assert api.get(f"/releases?cursor={cursor}", 400)["errors"][0]["where"] == "query cursor"
