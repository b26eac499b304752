"""Whom to turn to: how to reach them for everybody, their names for those inside alone."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from checking import CheckingClient
from estate import BY
from lamppost.clock import FixedClock
from lamppost.database import unit_of_work
from lamppost.settings import Settings, load_settings
from lamppost.web.app import create_app
from lamppost.web.context import db
from postmaster.access.roles import Role
from postmaster.organisations.actions import add_organisation, close_organisation
from postmaster.organisations.contacts import ContactKind, Reached, put_contact
from postmaster.organisations.rules import Kind
from visitors import csrf_token_of, put_person, sign_in

DESK = "nhsmail.admin@larkmoor.example"
LENA = "lena@larkmoor.example"


@pytest.fixture(autouse=True)
def _organisations(sqlite_engine: Engine, clock: FixedClock) -> None:
    now = clock.now()
    with unit_of_work(sqlite_engine) as session:
        for code, name, parent in (
            ("RX1", "Larkmoor University Hospitals", None),
            ("RX101", "Larkmoor Royal Infirmary", "RX1"),
            ("Y90011", "Quarry Bank Surgery", None),
            ("Y90010", "Quarry and Ropewalk Group", None),
        ):
            add_organisation(session, ods_code=code, name=name, parent=parent, by=BY, now=now)
        add_organisation(
            session, ods_code="NHSPHARMACY", name="Community pharmacy", kind=Kind.CONTAINER,
            by=BY, now=now,
        )  # fmt: skip
        add_organisation(
            session, ods_code="FX001", name="Abacus Pharmacy", container="NHSPHARMACY", by=BY,
            now=now,
        )  # fmt: skip
        close_organisation(
            session, ods_code="Y90011", successors=["Y90010"], closed_on=date(2018, 4, 1), by=BY,
            now=now,
        )  # fmt: skip
        reached = Reached(ContactKind.ADMINISTRATORS, DESK, "01632 960101", "9am to 5pm")
        put_contact(session, ods_code="RX1", reached=reached, by=BY, now=now)
    put_person(sqlite_engine, now=now, email=LENA, role=Role.LOCAL_ADMINISTRATOR, scope="RX1")


def test_an_organisation_is_found_by_the_beginning_of_its_name_or_its_code(
    client: CheckingClient,
) -> None:
    page = client.get("/find-your-la/?q=larkmoor").text
    assert "2 organisations found" in page
    assert "/find-your-la/RX101/" in page
    assert "1 organisation found" in client.get("/find-your-la/?q=fx001").text
    assert "Nothing found" in client.get("/find-your-la/?q=infirmary").text
    assert "Type 2 letters or more" in client.get("/find-your-la/?q=%3C").text
    client.get("/find-your-la/?q=%00%27%22%25")
    client.get("/find-your-la/NOWHERE/", 404)


def test_contacts_are_the_nearest_and_a_sector_has_its_national_service(
    client: CheckingClient,
) -> None:
    below = client.get("/find-your-la/RX101/").text
    assert "Larkmoor University Hospitals (RX1) looks after it" in below
    assert DESK in below
    assert 'href="tel:+441632960101"' in below
    assert "pharmacyadmin@nhs.net" in client.get("/find-your-la/fx001/").text
    alone = client.get("/find-your-la/Y90010/").text
    assert "No contact of its administrators" in alone
    assert "0333 200 1133" in alone
    closed = client.get("/find-your-la/Y90011/").text
    assert "It has closed" in closed
    assert "/find-your-la/Y90010/" in closed


def test_names_are_told_inside_alone_and_no_answer_is_kept_for_the_next_one(
    app: Flask, sqlite_engine: Engine, clock: FixedClock
) -> None:
    person = put_person(sqlite_engine, now=clock.now(), email="me@x.example", role=Role.AUDITOR)
    signed = app.test_client()
    sign_in(signed, sqlite_engine, person_id=person, now=clock.now())
    address = "/find-your-la/RX1/"

    for turn in range(2):
        inside, outside = signed.get(address), app.test_client().get(address)
        assert LENA in inside.text, turn
        assert LENA not in outside.text, turn
        assert "local administrator of" not in outside.text
        assert {one.headers["Cache-Control"] for one in (inside, outside)} == {"no-store"}


def test_the_health_network_sees_names_and_its_neighbour_does_not(
    settings: Settings, clock: FixedClock
) -> None:
    made = create_app(
        load_settings(
            {
                "LAMPPOST_DATA": str(settings.data),
                "LAMPPOST_CONTENT_DIR": str(settings.content_dir),
                "LAMPPOST_BASE_URL": "http://lamppost.test",
                "LAMPPOST_HSCN_NETWORKS": "10.1.0.0/16",
            }
        ),
        clock,
    )
    client: FlaskClient = made.test_client()

    def look(source: str) -> str:
        return client.get("/find-your-la/RX1/", environ_base={"REMOTE_ADDR": source}).text

    assert LENA in look("10.1.2.3")
    assert LENA not in look("10.2.2.3")
    assert LENA in look("10.1.2.3")
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


def test_an_administrator_writes_a_functions_contact_and_no_persons(
    app: Flask, sqlite_engine: Engine, clock: FixedClock, client: CheckingClient
) -> None:
    person = put_person(
        sqlite_engine, now=clock.now(), email="pri@larkmoor.example",
        role=Role.PRIMARY_LOCAL_ADMINISTRATOR, scope="RX1",
    )  # fmt: skip
    mine = app.test_client()
    sign_in(mine, sqlite_engine, person_id=person, now=clock.now())
    panel = "/admin/organisations/RX101/contacts/"
    token = csrf_token_of(mine.get(panel).text)

    def post(**data: str) -> tuple[int, str]:
        answer = mine.post(
            panel, data={"csrf_token": token, "kind": "administrators", "hours": ""} | data
        )
        return answer.status_code, answer.text

    for data, words in (
        ({"email": LENA}, "This is one person&#39;s address"),
        ({"email": "", "phone": ""}, "Enter an email address, a telephone number or both"),
        ({"email": "desk"}, "correct format"),
        ({"phone": "999"}, "UK telephone number"),
    ):
        status, page = post(**data)
        assert (status, words in page) == (422, True), words
    assert post(email="ward.desk@larkmoor.example", phone="+44 1632 960 110")[0] == 303
    page = client.get("/find-your-la/RX101/").text
    assert "ward.desk@larkmoor.example" in page
    assert DESK not in page
    assert mine.get("/admin/organisations/Y90010/contacts/").status_code == 404
