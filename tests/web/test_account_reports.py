"""The reports about accounts: pages, files no spreadsheet runs, and the private feed."""

import csv
import io
import re
from datetime import timedelta

import feedparser
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, update

from batch_rows import put_batch
from checking import check_page
from desk import Desk, make_desk
from lamppost.clock import FixedClock
from lamppost.database import unit_of_work
from lamppost.people.tables import Person
from postmaster.access.roles import Role
from postmaster.accounts.exporting import REPORT_HEADS
from postmaster.accounts.rules import Kind, MemberRole, Status
from postmaster.accounts.tables import Account, MailboxMember

HOME = "/admin/accounts/reports/"


@pytest.fixture
def desk(app: Flask, sqlite_engine: Engine, clock: FixedClock) -> Desk:
    return make_desk(app, sqlite_engine, clock)


@pytest.fixture
def la(desk: Desk) -> FlaskClient:
    return desk.person(Role.LOCAL_ADMINISTRATOR, "RX1")


def _rows(client: FlaskClient, address: str) -> list[list[str]]:
    answer = client.get(address)
    assert answer.mimetype == "text/csv"
    return list(csv.reader(io.StringIO(answer.text)))


def _own(desk: Desk, mailbox: int, person: int) -> None:
    with unit_of_work(desk.engine) as session:
        session.add(
            MailboxMember(
                mailbox_id=mailbox, account_id=person, role=MemberRole.OWNER,
                since=desk.clock.now(),
            )
        )  # fmt: skip


def test_the_mailbox_report_has_the_columns_and_words_of_the_portal(
    desk: Desk, la: FlaskClient
) -> None:
    blocked = desk.account("=ann@nhs.net", status=Status.LEAVER)
    locked = desk.account("bob@nhs.net")
    desk.account("eve@nhs.net", organisation="RX2")
    mailbox = desk.account("larkmoor.ward@nhs.net", kind=Kind.SHARED)
    _own(desk, mailbox, locked)
    with unit_of_work(desk.engine) as session:
        session.execute(
            update(Account).where(Account.account_id == blocked).values(sign_in_blocked=True)
        )
        until = desk.clock.now() + timedelta(days=1)
        row = session.get_one(Account, locked)
        row.locked_until, row.external_id = until, "007"

    rows = _rows(la, f"{HOME}mailboxes.csv")

    assert rows[0] == list(REPORT_HEADS)
    assert rows[0][:4] == ["EmailAddress", "Status", "MailboxType", "ExternalSyncID"]
    assert [row[:4] for row in rows[1:]] == [
        ["'=ann@nhs.net", "Disabled_Leaver", "User", ""],
        ["bob@nhs.net", "Locked", "User", "007"],
        ["larkmoor.ward@nhs.net", "Active", "Shared", ""],
    ]
    assert rows[3][REPORT_HEADS.index("Owners")] == "1"


def test_mailboxes_without_enough_owners_are_listed(desk: Desk, la: FlaskClient) -> None:
    people = [desk.account(f"p{number}@nhs.net") for number in range(2)]
    gone = desk.account("gone@nhs.net", status=Status.DELETED)
    mailboxes = [
        desk.account(f"larkmoor.m{number}@nhs.net", kind=Kind.SHARED) for number in range(3)
    ]
    _own(desk, mailboxes[0], gone)
    _own(desk, mailboxes[1], people[0])
    for person in people:
        _own(desk, mailboxes[2], person)

    page = la.get(f"{HOME}owners/").text
    check_page("owners", page)
    rows = _rows(la, f"{HOME}owners.csv")

    assert [(row[0], row[4]) for row in rows[1:]] == [
        ("larkmoor.m0@nhs.net", "0"), ("larkmoor.m1@nhs.net", "1"),
    ]  # fmt: skip


def test_accounts_of_one_name_or_number_are_listed_once_each(desk: Desk, la: FlaskClient) -> None:
    for local, name in (("ann1", "ORME, Ann"), ("ann2", "ORME, Ánn"), ("bob", "PIKE, Bob")):
        desk.account(f"{local}@nhs.net", name=name)
    desk.account("ann3@nhs.net", organisation="RX2", name="ORME, Ann")
    desk.account("ann4@nhs.net", name="ORME, Ann", status=Status.DELETED)

    check_page("duplicates", la.get(f"{HOME}duplicates/").text)
    rows = _rows(la, f"{HOME}duplicates.csv")

    assert [row[0] for row in rows[1:]] == ["ann1@nhs.net", "ann2@nhs.net"]


def test_leavers_overdue_and_in_no_batch_are_listed_with_what_holds_them(
    desk: Desk, la: FlaskClient
) -> None:
    free = desk.account("free@nhs.net", status=Status.LEAVER, days=60)
    held = desk.account("held@nhs.net", status=Status.LEAVER, days=60)
    desk.account("kept@nhs.net", status=Status.LEAVER, days=10)
    with unit_of_work(desk.engine) as session:
        put_batch(session, organisation="RX1", now=desk.clock.now())
        session.get_one(Account, held).hold_count = 1

    rows = _rows(la, f"{HOME}overdue.csv?organisation=rx1")

    assert [(row[0], row[4]) for row in rows[1:]] == [
        ("free@nhs.net", "Nothing"), ("held@nhs.net", "A hold"),
    ]  # fmt: skip
    assert f"/admin/accounts/{free}/" in la.get(f"{HOME}overdue/").text
    assert "2 leavers are due and in no batch" in la.get("/admin/").text


def test_what_is_to_be_deleted_is_a_page_a_file_and_a_feed_that_can_be_ended(
    desk: Desk, la: FlaskClient
) -> None:
    with unit_of_work(desk.engine) as session:
        for code in ("RX1", "RX101", "RX2"):
            put_batch(session, organisation=code, now=desk.clock.now())
    page = la.get(f"{HOME}pre-deletion/").text
    check_page("pre-deletion", page)
    assert "leaver@rx101.nhs.uk" in page
    assert "rx2" not in page
    rows = _rows(la, f"{HOME}pre-deletion.csv?organisation=RX1")
    assert [row[0] for row in rows[1:]] == ["leaver@rx1.nhs.uk"]

    desk.post(la, f"{HOME}feeds/make")
    told = la.get(f"{HOME}pre-deletion/").text
    check_page("pre-deletion", told)
    found = re.search(r"/feeds/pre-deletion/\S+?\.atom", told)
    assert found is not None
    # Shown once, and read by somebody who is not signed in.
    assert found[0] not in la.get(f"{HOME}pre-deletion/").text
    reader = desk.app.test_client()
    feed = feedparser.parse(reader.get(found[0]).data)
    assert not feed.bozo
    assert [entry.title for entry in feed.entries] == [
        f"1 account of {name} is to be deleted from 29 April 2018"
        for name in (
            "Larkmoor University Hospitals NHS Trust (RX1)", "Larkmoor Royal Infirmary (RX101)",
        )
    ]  # fmt: skip
    assert "leaver@" not in reader.get(found[0]).text
    number = re.search(r'name="feed_id" value="(\d+)"', told)
    assert number is not None
    other = desk.person(Role.LOCAL_ADMINISTRATOR, "RX2")
    desk.post(other, f"{HOME}feeds/end", feed_id=number[1])
    assert reader.get(found[0]).status_code == 200
    desk.post(la, f"{HOME}feeds/end", feed_id=number[1])
    assert reader.get(found[0]).status_code == 404
    assert reader.get("/feeds/pre-deletion/wrong.atom").status_code == 404


def test_a_feed_ends_with_its_owner_and_shows_what_they_may_see_now(
    desk: Desk, la: FlaskClient
) -> None:
    with unit_of_work(desk.engine) as session:
        put_batch(session, organisation="RX1", now=desk.clock.now())
    foreign = desk.post(la, f"{HOME}feeds/make", organisation="RX2")
    assert foreign.status_code == 404
    desk.post(la, f"{HOME}feeds/make", organisation="RX1")
    found = re.search(r"/feeds/pre-deletion/\S+?\.atom", la.get(f"{HOME}pre-deletion/").text)
    assert found is not None
    assert "RX1" in la.get(found[0]).text
    with unit_of_work(desk.engine) as session:
        session.execute(update(Person).values(state="disabled"))
    assert desk.app.test_client().get(found[0]).status_code == 404


def test_every_report_has_its_page(la: FlaskClient) -> None:
    text = la.get(f"{HOME}?organisation=rx1").text
    check_page(HOME, text)
    for address in re.findall(r'href="(/admin/accounts/reports/\S+?)"', text):
        assert la.get(address).status_code == 200, address
