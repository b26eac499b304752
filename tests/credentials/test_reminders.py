"""Owners are reminded 18, 10, 5, 2 and 1 days before, once each, and nobody else."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from estate import make_estate
from lamppost.database import read_only, unit_of_work
from postmaster.accounts.rules import Kind
from postmaster.accounts.tables import Account
from postmaster.credentials.reminders import list_due, owe_reminders
from postmaster.credentials.tables import Credential
from postmaster.outbox.tables import OutboxMessage
from postmaster.policy.numbers import list_presets

NUMBERS = [number for preset in list_presets() for number in preset.numbers]
SET_AT = datetime(2018, 4, 9, 8, tzinfo=UTC)
LAST_DAY = date(2018, 7, 8)


@pytest.mark.parametrize("days", [19, 18, 17, 10, 5, 2, 1, 0, -1])
def test_a_person_is_reminded_on_five_days(days: int) -> None:
    found = {
        (due.set_on, due.expires_on)
        for due in list_due(NUMBERS, today=LAST_DAY - timedelta(days=days))
        if due.kind is Kind.PERSON
    }

    assert ((SET_AT.date(), LAST_DAY) in found) is (days in {18, 10, 5, 2, 1})


def test_new_rules_remind_everybody_of_their_day() -> None:
    # 45 days after 23 May 2019: all that were set lately end together on 7 July.
    due = list(list_due(NUMBERS, today=date(2019, 7, 5)))

    ending = {one.expires_on for one in due if one.kind is Kind.PERSON}
    assert date(2019, 7, 7) in ending
    assert date(2019, 5, 20) in {one.set_on for one in due if one.expires_on == date(2019, 7, 7)}


def test_each_reminder_is_owed_once_and_to_whoever_answers_for_it(sqlite_engine: Engine) -> None:
    estate = make_estate(sqlite_engine, now=SET_AT)
    ann = estate.add("ann@nhs.net", at=SET_AT)
    recall = estate.add("recall@nhs.net", at=SET_AT, kind=Kind.APPLICATION)
    with unit_of_work(sqlite_engine) as session:
        session.get_one(Account, recall).owner_id = ann
        for subject in (f"account:{ann}", f"account:{recall}", "a-person-of-the-panels"):
            session.add(
                Credential(
                    subject=subject, password_hash="x", set_at=SET_AT, must_change=False,
                    session_key="k",
                )
            )  # fmt: skip
    moments = (
        datetime(2018, 6, 20, 8, tzinfo=UTC),
        datetime(2018, 6, 20, 20, tzinfo=UTC),
        datetime(2018, 6, 21, 8, tzinfo=UTC),
        datetime(2019, 4, 8, 8, tzinfo=UTC),
    )
    for moment in moments:
        with unit_of_work(sqlite_engine) as session:
            owe_reminders(session, now=moment)

    with read_only(sqlite_engine) as session:
        owed = session.execute(
            select(OutboxMessage.recipient, OutboxMessage.created_at)
            .where(OutboxMessage.cause == "credentials.remind")
            .order_by(OutboxMessage.created_at, OutboxMessage.recipient)
        ).all()
    assert [tuple(one) for one in owed] == [
        ("ann@nhs.net", moments[0]),
        ("ann@nhs.net", moments[3]),
        ("recall@nhs.net", moments[3]),
    ]
