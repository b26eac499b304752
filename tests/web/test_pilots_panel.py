"""The panel of automation: one step up by two people beside the bound, down by one, scope kept."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from batch_rows import put_batch
from checking import check_page
from lamppost.clock import FixedClock
from lamppost.database import unit_of_work
from postmaster.access.roles import Role
from postmaster.lifecycle.modes import Mode
from postmaster.lifecycle.tables import BatchItem, LifecycleNight, LifecycleOrganisation
from prepared import organisations, prepare, presets
from visitors import csrf_token_of, put_person, sign_in

HOME = "/admin/lifecycle/pilots/"


@pytest.fixture
def person(app: Flask, sqlite_engine: Engine, clock: FixedClock) -> Callable[..., FlaskClient]:
    prepare(sqlite_engine, presets, organisations, now=clock.now())

    def make(email: str, role: Role = Role.TENANT_ADMINISTRATOR, scope: str = "") -> FlaskClient:
        client = app.test_client()
        put = put_person(
            sqlite_engine, now=clock.now(), email=email, role=role, scope=scope or None
        )
        sign_in(client, sqlite_engine, person_id=put, now=clock.now())
        return client

    return make


def _post(client: FlaskClient, path: str, **form: str) -> str:
    token = csrf_token_of(client.get("/account/password/").text)
    answer = client.post(HOME + path, data={"csrf_token": token, **form}, follow_redirects=True)
    check_page(HOME + path, answer.text)
    return answer.text


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found
    return found[1]


def test_two_people_turn_it_up_and_one_turns_it_down(
    person: Callable[..., FlaskClient], sqlite_engine: Engine, clock: FixedClock
) -> None:
    maker, second = person("maker@example.nhs.uk"), person("second@example.nhs.uk")
    page = maker.get(HOME).text
    check_page(HOME, page)
    assert "Automation is off in every organisation of yours" in page
    opened = maker.get(f"{HOME}?organisation=rx2")
    assert opened.headers["Location"] == f"{HOME}RX2/"
    lost = maker.get(f"{HOME}?organisation=NOWHERE")
    assert lost.status_code == 422
    assert "You look after no organisation NOWHERE" in lost.text

    assert "Say why" in _post(maker, "RX2/ask")
    page = _post(maker, "RX2/ask", why="The first pilot", with_below="yes")
    assert "Somebody else must approve this: you asked for it" in page
    assert "1 step of automation waits" in second.get("/admin/").text
    page = second.get(f"{HOME}RX2/").text
    wish, digest = _hidden(page, "request_id"), _hidden(page, "digest")
    assert "You asked for this" in _post(maker, "RX2/approve", request_id=wish, digest=digest)
    page = _post(second, "RX2/approve", request_id=wish, digest=digest)
    assert "Shadow: computed every night" in page
    assert "It must stand so for 14 days" in page
    assert "RX201" in maker.get(HOME).text

    assert "Nothing is swept there" in _post(maker, "RX2/freeze", to="freeze", why="A merger")
    page = _post(second, "RX2/lower", mode="off", why="A complaint", with_below="yes")
    assert "Automation is turned down" in page
    with unit_of_work(sqlite_engine) as session:
        session.add(
            LifecycleNight(
                on_day=clock.now().date(), mode="live", reason="idle", batch_id=None, accounts=0,
                held="The feed is late", is_done=False, noted_at=clock.now(),
            )
        )  # fmt: skip
    assert "Held: The feed is late" in maker.get(HOME).text


def test_the_bound_stands_beside_the_button_that_goes_live(
    person: Callable[..., FlaskClient], sqlite_engine: Engine, clock: FixedClock
) -> None:
    maker, second = person("maker@example.nhs.uk"), person("second@example.nhs.uk")
    since = clock.now() - timedelta(days=30)
    with unit_of_work(sqlite_engine) as session:
        batch = put_batch(session, organisation="RX2", now=since)
        item = session.query(BatchItem).filter_by(batch_id=batch).one()
        item.state, item.accepted_at = "done", since
        session.add(
            LifecycleOrganisation(
                ods_code="RX2", mode=Mode.NOTIFY_ONLY, mode_since=since, is_frozen=False,
                changed_at=since, changed_by="person:x", why="A pilot",
            )
        )  # fmt: skip
    _post(maker, "RX2/ask", why="It went well")
    page = second.get(f"{HOME}RX2/").text
    check_page(HOME, page)
    assert "0 corrections in 1 notice." in page
    assert "at most 95.0% of deletions would be wrong" in page
    assert "Go live" in page
    assert page.index("at most 95.0%") < page.index("Go live")
    _post(
        second, "RX2/refuse", request_id=_hidden(page, "request_id"), why="One notice proves little"
    )
    assert "Go live" not in second.get(f"{HOME}RX2/").text


def test_an_administrator_sees_only_how_far_it_goes_in_their_own(
    person: Callable[..., FlaskClient],
) -> None:
    client = person("la@example.nhs.uk", Role.LOCAL_ADMINISTRATOR, "RX1")
    page = client.get(f"{HOME}RX1/").text
    check_page(HOME, page)
    assert "Off: only batches made by people" in page
    assert "Ask for this step" not in page
    assert client.get(f"{HOME}RX2/").status_code == 404
    assert "What the last nights did" not in client.get(HOME).text
