"""What an approval makes, of whom it makes nothing, and what a refusal says."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select

from account_rows import put_account
from estate import make_estate
from lamppost.database import read_only, unit_of_work
from postmaster.access.acting import RefusedError
from postmaster.access.actors import Actor, ActorKind, Grant
from postmaster.access.roles import Role
from postmaster.accounts.rules import MemberRole, Status
from postmaster.accounts.tables import Account, AccountAlias, MailboxMember
from postmaster.closures.tables import ContainerMove
from postmaster.organisations.actions import add_organisation
from postmaster.organisations.rules import Kind
from postmaster.organisations.tables import Organisation
from postmaster.registrations.naming import KEPT_FOR_GOOD
from postmaster.registrations.provisioning import SERVICE, reject_registration
from postmaster.registrations.queue import get_registration, list_tasks
from postmaster.registrations.records import RegistrationError
from postmaster.registrations.renaming import rename_site
from postmaster.registrations.rules import Outcome, Reason, State, make_person
from postmaster.registrations.sectors import Sector
from postmaster.registrations.tables import Applicant
from registering import ANN, BOB, NOW, SECTOR, SITE, Desk

LONG = "nhspharmacy.larkmoor.lanternchemistfx999@nhs.net"


def test_an_approval_makes_site_mailbox_and_accounts_together(engine: Engine) -> None:
    desk = Desk(make_estate(engine, now=NOW))
    desk.open()

    row = desk.approve(desk.send_in(ANN, BOB))

    with read_only(engine) as session:
        site = session.get_one(Organisation, "FX999")
        mailbox = session.get_one(Account, row.mailbox_id)
        people = session.scalars(
            select(Account).where(Account.organisation == "FX999", Account.kind == "person")
            .order_by(Account.address)
        ).all()  # fmt: skip
        members = session.execute(
            select(MailboxMember.account_id, MailboxMember.role).order_by(MailboxMember.member_id)
        ).all()
        session.expunge_all()
    assert (site.name, site.container) == ("Lantern Chemist", "NHSPHARMACY")
    assert (mailbox.address, mailbox.name) == (
        LONG,
        "NHSPharmacy.FX999 (Lantern Chemist, Larkmoor)",
    )
    assert [(one.address, one.status, one.mobile) for one in people] == [
        ("ann.lamp@nhs.net", Status.PENDING, "07700900101"),
        ("bob.wick@nhs.net", Status.PENDING, "07700900102"),
    ]
    assert [tuple(one) for one in members] == [
        (people[0].account_id, MemberRole.OWNER), (people[1].account_id, MemberRole.MEMBER),
    ]  # fmt: skip
    assert {one.recipient for one in desk.letters("registrations.account")} == {
        ANN.email, BOB.email,
    }  # fmt: skip
    assert LONG in (desk.letters("registrations.approved")[0].body or "")


def test_whoever_has_an_account_elsewhere_keeps_it_and_is_asked_for(desk: Desk) -> None:
    with unit_of_work(desk.engine) as session:
        nurse = put_account(session, "ann.lamp@nhs.net", organisation="RX1", now=NOW)
        nurse.mobile = ANN.mobile
        kept = nurse.account_id

    row = desk.approve(desk.send_in(ANN, BOB))

    with read_only(desk.engine) as session:
        move = session.scalars(select(ContainerMove)).one()
        outcomes = session.scalars(select(Applicant.outcome).order_by(Applicant.place)).all()
        owner = session.scalars(
            select(MailboxMember.account_id).where(MailboxMember.role == MemberRole.OWNER)
        ).one()
        session.expunge_all()
    assert (move.account_id, move.from_organisation, move.target) == (kept, "RX1", "FX999")
    assert outcomes == [Outcome.ASKED, Outcome.MADE]
    assert owner == kept
    assert desk.letters("registrations.joiner")[0].recipient == "ann.lamp@nhs.net"
    assert row.state == State.PROVISIONED


def test_a_namesake_gets_a_number_and_one_of_the_sector_is_linked(desk: Desk) -> None:
    with unit_of_work(desk.engine) as session:
        put_account(session, "ann.lamp@nhs.net", organisation="RX1", now=NOW)
        linked = put_account(session, "locum.bob@nhs.net", organisation="FX001", now=NOW).account_id
    bob = make_person(
        first_name="Bob", last_name="Wick", email=BOB.email, mobile=BOB.mobile,
        existing="locum.bob@nhs.net",
    )  # fmt: skip

    desk.approve(desk.send_in(ANN, bob))

    with read_only(desk.engine) as session:
        found = session.scalars(select(Account.address).where(Account.organisation == "FX999"))
        assert "ann.lamp2@nhs.net" in set(found)
        assert linked in set(session.scalars(select(MailboxMember.account_id)))


def test_what_cannot_be_made_whole_is_not_made_at_all(desk: Desk) -> None:
    number = desk.send_in(ANN, BOB, ods_code="A81001")
    with pytest.raises(RegistrationError, match="A81001 is Abbey Lane Surgery, which is not in"):
        desk.approve(number)
    with unit_of_work(desk.engine) as session:
        put_account(session, LONG, organisation="RX1", now=NOW)
    other = desk.send_in(ANN, BOB)
    with pytest.raises(RegistrationError, match=r"Nothing was made\. An account has"):
        desk.approve(other)

    with read_only(desk.engine) as session:
        assert session.get(Organisation, "FX999") is None
        assert list(session.scalars(select(MailboxMember))) == []


def test_a_locum_is_the_containers_with_where_they_work_beside_it(desk: Desk) -> None:
    with unit_of_work(desk.engine) as session:
        add_organisation(
            session, ods_code="NHSLOCUM", name="Locums", kind=Kind.CONTAINER, by=SERVICE, now=NOW
        )
    desk.open(Sector.LOCUMS)
    numbers = {"gmc_number": "1234567", "performers_number": "G123456"}
    number = desk.send_in(
        ANN, sector=Sector.LOCUMS, ods_code="A81001", name="", town="", identifiers=numbers
    )

    row = desk.approve(number, by=desk.administrator(Sector.LOCUMS))

    with read_only(desk.engine) as session:
        made = session.scalars(select(Account).where(Account.organisation == "NHSLOCUM")).one()
        assert (made.sponsor, made.job_title) == ("A81001", "Locum")
    assert (row.mailbox_id, row.claim) == (None, "locums:1234567")
    with pytest.raises(RegistrationError, match="with this GMC number already"):
        desk.begin(sector=Sector.LOCUMS, ods_code="A81002", identifiers=numbers)


def test_a_refusal_says_why_and_the_site_may_apply_again(desk: Desk) -> None:
    number = desk.send_in(ANN, BOB)
    with unit_of_work(desk.engine) as session:
        with pytest.raises(RegistrationError, match="Say why"):
            reject_registration(
                session, registration_id=number, reason=Reason.OTHER, words=" ", by=SECTOR, now=NOW
            )
        reject_registration(
            session, registration_id=number, reason=Reason.WRONG_CODE, words="Look it up",
            by=SECTOR, now=NOW,
        )  # fmt: skip

    letter = desk.letters("registrations.rejected")[0]
    assert letter.recipient == SITE.email
    assert "The ODS code is not the site's" in (letter.body or "")
    assert "Look it up" in (letter.body or "")
    desk.send_in(ANN, BOB)


def test_another_sectors_administrator_neither_sees_nor_decides_it(desk: Desk) -> None:
    number = desk.send_in(ANN, BOB)
    other = desk.administrator(Sector.DENTISTRY)
    local = Actor(ActorKind.PERSON, "la", (Grant(Role.LOCAL_ADMINISTRATOR, "RX1"),))

    for somebody in (other, local):
        with pytest.raises(RefusedError):
            desk.approve(number, by=somebody)
        with read_only(desk.engine) as session:
            seen = get_registration(session, reader=somebody, registration_id=number, now=NOW)
            assert seen is None
            assert list_tasks(session, reader=somebody, now=NOW) == ()
    with read_only(desk.engine) as session:
        page = get_registration(session, reader=SECTOR, registration_id=number, now=NOW)
        assert list_tasks(session, reader=SECTOR, now=NOW)[0].words == (
            "1 registration waits for a decision"
        )
    assert page is not None
    assert any("FX999 is not on the service" in check.words for check in page.checks)


def test_a_long_name_of_2018_becomes_the_short_one_and_receives_on(desk: Desk) -> None:
    number = desk.send_in(ANN, BOB)
    desk.approve(number)
    later = datetime(2020, 2, 3, 9, tzinfo=UTC)
    with unit_of_work(desk.engine) as session, pytest.raises(RegistrationError, match="already"):
        rename_site(session, registration_id=number, by=SECTOR, now=NOW)

    with unit_of_work(desk.engine) as session:
        address = rename_site(session, registration_id=number, by=SECTOR, now=later)

    assert address == "pharmacy.fx999@nhs.net"
    with read_only(desk.engine) as session:
        alias = session.get_one(AccountAlias, LONG)
        assert alias.receives_until == KEPT_FOR_GOOD
