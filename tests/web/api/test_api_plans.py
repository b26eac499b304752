"""Our own API on what is planned."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from api import ApiClient
from lamppost.status.plans.changes import cancel_change, schedule_change
from lamppost.status.plans.issues import close_issue, open_issue
from lamppost.status.plans.texts import ChangeText, IssueText
from service_rows import PORTAL, define_service, plan_change, plan_release, plan_window
from status_desk import Desk
from status_rows import NINE

HOUR = timedelta(hours=1)


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
def test_a_change_that_is_called_off_or_a_freeze_says_so(
    sqlite_engine: Engine, api: ApiClient
) -> None:
    desk = Desk(sqlite_engine)
    later = NINE + timedelta(days=3)
    freeze = ChangeText("Nothing is changed", later, later + HOUR, kind="freeze")
    desk.do(schedule_change, ref="FRZ1", text=freeze)
    desk.do(cancel_change, ref="CHG1", why="The supplier is ill.")

    assert [one["ref"] for one in api.get("/changes?state=cancelled")["items"]] == ["CHG1"]
    assert {one["kind"] for one in api.get("/changes")["items"]} == {"change", "freeze"}


@pytest.mark.usefixtures("plans")
def test_known_issues_are_open_unless_asked_for_closed_ones(
    sqlite_engine: Engine, api: ApiClient
) -> None:
    desk = Desk(sqlite_engine)
    for ref in ("KI1", "KI2"):
        text = IssueText(f"{ref} is slow", "Portal", "Search is slow.", "Use the filter.")
        desk.do(open_issue, ref=ref, text=text)
    desk.do(close_issue, ref="KI2")

    assert [one["ref"] for one in api.follow("/known-issues?limit=1")] == ["KI1"]
    closed = api.get("/known-issues?state=closed")["items"]
    assert [(one["ref"], one["closed_on"]) for one in closed] == [("KI2", "2018-04-09")]
    assert api.get("/known-issues")["items"][0]["workaround"] == "Use the filter."


@pytest.mark.usefixtures("plans")
def test_a_cursor_of_another_list_is_refused(api: ApiClient) -> None:
    cursor = api.get("/windows?limit=1")["next"].partition("cursor=")[2]

    assert api.get(f"/releases?cursor={cursor}", 400)["errors"][0]["where"] == "query cursor"
