"""Resets as they are kept: the roll-up with the event, a month in London, a bulletin's fact."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from estate import Estate, make_estate
from lamppost.bulletins.occasion import FactError, Occasion
from lamppost.bulletins.reset_facts import say_password_resets
from lamppost.database import read_only, unit_of_work
from postmaster.access.actors import Actor, ActorKind, Grant, operator
from postmaster.access.roles import Role
from postmaster.accounts.tables import Account
from postmaster.audit.tables import AuditEntry
from postmaster.credentials.resets.reads import (
    count_missing,
    count_month,
    count_own_month,
    list_months,
    list_organisations,
)
from postmaster.credentials.resets.recording import record_reset
from postmaster.credentials.resets.rules import Channel, Outcome, Proof
from postmaster.credentials.resets.tables import ResetDay, ResetEvent

MADE = datetime(2017, 11, 1, tzinfo=UTC)
NOW = datetime(2018, 4, 9, 8, tzinfo=UTC)
FEBRUARY = date(2018, 2, 1)
BY = operator("test")
LOCAL = Actor(ActorKind.PERSON, "p", (Grant(Role.LOCAL_ADMINISTRATOR, "RX2"),), "RX2")
SELF, ADMIN, NATIONAL = Channel


@pytest.fixture
def estate(engine: Engine) -> Estate:
    return make_estate(engine, now=NOW)


def reset(
    session: Session,
    account_id: int,
    at: datetime,
    channel: Channel = SELF,
    outcome: Outcome = Outcome.DONE,
) -> None:
    account = session.get_one(Account, account_id)
    record_reset(
        session, account, channel=channel, proof=Proof.KNOWN, outcome=outcome, by=BY, now=at
    )


def say(engine: Engine, month: str, now: datetime = NOW) -> str:
    with read_only(engine) as session:
        return say_password_resets(session, {"month": month}, Occasion(now.date(), now))


def test_the_shares_of_february_2018_come_from_the_roll_up(estate: Estate) -> None:
    ann = estate.add("ann@nhs.net", at=MADE)
    other = estate.add("bob@nhs.net", at=MADE, organisation="RX1")
    with unit_of_work(estate.engine) as session:
        for number, channel in enumerate([SELF] * 29 + [ADMIN] * 165 + [NATIONAL] * 6):
            at = datetime(2018, 2, 1 + number % 28, 12, tzinfo=UTC)
            reset(session, ann if number % 2 else other, at, channel)
        # Midnight in London is what counts: these two are of March, in summer time of April.
        reset(session, ann, datetime(2018, 3, 1, 0, 0, tzinfo=UTC))
        reset(session, ann, datetime(2018, 3, 31, 23, 30, tzinfo=UTC))
        reset(session, ann, datetime(2018, 2, 5, tzinfo=UTC), SELF, Outcome.REFUSED)

    assert say(estate.engine, "2018-02") == (
        "Of the 200 passwords reset during February 2018, people reset 14.5% themselves, Local "
        "Administrators reset 82.5% and the national helpdesk reset the remaining 3%."
    )
    with read_only(estate.engine) as session:
        assert count_month(session, month=date(2018, 3, 1)).total == 1
        assert count_month(session, month=date(2018, 4, 1)).total == 1
        events = session.scalar(
            select(func.count()).select_from(ResetEvent).where(ResetEvent.outcome == Outcome.DONE)
        )
        assert session.scalar(select(func.sum(ResetDay.resets))) == events == 202
        entries = select(func.count()).where(AuditEntry.action == "credentials.reset")
        assert session.scalar(entries) == 203

        own = count_own_month(session, reader=LOCAL, month=FEBRUARY)
        everything = count_own_month(session, reader=BY, month=FEBRUARY)
        assert (own.total, own.accounts, str(own.rate)) == (100, 1, "100000.0")
        assert (everything.total, everything.accounts) == (200, 2)
        assert [
            one.ods_code for one in list_organisations(session, reader=LOCAL, month=FEBRUARY)
        ] == ["RX2"]
        months = list_months(session, reader=LOCAL, last=date(2018, 4, 30), many=3)
        assert [(day, found.total) for day, found in months] == [
            (date(2018, 4, 1), 1), (date(2018, 3, 1), 1), (FEBRUARY, 100),
        ]  # fmt: skip
        missing = count_missing(session, reader=LOCAL)
        assert (missing.people, missing.without_questions, missing.without_mobile) == (1, 1, 1)


def test_what_is_taken_back_is_in_neither_event_nor_roll_up(estate: Estate) -> None:
    ann = estate.add("ann@nhs.net", at=MADE)
    with pytest.raises(ZeroDivisionError), unit_of_work(estate.engine) as session:
        reset(session, ann, NOW)
        raise ZeroDivisionError

    with read_only(estate.engine) as session:
        assert session.scalar(select(func.count()).select_from(ResetEvent)) == 0
        assert session.scalar(select(func.count()).select_from(ResetDay)) == 0


def test_a_month_without_resets_says_so_and_one_that_is_not_over_cannot_be_had(
    sqlite_engine: Engine,
) -> None:
    assert say(sqlite_engine, "2018-02") == ("No password resets are on record for February 2018.")
    # The last of the month in UTC is the first of May in London.
    ended = datetime(2018, 4, 30, 23, 0, tzinfo=UTC)
    assert say(sqlite_engine, "2018-04", ended).startswith("No password resets")
    with pytest.raises(FactError, match="April 2018 is not over yet"):
        say(sqlite_engine, "2018-04")
    with pytest.raises(FactError, match="no month of the calendar"):
        say(sqlite_engine, "2018-13")
