"""The panels of lists and entitlements, people signed in to them, pages checked."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from account_rows import put_account
from checking import check_page
from lamppost.clock import FixedClock
from lamppost.database import unit_of_work
from postmaster.access.roles import Role
from prepared import organisations, prepare, presets
from visitors import csrf_token_of, put_person, sign_in


class ListDesk:
    """The panels over an estate with an owner and somebody else in each of three organisations."""

    def __init__(self, app: Flask, engine: Engine, clock: FixedClock) -> None:
        self.app, self.engine, self.clock = app, engine, clock
        prepare(engine, presets, organisations, now=clock.now())
        with unit_of_work(engine) as session:
            for code in ("RX1", "RX101", "RX2"):
                for name in ("owner", "ann"):
                    put_account(
                        session, f"{name}.{code.lower()}@nhs.net", organisation=code,
                        now=clock.now(),
                    )  # fmt: skip

    def person(self, role: Role, scope: str | None = None, name: str = "") -> FlaskClient:
        """Somebody signed in."""
        client, now = self.app.test_client(), self.clock.now()
        email = f"{name or role.value}.{(scope or 'all').lower()}@example.test"
        put = put_person(self.engine, now=now, email=email, role=role, scope=scope)
        sign_in(client, self.engine, person_id=put, now=now)
        return client

    def get(self, client: FlaskClient, path: str) -> str:
        """A page that must be there."""
        answer = client.get(path)
        check_page(path, answer.text)
        assert answer.status_code == 200, path
        return answer.text

    def post(self, client: FlaskClient, path: str, /, **form: object) -> TestResponse:
        """What a form leads to."""
        token = csrf_token_of(client.get("/account/password/").text)
        answer = client.post(path, data={"csrf_token": token, **form}, follow_redirects=True)
        check_page(path, answer.text)
        return answer
