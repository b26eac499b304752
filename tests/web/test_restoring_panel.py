"""Deleted accounts of a closed organisation, found and brought back by whoever took over."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine

from checking import check_page
from desk import Desk, make_desk
from estate import BY
from lamppost.clock import FixedClock
from lamppost.database import unit_of_work
from postmaster.access.roles import Role
from postmaster.accounts.rules import Status
from postmaster.organisations.actions import close_organisation

HOME = "/admin/accounts/"
LIST = f"{HOME}restorable/"


@pytest.fixture
def desk(app: Flask, sqlite_engine: Engine, clock: FixedClock) -> Desk:
    return make_desk(app, sqlite_engine, clock)


def close(desk: Desk, code: str, *successors: str) -> None:
    now = desk.clock.now()
    with unit_of_work(desk.engine) as session:
        close_organisation(
            session, ods_code=code, successors=successors,
            closed_on=(now - timedelta(days=8)).date(), by=BY, now=now,
        )  # fmt: skip


def test_whoever_took_over_finds_a_deleted_account_and_brings_it_back(desk: Desk) -> None:
    ann = desk.account("ann@nhs.net", organisation="A81001", status=Status.DELETED)
    gone = desk.account("gone@nhs.net", organisation="A81001", status=Status.DELETED, days=40)
    close(desk, "A81001", "A81002")
    heir = desk.person(Role.LOCAL_ADMINISTRATOR, "A81002")
    other = desk.person(Role.LOCAL_ADMINISTRATOR, "A81003")

    assert LIST in heir.get(HOME).text
    page = heir.get(f"{LIST}?q=ANN")
    here = f"{LIST}{ann}/"
    form = heir.get(here)
    check_page(LIST, page.text)
    check_page(here, form.text)
    assert f'href="{here}"' in page.text
    assert "29 April 2018" in page.text
    assert "gone@nhs.net" not in heir.get(LIST).text
    assert "none that begins so" in heir.get(f"{LIST}?q=zoe").text
    assert 'value="A81002"' in form.text
    assert "A81002, which took over" in form.text
    for address in (here, f"{LIST}{gone}/", f"{LIST}{2**63}/"):
        assert other.get(address).status_code == 404
    assert heir.get(f"{LIST}{gone}/").status_code == 404
    assert heir.get(f"{HOME}{ann}/").status_code == 404

    seen = desk.seen(ann)
    wrong = desk.post(heir, here, revision=seen, organisation="A81003")
    stale = desk.post(heir, here, revision="7", organisation="A81002")
    done = desk.post(heir, here, revision=seen, organisation="a81002")

    assert (wrong.status_code, stale.status_code, done.status_code) == (422, 422, 303)
    assert 'value="A81003"' in wrong.text
    assert "Somebody changed this account" in stale.text
    assert desk.get(ann).organisation == "A81002"
    assert "restored" in heir.get(f"{HOME}{ann}/").text


def test_a_closed_organisations_own_page_offers_what_took_over(desk: Desk) -> None:
    ann = desk.account("ann@nhs.net", organisation="A81001", status=Status.DELETED)
    bob = desk.account("bob@nhs.net", organisation="A81003", status=Status.DELETED)
    close(desk, "A81001", "A81002", "A81004")
    tenant = desk.person(Role.TENANT_ADMINISTRATOR)

    page = tenant.get(f"{HOME}{ann}/").text
    assert "until 29 April 2018 into A81002 or A81004, because A81001 takes no accounts" in page
    here = f"{HOME}{ann}/restore/"
    empty = desk.post(tenant, here, revision=desk.seen(ann), organisation="")
    done = desk.post(tenant, here, revision=desk.seen(ann), organisation="A81004")
    plain = desk.post(tenant, f"{HOME}{bob}/restore/", revision=desk.seen(bob))

    assert (empty.status_code, done.status_code, plain.status_code) == (422, 303, 303)
    assert [desk.get(one).organisation for one in (ann, bob)] == ["A81004", "A81003"]
