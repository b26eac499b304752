"""The panels of lists: asked for after a preview, approved, kept in order, all in scope."""

import re

import pytest
from flask import Flask
from sqlalchemy import Engine

from lamppost.clock import FixedClock
from list_desk import ListDesk
from postmaster.access.roles import Role

HOME = "/admin/groups/"


@pytest.fixture
def desk(app: Flask, sqlite_engine: Engine, clock: FixedClock) -> ListDesk:
    return ListDesk(app, sqlite_engine, clock)


STATIC = {
    "kind": "static", "organisation": "rx1", "name": "Ward4", "owners": "owner.rx1@nhs.net",
    "add": "ann.rx1@nhs.net\nout@example.org", "description": "The ward", "kinds": "person",
}  # fmt: skip
DYNAMIC = STATIC | {"kind": "dynamic", "name": "everyone", "add": "", "organisations": "RX1 RX2"}


def test_a_helpdesk_asks_after_a_preview_and_an_administrator_approves(desk: ListDesk) -> None:
    helpdesk = desk.person(Role.LOCAL_HELPDESK, "RX1")
    mine, other = (desk.person(Role.LOCAL_ADMINISTRATOR, code) for code in ("RX1", "RX2"))
    wrong = desk.post(helpdesk, f"{HOME}new/", **STATIC | {"name": "Ward 4"})
    assert (wrong.status_code, "Take blanks out of the name" in wrong.text) == (422, True)
    assert "out@example.org" in wrong.text
    asked = desk.post(helpdesk, f"{HOME}new/", **STATIC)
    assert "Make the list larkmoor.ward4@nhs.net?" in asked.text
    assert "<strong>2 recipients</strong>" in asked.text
    assert "An administrator of RX1, which owns the list" in asked.text
    assert "No list of yours" in desk.get(mine, HOME)
    done = desk.post(helpdesk, f"{HOME}new/", **STATIC, confirmed="yes")
    assert "It waits for approval" in done.text
    assert "1 list waits for your approval" in desk.get(mine, "/admin/")

    path = re.search(rf"{HOME}changes/\d+/", desk.get(mine, f"{HOME}waiting/"))
    assert path
    assert "Nothing waits for you" in desk.get(other, f"{HOME}waiting/")
    assert other.get(path[0]).status_code == 404
    desk.get(mine, path[0])
    refused = desk.post(mine, f"{path[0]}decide", answer="reject", why="")
    assert (refused.status_code, "Say why" in refused.text) == (422, True)
    assert "Applied" in desk.post(mine, f"{path[0]}decide", answer="approve", why="").text

    page = desk.get(helpdesk, f"{HOME}1/")
    for words in ("larkmoor.ward4@nhs.net", "out@example.org", "approved", "Add members"):
        assert words in page
    assert "<h1" not in helpdesk.get(HOME, headers={"HX-Request": "true"}).text
    assert "larkmoor.ward4@nhs.net" in desk.get(helpdesk, f"{HOME}?q=LARKMOOR.w&kind=static")
    assert other.get(f"{HOME}1/").status_code == 404


def test_the_preview_of_a_rule_counts_by_organisation_and_stops_everybody(desk: ListDesk) -> None:
    mine, theirs = (desk.person(Role.LOCAL_ADMINISTRATOR, code) for code in ("RX1", "RX2"))
    asked = desk.post(mine, f"{HOME}new/", **DYNAMIC)
    assert "<strong>4 recipients</strong>" in asked.text
    assert "Tarnside Mental Health NHS Foundation Trust (RX2)" in asked.text
    assert "An administrator of RX2, whose accounts it reaches" in asked.text
    for wrong, words in (
        ({"organisations": ""}, "Say whose accounts"),
        ({"organisations": "", "is_everywhere": "y"}, "every organisation of the service: 6"),
        ({"takes_under": "y"}, "every organisation of the service: 6"),
        ({"organisations": "NOPE"}, "no organisation NOPE"),
    ):
        answer = desk.post(mine, f"{HOME}new/", **DYNAMIC | wrong, confirmed="yes")
        assert (answer.status_code, words in answer.text) == (422, True), wrong
    desk.post(mine, f"{HOME}new/", **DYNAMIC, confirmed="yes")
    path = re.search(rf"{HOME}changes/\d+/", desk.get(theirs, f"{HOME}waiting/"))
    assert path
    page = desk.get(theirs, path[0])
    assert "Every person of RX1, RX2" in page
    assert "Tarnside Mental Health NHS Foundation Trust (RX2)" in page
    assert "Applied" in desk.post(theirs, f"{path[0]}decide", answer="approve").text
    assert "4 recipients" in desk.get(mine, f"{HOME}1/")

    form = {
        "description": "x", "senders": "", "organisations": "RX1", "kinds": "person",
        "revision": "0",
    }  # fmt: skip
    stale = desk.post(mine, f"{HOME}1/edit/", **form, confirmed="yes")
    assert (stale.status_code, "Somebody changed this list" in stale.text) == (422, True)
    fresh = re.search(r'name="revision" value="(\d+)"', desk.get(mine, f"{HOME}1/edit/"))
    assert fresh
    shown = desk.post(mine, f"{HOME}1/edit/", **form | {"revision": fresh[1]})
    assert "now it reaches 4" in shown.text
    assert "It needs nobody else" in shown.text
    done = desk.post(mine, f"{HOME}1/edit/", **form | {"revision": fresh[1]}, confirmed="yes")
    assert "It is done" in done.text


def test_a_tenant_administrator_s_list_of_everybody_waits_for_another(desk: ListDesk) -> None:
    tenant = desk.person(Role.TENANT_ADMINISTRATOR)
    another = desk.person(Role.TENANT_ADMINISTRATOR, name="another")
    form = DYNAMIC | {"organisations": "", "is_everywhere": "y"}
    asked = desk.post(tenant, f"{HOME}new/", **form)
    assert "It reaches everybody" in asked.text
    assert "A tenant administrator who did not ask for it" in asked.text
    desk.post(tenant, f"{HOME}new/", **form, confirmed="yes")

    assert "Nothing waits for you" in desk.get(tenant, f"{HOME}waiting/")
    own = desk.post(tenant, f"{HOME}changes/1/decide", answer="approve")
    assert (own.status_code, "you asked for it" in own.text) == (422, True)
    assert "Applied" in desk.post(another, f"{HOME}changes/1/decide", answer="approve").text


def test_members_owners_and_the_state_of_a_list_are_changed(desk: ListDesk) -> None:
    mine = desk.person(Role.LOCAL_ADMINISTRATOR, "RX1")
    helpdesk = desk.person(Role.LOCAL_HELPDESK, "RX1")
    desk.post(mine, f"{HOME}new/", **STATIC, confirmed="yes")
    here = f"{HOME}1/"
    wrong = desk.post(helpdesk, f"{here}members/new/", add="ghost@nhs.net")
    assert (wrong.status_code, "Nobody has the address ghost" in wrong.text) == (422, True)
    assert "3 recipients" in desk.post(helpdesk, f"{here}members/new/", add="ann.rx2@nhs.net").text
    desk.post(helpdesk, f"{here}members/new/", add="ann.rx2@nhs.net", confirmed="yes")
    page = desk.get(helpdesk, here)
    assert "Active account of RX2" in page
    end = re.findall(rf"{HOME}members/\d+/end/", page)
    assert "off larkmoor.ward4@nhs.net?" in desk.get(helpdesk, end[0])
    assert "2 on it" in desk.post(helpdesk, end[0]).text
    owner = re.search(rf"{HOME}owners/\d+/end/", page)
    assert owner
    desk.get(helpdesk, owner[0])
    assert "Nobody else owns the list" in desk.post(helpdesk, owner[0]).text
    assert desk.post(helpdesk, f"{here}owners/new/", address="ann.rx2@nhs.net").status_code == 422
    more = desk.post(helpdesk, f"{here}owners/new/", address="ann.rx101@nhs.net")
    assert "The list has another owner" in more.text

    assert helpdesk.get(f"{here}disable/").status_code == 403
    assert desk.post(mine, f"{here}disable/", why="").status_code == 422
    assert "Disabled" in desk.post(mine, f"{here}disable/", why="Misused").text
    assert "Active" in desk.post(mine, f"{here}enable/", why="Mended").text
    desk.post(helpdesk, f"{here}edit/", description="By the desk", senders="", confirmed="yes")
    assert "A change waits for approval" in desk.get(mine, here)
    path = re.search(rf"{HOME}changes/\d+/", desk.get(mine, here))
    assert path
    assert "Withdrawn" in desk.post(helpdesk, f"{path[0]}withdraw", why="A slip").text
