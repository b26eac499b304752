"""The panel of registrations: the queue, one with its checks, the decision; roll-outs by form."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, update

from lamppost.clock import FixedClock
from lamppost.database import read_only, unit_of_work
from lamppost.sample.registrations import add_registrations
from postmaster.access.roles import Role
from postmaster.accounts.rules import Status
from postmaster.accounts.tables import Account
from postmaster.policy.actions import enter_presets
from postmaster.registrations.tables import Registration, Rollout
from registering import put_containers
from visitors import csrf_token_of, put_person, sign_in

HOME = "/admin/registrations/"
Post = Callable[..., tuple[int, str]]


@pytest.fixture
def desk(app: Flask, sqlite_engine: Engine, clock: FixedClock) -> FlaskClient:
    """The administrator of pharmacies, signed in."""
    with unit_of_work(sqlite_engine) as session:
        enter_presets(session, by="system:test", now=clock.now())
        put_containers(session, now=clock.now())
        add_registrations(session, now=clock.now())
    person = put_person(
        sqlite_engine, now=clock.now(), email="nas@example.nhs.uk",
        role=Role.SECTOR_ADMINISTRATOR, scope="NHSPHARMACY",
    )  # fmt: skip
    client = app.test_client()
    sign_in(client, sqlite_engine, person_id=person, now=clock.now())
    return client


@pytest.fixture
def post(desk: FlaskClient) -> Post:
    """Post a form of the panel; gives the status, and the page it leads to or the form again."""
    token = csrf_token_of(desk.get(HOME).text)

    def send(address: str, **data: str) -> tuple[int, str]:
        answer = desk.post(address, data={"csrf_token": token, **data})
        is_sent_on = "Location" in answer.headers
        page = desk.get(answer.headers["Location"]) if is_sent_on else answer
        return answer.status_code, page.text

    return send


def number_of(engine: Engine, code: str) -> int:
    with read_only(engine) as session:
        return session.scalars(
            select(Registration.registration_id).where(Registration.ods_code == code)
        ).one()


def test_what_waits_is_on_the_first_page_and_decided_on_its_own(
    desk: FlaskClient, post: Post, sqlite_engine: Engine
) -> None:
    assert "2 registrations wait for a decision" in desk.get("/admin/").text
    queue = desk.get(f"{HOME}?state=verified").text
    assert "Marigold Pharmacy (FX101)" in queue
    assert "Oakapple Pharmacy" not in queue
    first, second = (number_of(sqlite_engine, code) for code in ("FX101", "FX102"))
    page = desk.get(f"{HOME}{first}/").text
    assert "FX101 is not on the service" in page
    assert "Checked:" in page

    status, page = post(f"{HOME}{first}/approve")
    assert (status, "Approved. The mailbox and the accounts are made" in page) == (303, True)
    assert "nhspharmacy.larkmoor.marigoldpharmacyfx101@nhs.net" in page
    assert post(f"{HOME}{second}/reject")[0] == 422
    status, page = post(f"{HOME}{second}/reject", reason="other")
    assert (status, "Say why" in page) == (422, True)
    status, page = post(f"{HOME}{second}/reject", reason="not-staff", words="Two drivers")
    assert (status, "Two drivers" in page) == (303, True)
    assert "It does not wait for a decision" in post(f"{HOME}{second}/approve")[1]
    assert "No registration" not in desk.get("/admin/").text
    third = number_of(sqlite_engine, "FX105")
    assert "Another code is sent" in post(f"{HOME}{third}/code")[1]


def test_a_mailbox_with_too_few_living_accounts_is_listed(
    desk: FlaskClient, sqlite_engine: Engine
) -> None:
    assert "Oakapple" not in desk.get(f"{HOME}?few=yes").text
    with unit_of_work(sqlite_engine) as session:
        session.execute(
            update(Account)
            .where(Account.address == "leo.winstanley@nhs.net")
            .values(status=Status.DELETED)
        )
    listed = desk.get(f"{HOME}?few=yes").text
    assert "Oakapple" in listed
    assert "Marigold" not in listed


def test_a_roll_out_is_added_moved_on_and_ended_by_its_own_sector_alone(
    desk: FlaskClient, post: Post, sqlite_engine: Engine
) -> None:
    rollouts = f"{HOME}rollouts/"
    page = desk.get(rollouts).text
    assert "Pharmacy: All of England" in page
    assert "Dentistry" not in page
    with read_only(sqlite_engine) as session:
        mine = session.scalars(select(Rollout.rollout_id).where(Rollout.sector == "pharmacy")).one()
        other = session.scalars(select(Rollout.rollout_id).where(Rollout.sector == "locums")).one()
    assert desk.get(f"{rollouts}{other}/").status_code == 404

    new = {"sector": "pharmacy", "region": "england", "stage": "planned", "source": "A bulletin"}
    status, page = post(f"{rollouts}new/", **new, from_words="summer")
    assert (status, "has a row for this time" in page) == (422, True)
    status, page = post(f"{rollouts}new/", **new | {"sector": "dentistry"}, from_words="summer")
    assert (status, "Not a valid choice" in page) == (422, True)
    status, page = post(f"{rollouts}{mine}/end", to_on="2010-01-01")
    assert (status, "cannot end before it begins" in page) == (422, True)
    status, page = post(
        f"{rollouts}{mine}/move", stage="rollout", from_on="2018-05-01", source="A bulletin"
    )
    assert (status, "It is moved on" in page) == (303, True)
    assert "30 April 2018" in page
    status, page = post(f"{rollouts}new/", **new | {"region": "london"}, from_words="summer 2019")
    assert (status, "summer 2019" in page) == (303, True)
