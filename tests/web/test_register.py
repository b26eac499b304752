"""Registering a site in the browser, page by page, without JavaScript."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from checking import CheckingClient
from lamppost.clock import FixedClock
from lamppost.database import read_only, unit_of_work
from lamppost.sample.registrations import add_registrations
from postmaster.outbox.tables import OutboxMessage
from postmaster.policy.actions import enter_presets
from postmaster.registrations.tables import Registration
from registering import put_containers
from visitors import csrf_token_of

SITE = {
    "ods_code": "fx999", "name": "Lantern Chemist", "town": "Larkmoor", "count": "1",
    "gphc_premises": "103 3445", "email": "dispensary@lantern.example",
}  # fmt: skip
ANN = {
    "first_name": "Ann", "last_name": "Lamp", "email": "ann@lantern.example",
    "mobile": "07700 900101", "existing": "",
}  # fmt: skip
BOB = ANN | {"first_name": "Bob", "email": "bob@lantern.example", "mobile": "+44 7700 900102"}


@pytest.fixture
def browser(app: Flask, sqlite_engine: Engine, clock: FixedClock) -> CheckingClient:
    with unit_of_work(sqlite_engine) as session:
        enter_presets(session, by="system:test", now=clock.now())
        put_containers(session, now=clock.now())
        add_registrations(session, now=clock.now())
    return CheckingClient(app.test_client())


def send(browser: CheckingClient, address: str, data: dict[str, str], status: int = 303) -> str:
    """Post a form of the pages; gives where it leads, or the page."""
    client: FlaskClient = browser.client
    token = csrf_token_of(client.get("/register/pharmacy/").text)
    answer = client.post(address, data={**data, "csrf_token": token})
    assert answer.status_code == status, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.headers["Location"] if status == 303 else answer.text


def code_in_letter(engine: Engine) -> str:
    with read_only(engine) as session:
        body = session.scalars(
            select(OutboxMessage.body)
            .where(OutboxMessage.cause == "registrations.code")
            .order_by(OutboxMessage.message_id.desc())
        ).first()
    found = re.search(r"\b\d{6}\b", body or "")
    assert found is not None
    return found.group()


def test_a_pharmacy_registers_page_by_page(browser: CheckingClient, sqlite_engine: Engine) -> None:
    at = "/register/pharmacy/"
    assert "Open (live since 1 December 2016)" in browser.get(at).text
    assert send(browser, at, {"region": "london"}) == f"{at}site/"
    assert "GPhC premises number" in browser.get(f"{at}site/").text
    assert send(browser, f"{at}site/", SITE) == f"{at}people/"
    for person in (ANN, BOB):
        browser.get(f"{at}people/")
        assert send(browser, f"{at}people/", person) == f"{at}people/"
    assert "Bob Lamp" in browser.get(f"{at}people/").text
    assert "1033445" in browser.get(f"{at}check/").text
    assert send(browser, f"{at}check/", {}) == f"{at}code/"
    page = browser.get(f"{at}code/").text
    assert "d…@lantern.example" in page
    assert "dispensary@" not in page
    assert "You can try 4 more times" in send(browser, f"{at}code/", {"code": "nope"}, 422)
    assert send(browser, f"{at}code/", {"code": code_in_letter(sqlite_engine)}) == f"{at}done/"
    done = browser.get(f"{at}done/").text
    assert "Application sent" in done
    assert re.search(r"Reference PH-[A-Z2-9]{6}", done)
    assert browser.get(f"{at}people/", 303).headers["Location"] == at
    assert send(browser, f"{at}withdraw", {}) == f"{at}done/"
    assert "Application withdrawn" in browser.get(f"{at}done/").text


def test_what_is_wrong_comes_back_with_what_was_typed(browser: CheckingClient) -> None:
    at = "/register/pharmacy/"
    assert "Choose where it is" in send(browser, at, {"region": ""}, 422)
    send(browser, at, {"region": "london"})
    page = send(browser, f"{at}site/", SITE | {"gphc_premises": "12"}, 422)
    assert "has 7 digits" in page
    assert 'value="Lantern Chemist"' in page
    send(browser, f"{at}site/", SITE)
    send(browser, f"{at}people/", ANN)
    page = send(browser, f"{at}people/", BOB | {"mobile": ANN["mobile"]}, 422)
    assert "Ann Lamp has this mobile" in page
    assert "Name 2 people or more. You have named 1." in send(browser, f"{at}check/", {}, 422)
    number = re.search(r'name="applicant_id" value="(\d+)"', browser.get(f"{at}people/").text)
    assert number is not None
    send(browser, f"{at}people/remove", {"applicant_id": number[1]})
    assert "Ann Lamp" not in browser.get(f"{at}people/").text


def test_a_region_that_is_not_open_is_told_when(
    browser: CheckingClient, sqlite_engine: Engine
) -> None:
    page = send(browser, "/register/dentistry/", {"region": "south"}, 200)
    assert "South is not open yet" in page
    assert "opens from May 2018" in page
    page = send(browser, "/register/optometry/", {"region": "cumbria"}, 200)
    assert "planned for summer or autumn 2018" in page
    with read_only(sqlite_engine) as session:
        sectors = set(session.scalars(select(Registration.sector)))
    assert sectors == {"pharmacy"}


def test_an_unknown_sector_is_not_found_and_no_step_is_reached_without_the_one_before(
    browser: CheckingClient,
) -> None:
    browser.get("/register/veterinary/", 404)
    browser.get("/register/veterinary/people/", 404)
    for page in ("site", "people", "check", "code", "done"):
        answer = browser.get(f"/register/pharmacy/{page}/", 303)
        assert answer.headers["Location"] == "/register/pharmacy/"
    answer = browser.get("/register/")
    assert "North, anywhere else; Cumbria; Cheshire; Merseyside; London" in answer.text
    assert answer.text.count("Open (pilot since early 2018)") == 1
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_application_is_the_browsers_that_began_it_and_of_its_own_sector(
    browser: CheckingClient, app: Flask
) -> None:
    send(browser, "/register/pharmacy/", {"region": "london"})
    send(browser, "/register/pharmacy/site/", SITE)

    browser.get("/register/dentistry/people/", 303)
    other = CheckingClient(app.test_client())
    other.get("/register/pharmacy/people/", 303)
