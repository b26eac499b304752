"""The panels over the sample's organisations, several people signed in to them."""

from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from account_rows import put_account
from lamppost.clock import FixedClock
from lamppost.database import read_only, unit_of_work
from postmaster.access.roles import Role
from postmaster.accounts.rules import Kind, Status
from postmaster.accounts.tables import Account
from prepared import organisations, prepare, presets
from visitors import csrf_token_of, put_person, sign_in


@dataclass
class Desk:
    """Short words for what tests of the panels do."""

    app: Flask
    engine: Engine
    clock: FixedClock

    def person(self, role: Role, scope: str | None = None, email: str = "") -> FlaskClient:
        """Somebody signed in; their address names role and scope unless one is given."""
        client, now = self.app.test_client(), self.clock.now()
        email = email or f"{role.value}.{(scope or 'all').lower()}@example.test"
        put = put_person(self.engine, now=now, email=email, role=role, scope=scope)
        sign_in(client, self.engine, person_id=put, now=now)
        return client

    def post(self, client: FlaskClient, path: str, /, **form: object) -> TestResponse:
        """What a form of a page would send, with its token."""
        token = csrf_token_of(client.get("/account/password/").text)
        return client.post(path, data={"csrf_token": token, **form})

    def account(
        self,
        address: str,
        *,
        organisation: str = "RX1",
        kind: Kind = Kind.PERSON,
        status: Status = Status.ACTIVE,
        name: str = "",
        days: int = 10,
    ) -> int:
        """An account that has stood so for some days; gives its number."""
        with unit_of_work(self.engine) as session:
            row = put_account(
                session, address, organisation=organisation, now=self.clock.now(), name=name,
                kind=kind, status=status, days=days,
            )  # fmt: skip
            return row.account_id

    def get(self, account_id: int) -> Account:
        """The row as it stands."""
        with read_only(self.engine) as session:
            row = session.get_one(Account, account_id)
            session.expunge(row)
        return row

    def seen(self, account_id: int) -> str:
        """The revision that a page opened now would carry."""
        return str(self.get(account_id).revision)


def make_desk(app: Flask, engine: Engine, clock: FixedClock) -> Desk:
    """The sample's organisations and the presets; no accounts and nobody signed in."""
    prepare(engine, presets, organisations, now=clock.now())
    return Desk(app, engine, clock)
