"""The panels of entitlements: leave by account and by list, why on the account, features."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine

from lamppost.clock import FixedClock
from lamppost.database import unit_of_work
from list_desk import ListDesk
from postmaster.access.actors import operator
from postmaster.access.roles import Role
from postmaster.accounts.reads import find_account
from postmaster.features.actions import set_features
from postmaster.features.rules import Feature
from postmaster.groups.actions import make_list
from postmaster.groups.rules import ListKind
from postmaster.groups.wanted import Wanted

HOME = "/admin/entitlements/"
BY = operator("test")


@pytest.fixture
def desk(app: Flask, sqlite_engine: Engine, clock: FixedClock) -> ListDesk:
    made = ListDesk(app, sqlite_engine, clock)
    now = clock.now()
    with unit_of_work(sqlite_engine) as session:
        set_features(
            session, source="2018-04", features={Feature.SDL_PROTOCOL_GRANT},
            live_from=now - timedelta(days=1), by="test", now=now,
        )  # fmt: skip
        make_list(
            session, kind=ListKind.STATIC, organisation="RX1", name="ward",
            owners=("owner.rx1@nhs.net",),
            wanted=Wanted(add=("ann.rx1@nhs.net", "out@example.org")), by=BY, now=now,
        )  # fmt: skip
    return made


def account_id(desk: ListDesk, address: str) -> int:
    with unit_of_work(desk.engine) as session:
        found = find_account(session, address=address)
    assert found is not None
    return found.account_id


def test_leave_is_given_to_a_list_shown_on_the_account_with_why_and_ended(desk: ListDesk) -> None:
    mine = desk.person(Role.LOCAL_ADMINISTRATOR, "RX1")
    other = desk.person(Role.LOCAL_ADMINISTRATOR, "RX2")
    form = {"address": "Larkmoor.ward@nhs.net", "protocol": "imap", "reason": "The devices"}
    for wrong, words in (
        ({"address": "ghost@nhs.net"}, "No account and no list"),
        ({"reason": ""}, "Say why"),
        ({"to_at": "2018-04-01"}, "after the beginning"),
    ):
        answer = desk.post(mine, f"{HOME}new/", **form | wrong, confirmed="yes")
        assert (answer.status_code, words in answer.text) == (422, True), wrong
    asked = desk.post(mine, f"{HOME}new/", **form)
    assert "It is 1 account now" in asked.text
    assert "1 address outside" in asked.text
    assert desk.post(other, f"{HOME}new/", **form, confirmed="yes").status_code == 404
    assert "The leave is given" in desk.post(mine, f"{HOME}new/", **form, confirmed="yes").text

    ann = account_id(desk, "ann.rx1@nhs.net")
    why = "IMAP because member of list larkmoor.ward@nhs.net since 9 April 2018, granted by"
    assert why in " ".join(desk.get(mine, f"/admin/accounts/{ann}/").split())
    page = f"{HOME}accounts/{ann}/"
    assert why in " ".join(desk.get(mine, page).split())
    assert "Nothing: no SMTP" in desk.get(mine, f"{page}?on=2018-04-08")
    assert why in " ".join(desk.get(mine, f"{page}?on=junk").split())
    assert other.get(page).status_code == 404
    assert "The devices" in desk.get(mine, "/admin/groups/1/")
    assert "There is none." in desk.get(other, HOME)
    assert "larkmoor.ward@nhs.net" in desk.get(mine, f"{HOME}?organisation=rx1&protocol=imap")
    assert desk.post(mine, f"{HOME}grants/1/end/", why="").status_code == 422
    assert other.get(f"{HOME}grants/1/end/").status_code == 404
    desk.get(mine, f"{HOME}grants/1/end/")
    assert "The leave is ended" in desk.post(mine, f"{HOME}grants/1/end/", why="Retired").text
    assert "The devices" in desk.get(mine, f"{HOME}?over=yes")
    assert "Nothing: no SMTP" in desk.get(mine, page)


def test_leave_is_given_to_an_account_until_the_end_of_a_day(desk: ListDesk) -> None:
    mine = desk.person(Role.LOCAL_ADMINISTRATOR, "RX1")
    desk.get(mine, f"{HOME}new/?address=ann.rx1@nhs.net")
    form = {"address": "ann.rx1@nhs.net", "protocol": "smtp", "reason": "Reminders"}
    assert "given" in desk.post(mine, f"{HOME}new/", **form, to_at="2018-04-30").text
    assert "1 May 2018 at midnight BST" in desk.get(mine, HOME)
    again = desk.post(mine, f"{HOME}new/", **form)
    assert (again.status_code, "leave for SMTP already" in again.text) == (422, True)


def test_a_feature_is_asked_for_decided_suspended_and_ended(
    desk: ListDesk,
) -> None:
    mine = desk.person(Role.LOCAL_ADMINISTRATOR, "RX1")
    tenant = desk.person(Role.TENANT_ADMINISTRATOR)
    home = f"{HOME}features/"
    form = {"organisation": "RX1", "feature": "file_sharing", "evidence": "A ticket"}
    wrong = desk.post(mine, f"{home}new/", **form)
    assert (wrong.status_code, "instant messaging and presence in use" in wrong.text) == (422, True)
    for number, feature in ((1, "im_p"), (2, "file_sharing")):
        desk.post(mine, f"{home}new/", **form | {"feature": feature})
        assert "1 feature was asked for" in desk.get(tenant, "/admin/")
        assert desk.post(tenant, f"{home}{number}/decide", answer="refuse").status_code == 422
        assert "Active" in desk.post(tenant, f"{home}{number}/decide", answer="activate").text
    assert mine.post(f"{home}1/suspend").status_code in {400, 403}
    assert "Suspended" in desk.post(tenant, f"{home}1/suspend", why="A fault").text
    assert "Suspended" in desk.get(mine, f"{home}2/")
    assert "Active" in desk.post(tenant, f"{home}1/resume").text
    assert "needs it" in desk.get(mine, f"{home}1/")
    assert "Ended" in desk.post(mine, f"{home}1/end", why="Not used").text
    assert "There is none." in desk.get(mine, f"{home}?organisation=RX1")
    assert "File sharing" in desk.get(mine, f"{home}?state=ended")
    assert desk.post(mine, f"{home}1/end", why="Again").status_code == 422
