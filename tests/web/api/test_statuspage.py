"""Every document of the v2 API has the recorded shape and says what our pages say."""

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator
from sqlalchemy import Engine, event

from checking import CheckingClient
from lamppost.clock import FixedClock
from lamppost.web.context import db
from service_rows import (
    INCOMING,
    NAMES,
    PORTAL,
    define_service,
    log_hssi,
    measure,
    plan_change,
    plan_window,
)
from status_rows import NINE

SHAPES = json.loads((Path(__file__).parent / "statuspage_shapes.json").read_text(encoding="utf-8"))
DOCUMENTS = sorted(SHAPES["documents"])
HOUR = timedelta(hours=1)


@pytest.fixture
def service(sqlite_engine: Engine) -> Engine:
    """Six components measured and well, one not; an open incident, a past one, four plans."""
    define_service(sqlite_engine)
    measure(sqlite_engine, "SSSS", *(slug for slug, _, _ in NAMES if slug != PORTAL))
    log_hssi(sqlite_engine)
    log_hssi(sqlite_engine, updated_at=NINE - HOUR, summary="The cause is known.")
    log_hssi(
        sqlite_engine,
        "INC0",
        severity=1,
        raised_at=NINE - 48 * HOUR,
        updated_at=NINE - 40 * HOUR,
        resolved_at=NINE - 40 * HOUR,
    )
    plan_change(sqlite_engine)
    plan_change(sqlite_engine, "CHG2", starts_at=NINE - HOUR, components=(PORTAL,))
    plan_window(sqlite_engine)
    plan_window(sqlite_engine, "bcdr-2", starts_on=date(2018, 6, 1), is_cancelled=True)
    return sqlite_engine


def read(client: CheckingClient, name: str) -> dict[str, Any]:
    """A document, checked against its shape."""
    answer = client.get(f"/api/v2/{name}.json")
    document: dict[str, Any] = json.loads(answer.data)
    schema = {"$defs": SHAPES["$defs"], **SHAPES["documents"][name]}
    faults = [
        f"{one.json_path}: {one.message}"
        for one in Draft202012Validator(schema).iter_errors(document)
    ]
    assert faults == []
    assert answer.mimetype == "application/json"
    return document


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_has_the_recorded_shape(client: CheckingClient, name: str) -> None:
    assert read(client, name)["page"]["url"] == "http://lamppost.test"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_service_nobody_has_defined_has_the_shape_too(client: CheckingClient, name: str) -> None:
    assert read(client, name)["page"]["time_zone"] == "Europe/London"


def test_the_recorded_shapes_tell_a_wrong_document() -> None:
    schema = {"$defs": SHAPES["$defs"], **SHAPES["documents"]["status"]}
    wrong = {"page": {}, "status": {"indicator": "fine", "description": "All is well"}}

    assert len(list(Draft202012Validator(schema).iter_errors(wrong))) > 3


@pytest.mark.usefixtures("service")
def test_groups_are_components_followed_by_their_members(client: CheckingClient) -> None:
    listed = read(client, "components")["components"]

    assert [one["name"] for one in listed if one["group"]] == ["Email gateway", "NHSmail"]
    assert [one["position"] for one in listed] == list(range(1, 10))
    for group in (one for one in listed if one["group"]):
        members = [one["id"] for one in listed if one["group_id"] == group["id"]]
        assert group["components"] == members != []


@pytest.mark.usefixtures("service")
def test_what_is_not_measured_is_degraded_performance(client: CheckingClient) -> None:
    statuses = {one["name"]: one["status"] for one in read(client, "components")["components"]}

    assert statuses["Portal (administration tools)"] == "degraded_performance"
    assert statuses["Outlook Web Access"] == "operational"


@pytest.mark.usefixtures("service")
def test_an_incident_tells_its_updates_newest_first(client: CheckingClient) -> None:
    shown = read(client, "incidents")["incidents"]
    unresolved = read(client, "incidents/unresolved")["incidents"]

    assert [one["status"] for one in shown] == ["investigating", "resolved"]
    assert [one["impact"] for one in shown] == ["major", "critical"]
    assert unresolved == shown[:1]
    updates = unresolved[0]["incident_updates"]
    assert [one["created_at"] for one in updates] == [
        "2018-04-09T08:00:00.000+01:00",
        "2018-04-09T07:00:00.000+01:00",
    ]
    assert "The cause is known." in updates[0]["body"]
    assert unresolved[0]["shortlink"] == "http://lamppost.test/status/incidents/INC1/"
    assert [one["name"] for one in unresolved[0]["components"]] == ["Incoming internet email"]


@pytest.mark.usefixtures("service")
def test_an_update_tells_what_it_changed_for_each_component(client: CheckingClient) -> None:
    newest, oldest = read(client, "incidents/unresolved")["incidents"][0]["incident_updates"]
    resolved = read(client, "incidents")["incidents"][1]["incident_updates"][0]

    for update, old, new in (
        (oldest, "operational", "degraded_performance"),
        (newest, "degraded_performance", "degraded_performance"),
        (resolved, "operational", "operational"),
    ):
        assert [one["name"] for one in update["affected_components"]] == ["Incoming internet email"]
        assert update["affected_components"][0]["old_status"] == old
        assert update["affected_components"][0]["new_status"] == new


@pytest.mark.usefixtures("service")
def test_plans_are_maintenances_by_whether_they_have_begun(client: CheckingClient) -> None:
    every = read(client, "scheduled-maintenances")["scheduled_maintenances"]
    upcoming = read(client, "scheduled-maintenances/upcoming")["scheduled_maintenances"]
    active = read(client, "scheduled-maintenances/active")["scheduled_maintenances"]
    summary = read(client, "summary")["scheduled_maintenances"]

    assert [one["status"] for one in every] == [
        "scheduled", "completed", "scheduled", "in_progress",
    ]  # fmt: skip
    assert upcoming + active == [every[0], every[2], every[3]] == summary
    assert every[0]["scheduled_for"] == "2018-09-21T00:00:00.000+01:00"
    assert every[0]["scheduled_until"] == "2018-10-01T00:00:00.000+01:00"
    assert "Cancelled" in every[1]["incident_updates"][0]["body"]


@pytest.mark.usefixtures("service")
def test_the_page_is_never_milder_than_its_gravest_open_incident(client: CheckingClient) -> None:
    assert read(client, "status")["status"] == {
        "indicator": "major",
        "description": "Partial System Outage",
    }


def test_an_id_is_the_same_whatever_happens(
    service: Engine, client: CheckingClient, look_again: Callable[[], None]
) -> None:
    before = {one["name"]: one["id"] for one in read(client, "summary")["components"]}
    log_hssi(service, updated_at=NINE, severity=1, title="Worse than it looked")
    look_again()
    after = read(client, "summary")

    assert {one["name"]: one["id"] for one in after["components"]} == before
    assert after["incidents"][0]["name"] == "Worse than it looked"
    assert re.fullmatch(r"[a-z0-9]{12}", after["incidents"][0]["id"])


def test_a_reading_that_changes_nothing_keeps_the_etag(
    service: Engine, client: CheckingClient, clock: FixedClock, look_again: Callable[[], None]
) -> None:
    first = client.get("/api/v2/summary.json")
    clock.sleep(60)
    measure(service, "S", INCOMING, until=clock.now())
    look_again()

    client.get("/api/v2/summary.json", status=304, headers={"If-None-Match": first.headers["ETag"]})


@pytest.mark.usefixtures("service")
def test_scripts_of_any_site_may_read_it(client: CheckingClient) -> None:
    answer = client.get("/api/v2/status.json")
    asked = client.client.options("/api/v2/status.json")

    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
    assert asked.headers["Access-Control-Allow-Origin"] == "*"
    assert "If-None-Match" in asked.headers["Access-Control-Allow-Headers"]


def test_more_incidents_cost_no_more_queries(
    service: Engine, client: CheckingClient, app: Flask, look_again: Callable[[], None]
) -> None:
    asked: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *all_: asked.append(all_[2]))
    counts = []
    for number in range(2):
        look_again()
        app.extensions["page_cache"].forget()
        asked.clear()
        read(client, "summary")
        counts.append(len(asked))
        for one in range(60 * (1 - number)):
            log_hssi(service, f"INC9{one}", raised_at=NINE - one * HOUR)

    assert counts[0] == counts[1] <= 20
    assert len(read(client, "incidents")["incidents"]) == 50
