"""Changing to another authenticator app: proved by the password and by both apps."""

import re
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from werkzeug.test import TestResponse

from checking import check_page
from lamppost.clock import FixedClock
from lamppost.database import read_only, unit_of_work
from lamppost.people.factors import place_factor, spend_code
from lamppost.people.means import Means, make_means
from lamppost.people.own_factor import OFFER_LASTS
from lamppost.people.sessions import open_session
from lamppost.people.tables import SignInSession
from lamppost.settings import Settings
from lamppost.web.means import KEY
from postmaster.access.roles import Role
from postmaster.audit.tables import AuditEntry
from postmaster.credentials.hashing import CHEAP
from postmaster.credentials.tables import Credential
from postmaster.outbox.tables import OutboxMessage
from visitors import csrf_token_of, put_person, sign_in

PAGE = "/account/authenticator/"
PASSWORD = "quiet harbour lantern"
OLD = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # pragma: allowlist secret


class Desk:
    """Somebody signed in with a working authenticator, and elsewhere besides."""

    def __init__(self, app: Flask, engine: Engine, clock: FixedClock, means: Means) -> None:
        self.engine, self.clock, self.means = engine, clock, means
        now = clock.now()
        self.person = put_person(engine, now=now, email="me@example.nhs.uk", role=Role.AUDITOR)
        with unit_of_work(engine) as session:
            session.get_one(Credential, self.person).password_hash = means.hasher.hash(PASSWORD)
            place_factor(
                session, means, person_id=self.person, now=now, secret=OLD, is_confirmed=True
            )
            open_session(
                session,
                person_id=self.person,
                session_key="key",
                source="192.0.2.9",
                user_agent="elsewhere",
                has_both_factors=True,
                now=now,
            )
        self.client: FlaskClient = app.test_client()
        sign_in(self.client, engine, person_id=self.person, now=now)

    def look(self) -> tuple[dict[str, str], str]:
        """What the page hides in its form, and the new secret it shows."""
        text = self.client.get(PAGE).text
        check_page(PAGE, text)
        offer = re.search(r'name="offer" value="([^"]+)"', text)
        secret = re.search(r'id="secret">([A-Z2-7 ]+)<', text)
        assert offer
        assert secret
        form = {"csrf_token": csrf_token_of(text), "offer": offer[1]}
        return form, secret[1].replace(" ", "")

    def code(self, secret: str) -> str:
        return pyotp.TOTP(secret).at(self.clock.now())

    def send(self, form: dict[str, str], **typed: str) -> TestResponse:
        return self.client.post(PAGE, data={**form, **typed})

    def works(self, secret: str) -> bool:
        """Whether a code of this secret, of the next half minute, would be taken."""
        later = self.clock.now() + timedelta(seconds=30)
        code = pyotp.TOTP(secret).at(later)
        with unit_of_work(self.engine) as session:
            taken = spend_code(session, self.means, person_id=self.person, code=code, now=later)
            session.rollback()
        return taken


@pytest.fixture
def desk(app: Flask, settings: Settings, sqlite_engine: Engine, clock: FixedClock) -> Desk:
    means = make_means(settings, cost=CHEAP)
    app.extensions[KEY] = means
    return Desk(app, sqlite_engine, clock, means)


def test_the_new_app_takes_the_place_of_the_old_one_and_other_sign_ins_end(desk: Desk) -> None:
    form, new = desk.look()
    answer = desk.send(
        form, password=PASSWORD, new_code=desk.code(new), present_code=desk.code(OLD)
    )

    assert answer.headers["Location"] == "/account/"
    assert "new authenticator app is set up" in desk.client.get("/account/").text
    assert (desk.works(new), desk.works(OLD)) == (True, False)
    with read_only(desk.engine) as session:
        open_ones = session.scalars(
            select(SignInSession.user_agent).where(SignInSession.revoked_at.is_(None))
        ).all()
        acts = set(session.scalars(select(AuditEntry.action)))
        letters = session.scalars(select(OutboxMessage.cause)).all()
    assert open_ones == ["test"]
    assert {"people.replace_factor", "people.end_sessions"} <= acts
    assert letters == ["people.replaced_factor"]


def test_the_code_that_proved_the_new_app_is_not_taken_again(desk: Desk) -> None:
    form, new = desk.look()
    code = desk.code(new)
    desk.send(form, password=PASSWORD, new_code=code, present_code=desk.code(OLD))

    with unit_of_work(desk.engine) as session:
        assert not spend_code(
            session, desk.means, person_id=desk.person, code=code, now=desk.clock.now()
        )


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"password": "not this one"}, "The present password is wrong"),
        ({"present_code": "000000"}, "The code is wrong"),
        ({"new_code": "000000"}, "The code is wrong"),
        ({"new_code": ""}, "Enter the code the new app shows"),
        ({"offer": "x"}, "open too long"),
    ],
)
def test_anything_wrong_leaves_the_old_app_working(
    desk: Desk, wrong: dict[str, str], words: str
) -> None:
    form, new = desk.look()
    typed = {"password": PASSWORD, "new_code": desk.code(new), "present_code": desk.code(OLD)}
    answer = desk.send(form, **{**typed, **wrong})

    assert answer.status_code == 422
    assert words in answer.text
    check_page(PAGE, answer.text)
    assert (desk.works(OLD), desk.works(new)) == (True, False)


def test_an_offer_is_good_for_a_quarter_of_an_hour_and_for_one_person(desk: Desk) -> None:
    form, new = desk.look()
    desk.clock.sleep(OFFER_LASTS.total_seconds() + 1)
    typed = {"password": PASSWORD, "new_code": desk.code(new), "present_code": desk.code(OLD)}
    answer = desk.send(form, **typed)

    assert answer.status_code == 422
    assert "open too long" in answer.text
    assert re.search(r'name="offer" value="([^"]+)"', answer.text)[1] != form["offer"]  # type: ignore[index]  # it is there


def test_a_guesser_at_the_desk_is_slowed(desk: Desk) -> None:
    form, new = desk.look()
    for _ in range(10):
        desk.send(form, password="wrong", new_code=desk.code(new), present_code="000000")
    answer = desk.send(
        form, password=PASSWORD, new_code=desk.code(new), present_code=desk.code(OLD)
    )

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert desk.works(OLD)
