"""An application from its first page to its code, and who has a site when two apply."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from estate import make_estate
from lamppost.database import read_only, unit_of_work
from postmaster.audit.tables import AuditDetail, AuditEntry
from postmaster.registrations.applying import change_site, take_out, withdraw
from postmaster.registrations.forgetting import forget_registrations
from postmaster.registrations.proving import Answer, send_again
from postmaster.registrations.records import RegistrationError
from postmaster.registrations.regions import Region
from postmaster.registrations.rules import State
from postmaster.registrations.sectors import Sector
from postmaster.registrations.tables import Applicant, Registration
from registering import ANN, BOB, NOW, PEPPER, SECTOR, SITE, Desk


def test_a_whole_application_is_proven_by_the_code_and_kept_without_it(engine: Engine) -> None:
    desk = Desk(make_estate(engine, now=NOW))
    desk.open()
    key = desk.begin(ANN, BOB)
    code = desk.send(key)

    sent = desk.get(key)
    assert (sent.state, sent.code_tries) == (State.CODE_SENT, 0)
    assert code not in (sent.code_digest or "")
    assert desk.letters("registrations.code")[0].recipient == SITE.email
    assert desk.letters("registrations.code")[0].is_secret
    assert desk.enter(key, f" {code[:3]} {code[3:]} ").answer is Answer.VERIFIED
    row = desk.get(key)
    assert (row.state, row.claim, row.code_digest) == (
        State.VERIFIED, "pharmacy:FX999", None,
    )  # fmt: skip
    assert row.reference in desk.letters("registrations.received")[0].subject
    with read_only(engine) as session:
        told = session.scalars(
            select(AuditEntry.changes).where(AuditEntry.kind == "registration")
        ).all()
        beside = session.scalars(select(AuditDetail.detail)).all()
    assert len(told) == 3
    assert not any("lantern" in words for words in [*told, *filter(None, beside)])


def test_a_code_is_tried_five_times_for_half_an_hour_and_sent_five_times(desk: Desk) -> None:
    key = desk.begin(ANN, BOB)
    code = desk.send(key)
    wrong = "000000" if code != "000000" else "111111"

    words = [desk.enter(key, wrong).words for _ in range(5)]
    assert words[0] == "That is not the code. You can try 4 more times."
    assert words[3] == "That is not the code. You can try 1 more time."
    assert desk.enter(key, code).answer is Answer.OVER

    late = desk.send(key)
    assert desk.enter(key, late, at=NOW + timedelta(minutes=30)).answer is Answer.OVER
    for _ in range(3):
        desk.send(key)
    with pytest.raises(RegistrationError, match="Enough codes were sent"):
        desk.send(key)
    number = desk.get(key).registration_id
    with unit_of_work(desk.engine) as session:
        send_again(session, registration_id=number, pepper=PEPPER, by=SECTOR, now=NOW)
    assert len(desk.letters("registrations.code")) == 6


def test_nobody_fills_a_strangers_mailbox_by_many_applications(desk: Desk) -> None:
    for number in range(2):
        key = desk.begin(ANN, BOB, ods_code=f"FX99{number}")
        for _ in range(5):
            desk.send(key)
    third = desk.begin(ANN, BOB, ods_code="FX997")

    with pytest.raises(RegistrationError, match="Enough codes were sent to this address"):
        desk.send(third)
    desk.send(third, at=NOW + timedelta(hours=25))


def test_of_two_who_apply_for_one_site_the_first_code_wins_and_the_other_is_linked(
    desk: Desk,
) -> None:
    first, second = desk.begin(ANN, BOB), desk.begin(ANN, BOB)
    late = desk.send(second)
    assert desk.enter(first, desk.send(first)).answer is Answer.VERIFIED

    entered = desk.enter(second, late)

    assert entered.answer is Answer.TAKEN
    assert "There is an application for this pharmacy already" in entered.words
    lost = desk.get(second)
    assert (lost.state, lost.linked_to) == (State.REJECTED, desk.get(first).registration_id)
    with pytest.raises(RegistrationError, match="an application for this pharmacy already"):
        desk.begin(ANN, BOB)


def test_what_is_changed_after_the_code_was_sent_needs_another_code(desk: Desk) -> None:
    key = desk.begin(ANN, BOB)
    code = desk.send(key)
    with unit_of_work(desk.engine) as session:
        change_site(session, key=key, site=SITE, now=NOW)
    assert desk.get(key).state == State.DRAFT
    with pytest.raises(RegistrationError, match="Have a code sent first"):
        desk.enter(key, code)

    with unit_of_work(desk.engine) as session:
        bob = session.scalars(select(Applicant.applicant_id).order_by(Applicant.place.desc()))
        take_out(session, key=key, applicant_id=bob.first() or 0, now=NOW)
    with pytest.raises(RegistrationError, match="Name 2 people or more"):
        desk.send(key)


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"ods_code": "F"}, "ods_code", "3 to 12 letters"),
        ({"name": ""}, "name", "Enter the name of the pharmacy"),
        ({"town": "=1+1"}, "town", "Begin the town with a letter"),
        ({"email": "no"}, "email", "correct format"),
        ({"count": 6}, "count", "more than 5 sites do not register here"),
        ({"identifiers": {}}, "gphc_premises", "Enter the GPhC premises number"),
    ],
)
def test_what_is_wrong_of_a_site_is_said_at_its_field(
    desk: Desk, changed: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(RegistrationError, match=words) as caught:
        desk.begin(**changed)

    assert caught.value.field == field


def test_a_region_that_is_not_open_and_a_sector_without_container_take_nobody(desk: Desk) -> None:
    with pytest.raises(RegistrationError, match="Not open, and no date is known"):
        desk.begin(sector=Sector.DENTISTRY)
    desk.open(Sector.LOCUMS, Region.ENGLAND)
    with pytest.raises(RegistrationError, match="Not open"):
        desk.begin(sector=Sector.LOCUMS)


def test_a_withdrawn_application_frees_its_site(desk: Desk) -> None:
    key = desk.begin(ANN, BOB)
    desk.enter(key, desk.send(key))
    with unit_of_work(desk.engine) as session:
        withdraw(session, key=key, now=NOW)

    assert desk.get(key).state == State.WITHDRAWN
    desk.send_in(ANN, BOB)
    with unit_of_work(desk.engine) as session, pytest.raises(RegistrationError, match="is over"):
        withdraw(session, key=key, now=NOW)


@pytest.mark.parametrize(
    ("days", "drafts", "named"), [(14, 1, 4), (15, 0, 2), (90, 0, 2), (91, 0, 0)]
)
def test_people_are_forgotten_after_their_days(
    desk: Desk, days: int, drafts: int, named: int
) -> None:
    desk.begin(ANN, BOB, ods_code="FX998")
    number = desk.send_in(ANN, BOB)
    desk.approve(number)
    at: datetime = NOW + timedelta(days=days)
    with unit_of_work(desk.engine) as session:
        forget_registrations(session, now=at)

    with read_only(desk.engine) as session:
        states = session.scalars(select(Registration.state)).all()
        emails = [one for one in session.scalars(select(Applicant.email)) if one]
        contact = session.get_one(Registration, number).contact_email
    assert states.count(State.DRAFT) == drafts
    assert len(emails) == named
    assert (contact is None) == (named == 0)
