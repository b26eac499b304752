"""Signing in by pages: both factors, rotation, generic answers, an authenticator set up."""

import re
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import Engine

from checking import check_page
from lamppost.clock import FixedClock
from lamppost.database import unit_of_work
from lamppost.people.actions import disable_person
from lamppost.people.joining import add_person
from lamppost.people.means import make_means
from lamppost.settings import Settings
from lamppost.web.means import KEY
from postmaster.access.actors import Grant, operator
from postmaster.access.roles import Role
from postmaster.credentials.hashing import CHEAP
from postmaster.credentials.tables import Credential
from postmaster.policy.actions import enter_presets
from visitors import csrf_token_of, sign_in

EMAIL = "la@example.nhs.uk"
PASSWORD = "quiet harbour lantern"
OPERATOR = operator("users add")


@pytest.fixture
def person_id(app: Flask, settings: Settings, sqlite_engine: Engine, clock: FixedClock) -> str:
    means = make_means(settings, cost=CHEAP)
    app.extensions[KEY] = means
    with unit_of_work(sqlite_engine) as session:
        # As `db upgrade` does; the first page of the panels counts days by it.
        enter_presets(session, by="system:test", now=clock.now())
        return add_person(
            session,
            email=EMAIL,
            name="A. Person",
            organisation=None,
            grants=[Grant(Role.TENANT_ADMINISTRATOR)],
            password_hash=means.hasher.hash(PASSWORD),
            by=OPERATOR,
            now=clock.now(),
        )


@pytest.mark.usefixtures("person_id")
def test_somebody_signs_in_sets_up_their_authenticator_and_signs_out(
    app: Flask, clock: FixedClock
) -> None:
    client = app.test_client()
    page = client.get("/sign-in?next=/admin/people/")
    check_page("/sign-in", page.text)
    form = {"csrf_token": csrf_token_of(page.text), "next": "/admin/people/"}
    half = client.post("/sign-in", data={**form, "email": EMAIL, "password": PASSWORD})
    assert half.headers["Location"] == "/sign-in/set-up"
    assert client.get("/admin/").status_code == 303

    page = client.get("/sign-in/set-up")
    check_page("/sign-in/set-up", page.text)
    found = re.search(r'id="secret">([A-Z2-7 ]+)<', page.text)
    assert found is not None
    totp = pyotp.TOTP(found.group(1).replace(" ", ""))
    form = {"csrf_token": csrf_token_of(page.text), "code": totp.at(clock.now())}
    codes = client.post("/sign-in/set-up", data=form)
    assert len(re.findall(r"<li>[^<]+</li>", codes.text)) >= 10
    assert 'href="/admin/people/"' in codes.text

    start = client.get("/admin/")
    check_page("/admin/", start.text)
    assert "nonce-" in start.headers["Content-Security-Policy"]
    assert "no-store" in start.headers["Cache-Control"]
    left = client.post("/sign-out", data={"csrf_token": csrf_token_of(start.text)})
    assert left.headers["Location"] == "/sign-in"
    assert client.get("/admin/").status_code == 303


@pytest.mark.parametrize(
    ("email", "password"),
    [(EMAIL, "wrong"), ("nobody@example.nhs.uk", PASSWORD), ("a" * 2000, "b" * 2000)],
)
@pytest.mark.usefixtures("person_id")
def test_the_answer_is_the_same_whatever_was_wrong(app: Flask, email: str, password: str) -> None:
    client = app.test_client()
    token = csrf_token_of(client.get("/sign-in").text)

    answer = client.post(
        "/sign-in", data={"csrf_token": token, "email": email, "password": password}
    )

    assert answer.status_code == 422
    assert "The email address or password is wrong." in answer.text
    assert "<title>Error: " in answer.text


def test_empty_fields_are_named_and_lead_to_the_field(app: Flask) -> None:
    client = app.test_client()
    token = csrf_token_of(client.get("/sign-in").text)

    answer = client.post("/sign-in", data={"csrf_token": token})

    assert answer.status_code == 422
    check_page("/sign-in", answer.text)
    assert 'href="#email"' in answer.text
    assert "Enter your password" in answer.text


@pytest.mark.usefixtures("person_id")
def test_a_form_without_its_token_changes_nothing(app: Flask) -> None:
    answer = app.test_client().post("/sign-in", data={"email": EMAIL, "password": PASSWORD})

    assert answer.status_code == 400


@pytest.mark.parametrize("lasts", [(29, 200), (31, 303)])
def test_a_sign_in_ends_after_half_an_hour_without_use(
    app: Flask, clock: FixedClock, sqlite_engine: Engine, person_id: str, lasts: tuple[int, int]
) -> None:
    minutes, status = lasts
    client = app.test_client()
    _take_key(sqlite_engine, person_id)
    sign_in(client, sqlite_engine, person_id=person_id, now=clock.now())
    clock.sleep(timedelta(minutes=minutes).total_seconds())

    assert client.get("/admin/").status_code == status


def test_the_cookie_of_somebody_disabled_is_worth_nothing_at_once(
    app: Flask, clock: FixedClock, sqlite_engine: Engine, person_id: str
) -> None:
    client = app.test_client()
    _take_key(sqlite_engine, person_id)
    sign_in(client, sqlite_engine, person_id=person_id, now=clock.now())
    assert client.get("/admin/").status_code == 200

    with unit_of_work(sqlite_engine) as session:
        disable_person(session, person_id=person_id, by=OPERATOR, now=clock.now())

    assert client.get("/admin/").status_code == 303


def _take_key(engine: Engine, person_id: str) -> None:
    with unit_of_work(engine) as session:
        session.get_one(Credential, person_id).session_key = "key"
