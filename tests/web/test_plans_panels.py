"""The panels of windows, releases and known issues: previews, conflicts, two operators, scope."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from checking import CheckingClient, check_page
from lamppost.clock import FixedClock
from lamppost.sample.organisations import add_organisations
from lamppost.status.plans.participation import count_joining
from lamppost.status.reads import list_changes, list_known_issues, list_releases, list_windows
from postmaster.access.roles import Role
from postmaster.features.reads import list_features
from status_desk import DAY, Desk
from status_rows import define, some
from visitors import csrf_token_of, put_person, sign_in

TEST = {
    "ref": "T1", "title": "BCDR test", "starts_on": "2018-09-21", "ends_on": "2018-09-30",
    "summary": "Both sites.",
}  # fmt: skip
WORK = {
    "ref": "C1", "kind": "change", "title": "New disks", "starts_at": "2018-05-01T22:00",
    "ends_at": "2018-05-01T23:30", "effect_0": "down", "effect_1": "none", "effect_2": "",
    "impact": "Mail waits.",
}  # fmt: skip
RELEASE = {
    "ref": "R1", "name": "Portal release", "planned_on": "2018-05-20", "is_month_only": "y",
    "new": "Unlock\nSearch", "mended": "Sorting", "switches": ["sspr_unlocks"],
}  # fmt: skip
ISSUE = {
    "ref": "K1", "title": "Slow search", "product": "Portal", "summary": "Search takes minutes.",
    "workaround": "Search by address.",
}  # fmt: skip
NEW: dict[str, dict[str, Any]] = {
    "/admin/windows/tests/new/": TEST,
    "/admin/windows/changes/new/": WORK,
    "/admin/releases/new/": RELEASE,
    "/admin/known-issues/new/": ISSUE,
}


@pytest.fixture
def desk(sqlite_engine: Engine, clock: FixedClock) -> Desk:
    define(sqlite_engine, some(3))
    return Desk(sqlite_engine, clock.now())


@pytest.fixture
def enter(app: Flask, desk: Desk, clock: FixedClock) -> Callable[..., FlaskClient]:
    def make(role: Role = Role.STATUS_OPERATOR, scope: str | None = None) -> FlaskClient:
        client = app.test_client()
        email = f"{role}@example.test"
        person = put_person(desk.engine, now=clock.now(), email=email, role=role, scope=scope)
        sign_in(client, desk.engine, person_id=person, now=clock.now())
        return client

    return make


@pytest.fixture
def cat(enter: Callable[..., FlaskClient]) -> FlaskClient:
    return enter()


def post(client: FlaskClient, address: str, **values: Any) -> tuple[int, str]:
    token = csrf_token_of(client.get("/account/").text)
    answer = client.post(address, data={"csrf_token": token, **values})
    if answer.mimetype == "text/html" and answer.status_code != 303:
        check_page(address, answer.text)
    return answer.status_code, answer.text


def seen_at(client: FlaskClient, address: str) -> str:
    found = re.search(r'name="seen_version" value="(\d+)"', client.get(address).text)
    assert found
    return found[1]


@pytest.mark.parametrize("address", list(NEW))
def test_each_kind_is_previewed_exactly_and_nothing_is_stored_until_it_is_published(
    cat: FlaskClient, desk: Desk, clock: FixedClock, address: str
) -> None:
    status, text = post(cat, address, **NEW[address])
    assert status == 200
    for words in ("On the page", "The entry in the feeds", "The message", "tag:"):
        assert words in text
    now = clock.now()
    assert not desk.ask(list_windows, now=now)
    assert not desk.ask(list_changes, now=now)
    assert not desk.ask(list_releases)
    assert not desk.ask(list_known_issues, now=now)

    assert post(cat, address, **NEW[address], step="publish")[0] == 303
    again = post(cat, address, **NEW[address], step="publish")
    assert (again[0], "is taken" in again[1]) == (422, True)
    assert post(cat, address, **{**NEW[address], "ref": ""}, step="publish")[0] == 422
    kept = post(cat, address, **NEW[address], step="edit")
    assert (kept[0], NEW[address]["ref"] in kept[1]) == (200, True)


def test_the_public_pages_tell_what_was_published(
    cat: FlaskClient, app: Flask, look_again: Callable[[], None]
) -> None:
    for address, values in NEW.items():
        post(cat, address, **values, step="publish")
    look_again()
    client = CheckingClient(app.test_client())

    test = client.get("/status/bcdr/").text
    assert "165 days&#39; notice was given, 28 days are promised." in test
    assert "nothing is expected" in test
    assert "Component 0</a> (not available)" in client.get("/status/changes/").text
    assert "Planned for May 2018" in client.get("/status/releases/").text
    issues = client.get("/status/known-issues/").text
    assert "Search by address." in issues
    assert "looked at again by 9 May 2018" in issues
    assert "known-issue/K1" in client.get("/status/feed.atom").text
    for panel in ("/admin/windows/", "/admin/releases/", "/admin/known-issues/"):
        CheckingClient(cat).get(panel)


def test_a_test_that_began_keeps_its_first_day_and_gets_an_outcome(
    enter: Callable[..., FlaskClient], desk: Desk, clock: FixedClock
) -> None:
    post(enter(), "/admin/windows/tests/new/", **TEST, step="publish")
    clock.sleep(169 * 86400)
    cat, here = enter(Role.TENANT_ADMINISTRATOR), "/admin/windows/tests/T1/"
    CheckingClient(cat).get(here)
    form = {**TEST, "seen_version": seen_at(cat, f"{here}change/"), "step": "publish"}

    status, text = post(cat, f"{here}change/", **{**form, "starts_on": "2018-09-26"})
    assert (status, "It began on 21 September 2018" in text) == (422, True)
    assert post(cat, f"{here}change/", **{**form, "ends_on": "2018-10-02"})[0] == 303
    stale = post(cat, f"{here}change/", **form)
    assert (stale[0], "What stands there now" in stale[1]) == (422, True)
    assert post(cat, f"{here}outcome", outcome="Moved in 40 minutes.")[0] == 303
    assert post(cat, f"{here}cancel", why="Storms")[0] == 303
    (found,) = desk.ask(list_windows, now=clock.now())
    assert (found.outcome, found.state) == ("Moved in 40 minutes.", "cancelled")
    assert "Extended from" in cat.get(here).text


def test_what_overlaps_is_said_and_stands_only_with_a_reason(cat: FlaskClient) -> None:
    post(cat, "/admin/windows/tests/new/", **TEST, step="publish")
    during = {**WORK, "starts_at": "2018-09-25T22:00", "ends_at": "2018-09-25T23:00"}
    address = "/admin/windows/changes/new/"

    status, text = post(cat, address, **during, step="publish")
    assert (status, "It overlaps the BCDR test BCDR test (T1)" in text) == (422, True)
    assert post(cat, address, **during, despite="Part of the test", step="publish")[0] == 303
    page = cat.get("/admin/windows/changes/C1/").text
    assert "Part of the test" in page


def test_a_change_is_moved_cancelled_and_closed(cat: FlaskClient) -> None:
    post(cat, "/admin/windows/changes/new/", **WORK, step="publish")
    here = "/admin/windows/changes/C1/"
    form = {**WORK, "seen_version": seen_at(cat, f"{here}change/"), "step": "publish"}

    assert post(cat, f"{here}change/", **{**form, "title": "Newer disks"})[0] == 303
    assert post(cat, f"{here}change/", **form)[0] == 422
    assert post(cat, f"{here}cancel", why="")[0] == 303
    assert "Say why" in cat.get(here).text
    assert post(cat, f"{here}cancel", why="Later")[0] == 303
    assert "Cancelled: Later" in CheckingClient(cat).get(here).text


def test_a_change_that_comes_again_is_begun_and_ended(
    cat: FlaskClient, desk: Desk, clock: FixedClock
) -> None:
    weekly = {
        "ref": "S", "title": "Restart", "first_on": "2018-04-10", "starts": "22:00",
        "ends": "23:00", "rule": "FREQ=WEEKLY", "effect_0": "slow", "effect_1": "", "effect_2": "",
    }  # fmt: skip
    address = "/admin/windows/series/new/"
    assert post(cat, address, **{**weekly, "rule": "FREQ=HOURLY"})[0] == 422
    assert post(cat, address, **weekly)[0] == 303
    assert len(desk.ask(list_changes, now=clock.now())) == 9
    assert "FREQ=WEEKLY" in CheckingClient(cat).get("/admin/windows/").text
    assert post(cat, "/admin/windows/series/S/end")[0] == 303
    assert {one.state for one in desk.ask(list_changes, now=clock.now())} == {"cancelled"}


def test_a_release_goes_live_and_back_and_its_features_follow(cat: FlaskClient, desk: Desk) -> None:
    post(cat, "/admin/releases/new/", **RELEASE, step="publish")
    here = "/admin/releases/R1/"
    form = {**RELEASE, "seen_version": seen_at(cat, f"{here}change/"), "step": "publish"}
    assert post(cat, f"{here}change/", **{**form, "planned_on": "2018-06-01"})[0] == 303
    assert post(cat, f"{here}change/", **form)[0] == 422
    assert post(cat, f"{here}live/", live_at="2018-04-10T09:00", step="publish")[0] == 422
    assert "Live since 9 April 2018" in post(cat, f"{here}live/", live_at="2018-04-09T08:30")[1]
    assert post(cat, f"{here}live/", live_at="2018-04-09T08:30", step="publish")[0] == 303
    (period,) = desk.ask(list_features)
    assert period.live_until is None
    back = {"rolled_back_at": "2018-04-09T08:45", "step": "publish"}
    assert post(cat, f"{here}roll-back/", **back, why="")[0] == 422
    assert post(cat, f"{here}roll-back/", **back, why="Locked people out")[0] == 303
    (period,) = desk.ask(list_features)
    assert period.live_until is not None
    page = CheckingClient(cat).get(here).text
    assert "Slipped from May 2018 to June 2018." in page


def test_a_known_issue_nags_until_somebody_looks(
    enter: Callable[..., FlaskClient], clock: FixedClock
) -> None:
    post(enter(), "/admin/known-issues/new/", **ISSUE, step="publish")
    clock.sleep(31 * DAY.total_seconds())
    cat, here = enter(Role.TENANT_ADMINISTRATOR), "/admin/known-issues/K1/"
    assert "Look again at the known issue Slow search" in cat.get("/admin/").text
    assert post(cat, f"{here}review")[0] == 303
    assert "Look again" not in cat.get("/admin/").text
    form = {**ISSUE, "seen_version": seen_at(cat, f"{here}change/"), "step": "publish"}
    assert post(cat, f"{here}change/", **form)[0] == 303
    assert post(cat, f"{here}change/", **form)[0] == 422
    assert post(cat, f"{here}close", fixed_in="R1")[0] == 303
    assert "closed 10 May 2018" in CheckingClient(cat).get(here).text
    assert post(cat, f"{here}close")[0] == 303


def test_an_administrator_answers_for_their_own_organisation_alone(
    cat: FlaskClient, enter: Callable[..., FlaskClient], desk: Desk, clock: FixedClock
) -> None:
    with desk.writing() as session:
        add_organisations(session, now=clock.now())
    post(cat, "/admin/windows/tests/new/", **TEST, step="publish")
    administrator = enter(Role.LOCAL_ADMINISTRATOR, "RX1")
    address = "/admin/windows/taking-part/"
    CheckingClient(administrator).get(address)
    CheckingClient(administrator).get("/admin/windows/", 403)

    answer = {"uid": "T1", "joins": "y", "note": ""}
    assert post(administrator, address, **answer, organisation="rx1")[0] == 303
    assert post(administrator, address, **answer, organisation="RX2")[0] == 404
    assert post(administrator, address, **{**answer, "uid": "no"}, organisation="RX1")[0] == 422
    assert desk.ask(count_joining) == {"T1": 1}
    assert "RX1</td>" in cat.get("/admin/windows/tests/T1/").text


@pytest.mark.parametrize(
    "address",
    [
        "/admin/windows/tests/x/", "/admin/windows/tests/x/change/", "/admin/windows/changes/x/",
        "/admin/releases/x/", "/admin/releases/x/live/", "/admin/known-issues/x/",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(cat: FlaskClient, address: str) -> None:
    CheckingClient(cat).get(address, 404)


def test_a_migration_is_warned_at_planning_and_refused_while_the_test_runs(
    cat: FlaskClient, enter: Callable[..., FlaskClient], desk: Desk, clock: FixedClock
) -> None:
    with desk.writing() as session:
        add_organisations(session, now=clock.now())
    running = {**TEST, "starts_on": "2018-04-09", "ends_on": "2018-04-12"}
    post(cat, "/admin/windows/tests/new/", **running, step="publish")
    administrator, home = enter(Role.LOCAL_ADMINISTRATOR, "RX1"), "/admin/migrations/"
    given = {"organisation": "rx1", "route": "self", "run_on": "2018-04-10", "mailboxes": "40"}

    assert post(administrator, home, **{**given, "mailboxes": "many"})[0] == 422
    assert post(administrator, home, **{**given, "organisation": "RX2"})[0] == 404
    assert post(administrator, home, **given)[0] == 303
    assert "It holds migrations back until" in CheckingClient(administrator).get(home).text
    assert post(administrator, f"{home}run", migration_id="1")[0] == 303
    assert "say why it cannot wait" in administrator.get(home).text
    assert post(administrator, f"{home}run", migration_id="1", override="A fire")[0] == 303
    assert "It runs all the same: A fire" in administrator.get(home).text
    for step in ("pause", "drop"):
        assert post(administrator, home + step, migration_id="1")[0] == 303
    assert "Dropped" in administrator.get(home).text
