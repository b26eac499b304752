"""The lifecycle panels: a batch taken from its draft to its undo by two people, and its scope."""

import csv
import io
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from werkzeug.test import TestResponse

from batch_rows import put_batch
from checking import check_page
from lamppost.clock import FixedClock
from lamppost.database import read_only, unit_of_work
from lamppost.settings import Settings
from lamppost.worker.lifecycle import carry_on
from postmaster.access.roles import Role
from postmaster.accounts.changes import make_row
from postmaster.accounts.rules import Kind, Status
from postmaster.accounts.tables import Account
from postmaster.outbox.carrying import accept, claim_due
from prepared import organisations, prepare, presets
from visitors import csrf_token_of, put_person, sign_in

HOME = "/admin/lifecycle/"


class Desk:
    """The panels, several people signed in to them, and the worker when it is asked."""

    def __init__(self, app: Flask, engine: Engine, clock: FixedClock, settings: Settings) -> None:
        self._app, self.engine, self.clock, self._settings = app, engine, clock, settings
        prepare(engine, presets, organisations, now=clock.now())

    def leaver(self, address: str, *, organisation: str = "RX2") -> None:
        with unit_of_work(self.engine) as session:
            session.add(
                make_row(
                    address,
                    "=A Leaver",
                    kind=Kind.PERSON,
                    organisation=organisation,
                    status=Status.LEAVER,
                    now=self.clock.now() - timedelta(days=60),
                )
            )

    def person(self, email: str, role: Role, scope: str | None = None) -> FlaskClient:
        client = self._app.test_client()
        put = put_person(self.engine, now=self.clock.now(), email=email, role=role, scope=scope)
        sign_in(client, self.engine, person_id=put, now=self.clock.now())
        return client

    def post(self, client: FlaskClient, address: str, **form: str) -> TestResponse:
        token = csrf_token_of(client.get("/account/password/").text)
        return client.post(address, data={"csrf_token": token, **form}, follow_redirects=True)

    def work(self) -> None:
        carry_on(self.engine, self._settings, self.clock)

    def carry(self) -> list[str]:
        """Every letter taken by a server."""
        now = self.clock.now()
        with unit_of_work(self.engine) as session:
            messages = claim_due(session, most=100, now=now)
            for message in messages:
                accept(session, message=message, now=now)
        return [message.body for message in messages]

    def statuses(self) -> list[str]:
        with read_only(self.engine) as session:
            return list(session.scalars(select(Account.status).order_by(Account.address_key)))


@pytest.fixture
def desk(app: Flask, sqlite_engine: Engine, clock: FixedClock, settings: Settings) -> Desk:
    return Desk(app, sqlite_engine, clock, settings)


def _draft(desk: Desk, client: FlaskClient) -> str:
    page = desk.post(
        client, f"{HOME}batches/new/", title="Leavers of spring", reason="leaver-due",
        run_on=(desk.clock.now().date() + timedelta(days=1)).isoformat(),
    )  # fmt: skip
    assert page.status_code == 200
    found = re.search(r"/admin/lifecycle/batches/\d+/", page.text)
    assert found
    return found[0]


def test_two_people_take_a_batch_from_its_draft_to_its_undo(desk: Desk) -> None:
    desk.leaver("ann@nhs.net")
    desk.leaver("bob@nhs.net", organisation="RX3")
    maker = desk.person("maker@example.nhs.uk", Role.TENANT_ADMINISTRATOR)
    second = desk.person("second@example.nhs.uk", Role.TENANT_ADMINISTRATOR)
    here = _draft(desk, maker)
    page = desk.post(maker, f"{here}freeze")
    check_page(here, page.text)
    assert "Somebody else must approve this batch" in page.text
    assert "1 batch waits for your approval" in second.get("/admin/").text
    assert "waits for your approval" not in maker.get("/admin/").text

    digest = re.search(r"\b[0-9a-f]{64}\b", page.text)
    assert digest
    refused = desk.post(maker, f"{here}approve", frozen_hash=digest[0])
    assert "Somebody else must decide this" in refused.text
    assert "Raise the number" in second.get(here).text
    desk.post(second, f"{here}raise", permille="1000", why="Two accounts")
    page = desk.post(second, f"{here}approve", frozen_hash=digest[0])
    assert "Write to every mailbox" in page.text
    desk.post(maker, f"{here}notify")
    desk.work()
    letters = desk.carry()
    assert len(letters) == 2
    early = desk.post(maker, f"{here}run")
    assert "nothing is ready before" in early.text

    desk.clock.sleep(timedelta(days=14).total_seconds())
    maker = desk.person("maker@example.nhs.uk.2", Role.TENANT_ADMINISTRATOR)
    second = desk.person("second@example.nhs.uk.2", Role.TENANT_ADMINISTRATOR)
    assert "1 batch is ready to run" not in maker.get("/admin/").text
    desk.work()
    assert "1 batch is ready to run" in maker.get("/admin/").text
    page = desk.post(maker, f"{here}run")
    assert 'data-hx-trigger="every 2s"' in page.text
    desk.work()
    assert desk.statuses() == ["deleted", "deleted"]
    page = desk.post(maker, f"{here}ask-undo", why="The list was wrong")
    check_page(here, page.text)
    desk.post(second, f"{here}approve-undo")
    desk.work()
    assert desk.statuses() == ["leaver", "leaver"]
    assert "Undone" in maker.get(here).text


def test_an_administrator_sees_and_keeps_only_members_of_their_own(desk: Desk) -> None:
    with unit_of_work(desk.engine) as session:
        mine = put_batch(session, organisation="RX1", now=desk.clock.now())
        other = put_batch(session, organisation="RX2", now=desk.clock.now())
    client = desk.person("la@example.nhs.uk", Role.LOCAL_ADMINISTRATOR, "RX1")

    page = client.get(HOME)
    check_page(HOME, page.text)
    assert "Leavers of RX1" in page.text
    assert "Leavers of RX2" not in page.text
    assert "Draft a batch" not in page.text
    assert client.get(f"{HOME}batches/{other}/").status_code == 404
    assert client.get(f"{HOME}batches/{other}/members.csv").status_code == 404
    page = client.get(f"{HOME}batches/{mine}/")
    check_page("/batch", page.text)
    account = re.search(r'name="account_id" value="(\d+)"', page.text)
    assert account
    page = desk.post(client, f"{HOME}batches/{mine}/keep", account_id=account[1])
    assert "The account stays" in page.text
    assert "Kept by its owner or administrator" in page.text
    page = desk.post(client, f"{HOME}batches/{mine}/keep", account_id=account[1])
    assert "no member of the batch any more" in page.text
    assert desk.post(client, f"{HOME}batches/{mine}/run").status_code == 403


def test_the_file_of_members_escapes_what_a_spreadsheet_would_run(desk: Desk) -> None:
    with unit_of_work(desk.engine) as session:
        batch_id = put_batch(session, organisation="RX1", now=desk.clock.now())
        session.scalars(select(Account)).one().address = "=cmd@nhs.net"
    client = desk.person("t@example.nhs.uk", Role.TENANT_ADMINISTRATOR)
    answer = client.get(f"{HOME}batches/{batch_id}/members.csv")

    rows = list(csv.reader(io.StringIO(answer.text)))
    assert answer.mimetype == "text/csv"
    assert rows[0][:3] == ["account", "address", "organisation"]
    assert rows[1][1] == "'=cmd@nhs.net"


def test_the_link_of_a_notice_keeps_the_account_on_post_only(desk: Desk, app: Flask) -> None:
    desk.leaver("ann@nhs.net")
    maker = desk.person("maker@example.nhs.uk", Role.TENANT_ADMINISTRATOR)
    second = desk.person("second@example.nhs.uk", Role.TENANT_ADMINISTRATOR)
    here = _draft(desk, maker)
    digest = re.search(r"\b[0-9a-f]{64}\b", desk.post(maker, f"{here}freeze").text)
    assert digest
    desk.post(second, f"{here}raise", permille="1000", why="One account")
    desk.post(second, f"{here}approve", frozen_hash=digest[0])
    desk.post(maker, f"{here}notify")
    desk.work()
    link = re.search(r"/keep/\S+", desk.carry()[0])
    assert link
    client = app.test_client()

    page = client.get(link[0])
    check_page("/keep/", page.text)
    assert "ann@nhs.net is to be deleted" in page.text
    assert client.post(link[0]).status_code == 400
    assert "owed" in maker.get(here).text.casefold()
    kept = client.post(link[0], data={"csrf_token": csrf_token_of(page.text)})
    assert "Your account stays" in kept.text
    assert "will not be deleted by this batch" in client.get(link[0]).text
    assert client.get("/keep/wrong").status_code == 404
    assert client.get(link[0]).headers["Cache-Control"] == "no-store"


def test_the_switch_stops_every_batch_and_says_who_and_why(desk: Desk) -> None:
    client = desk.person("t@example.nhs.uk", Role.TENANT_ADMINISTRATOR)
    assert "Say why" in desk.post(client, f"{HOME}switch", to="stop").text
    page = desk.post(client, f"{HOME}switch", to="stop", why="Something is wrong")
    check_page(HOME, page.text)
    assert "Something is wrong" in page.text
    assert "Let batches run again" in page.text
    page = desk.post(client, f"{HOME}switch", to="go", why="It was not")
    assert "Stop every batch" in page.text


@pytest.mark.parametrize("policy", ["", "2018-bulletin", "2019", "2022", "nonsense"])
def test_a_preview_by_any_policy_changes_nothing(desk: Desk, policy: str) -> None:
    desk.leaver("ann@nhs.net")
    client = desk.person("t@example.nhs.uk", Role.TENANT_ADMINISTRATOR)
    page = client.get(f"{HOME}preview/?policy={policy}")

    check_page(f"{HOME}preview/", page.text)
    assert "Leavers kept long enough" in page.text
    assert desk.statuses() == ["leaver"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"title": ""}, "Give the batch a title"),
        ({"run_on": ""}, "Enter the earliest day"),
        ({"run_on": "2001-01-01"}, "past"),
        ({"organisation": "NOWHERE"}, "no organisation"),
        ({"reason": "whim"}, "Not a valid choice"),
    ],
)
def test_a_draft_with_a_fault_says_so_and_makes_nothing(
    desk: Desk, values: dict[str, str], words: str
) -> None:
    client = desk.person("t@example.nhs.uk", Role.TENANT_ADMINISTRATOR)
    day = (desk.clock.now().date() + timedelta(days=1)).isoformat()
    given = {"title": "Leavers", "reason": "leaver-due", "run_on": day} | values
    page = desk.post(client, f"{HOME}batches/new/", **given)

    assert page.status_code == 422
    assert words in page.text
    check_page(f"{HOME}batches/new/", page.text)
    assert "There is no batch" in client.get(HOME).text


def test_a_preview_of_the_whole_service_is_made_once_in_a_few_minutes(desk: Desk) -> None:
    desk.leaver("ann@nhs.net")
    national = desk.person("t@example.nhs.uk", Role.TENANT_ADMINISTRATOR)
    local = desk.person("la@example.nhs.uk", Role.LOCAL_ADMINISTRATOR, "RX2")
    assert "1 are due" in national.get(f"{HOME}preview/").text
    desk.leaver("bob@nhs.net")

    assert "1 are due" in national.get(f"{HOME}preview/").text
    assert "2 are due" in local.get(f"{HOME}preview/").text
    desk.clock.sleep(timedelta(minutes=5).total_seconds())
    assert "2 are due" in national.get(f"{HOME}preview/").text
