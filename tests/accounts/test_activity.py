"""Use of an account and what it does to the idle clock. Both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from estate import BY, Estate
from lamppost.database import read_only, unit_of_work
from postmaster.accounts.actions import mark_leaver
from postmaster.accounts.activity import Source, keep_account, record_activity
from postmaster.accounts.rules import Status
from postmaster.accounts.tables import Account
from postmaster.outbox.tables import OutboxMessage

MADE = datetime(2017, 3, 1, 9, tzinfo=UTC)
NOW = datetime(2018, 4, 9, 8, tzinfo=UTC)
LATER = datetime(2023, 1, 9, 8, tzinfo=UTC)


def _use(estate: Estate, account_id: int, source: Source, at: datetime) -> bool:
    with unit_of_work(estate.engine) as session:
        return record_activity(session, account_id=account_id, source=source, at=at, by=BY, now=at)


def _make_inactive(estate: Estate, account_id: int, since: datetime) -> None:
    with unit_of_work(estate.engine) as session:
        session.execute(
            update(Account)
            .where(Account.account_id == account_id)
            .values(status=Status.INACTIVE, status_since=since)
        )


@pytest.mark.parametrize(
    ("source", "at", "counts"),
    [
        (Source.PASSWORD, NOW, True),
        (Source.SIGN_IN, NOW, False),
        (Source.SENDING, NOW, False),
        (Source.PASSWORD, LATER, False),
        (Source.SIGN_IN, LATER, True),
        (Source.SENDING, LATER, True),
    ],
)
def test_a_use_counts_by_the_policy_of_its_day(
    estate: Estate, source: Source, at: datetime, *, counts: bool
) -> None:
    account_id = estate.add("ann.other@nhs.net", at=MADE)
    _make_inactive(estate, account_id, NOW - timedelta(days=9))

    assert _use(estate, account_id, source, at)
    row = estate.get(account_id)
    used = {
        Source.SIGN_IN: row.last_sign_in_at,
        Source.SENDING: row.last_sent_at,
        Source.PASSWORD: row.last_password_at,
    }
    assert used[source] == at
    assert row.idle_since == (at if counts else MADE)
    assert row.status == (Status.ACTIVE if counts else Status.INACTIVE)


def test_an_account_is_written_once_a_day_however_often_it_is_used(estate: Estate) -> None:
    account_id = estate.add("ann.other@nhs.net", at=MADE)
    written = [
        _use(estate, account_id, Source.PASSWORD, NOW + timedelta(hours=hours))
        for hours in (0, 1, 14, 15, 16, -24)
    ]
    # The day in London ends at 23:00 UTC in April.
    assert written == [True, False, False, True, False, False]


def test_the_first_use_after_becoming_inactive_wakes_even_on_the_same_day(estate: Estate) -> None:
    account_id = estate.add("ann.other@nhs.net", at=MADE)
    _use(estate, account_id, Source.PASSWORD, NOW)
    _make_inactive(estate, account_id, NOW + timedelta(hours=1))
    assert _use(estate, account_id, Source.PASSWORD, NOW + timedelta(hours=2))
    assert estate.status(account_id) is Status.ACTIVE


def test_use_does_not_cancel_a_leaver(estate: Estate) -> None:
    account_id = estate.add("ann.other@nhs.net", at=MADE)
    with unit_of_work(estate.engine) as session:
        mark_leaver(session, account_id=account_id, by=BY, now=NOW)
    _use(estate, account_id, Source.PASSWORD, NOW + timedelta(days=1))
    assert estate.status(account_id) is Status.LEAVER


def test_a_kept_account_is_spared_for_a_whole_idle_period(estate: Estate) -> None:
    account_id = estate.add("ann.other@nhs.net", at=MADE)
    _make_inactive(estate, account_id, NOW - timedelta(days=9))
    with unit_of_work(estate.engine) as session:
        keep_account(session, account_id=account_id, by=BY, now=NOW)
    row = estate.get(account_id)
    assert (row.status, row.idle_since, row.counted_from) == ("active", NOW, NOW)
    assert row.spared_until == NOW + timedelta(days=90)


def test_a_leaver_is_written_to_at_once_with_the_last_day_to_join(estate: Estate) -> None:
    account_id = estate.add("Ann.Other@nhs.net", at=MADE)
    with unit_of_work(estate.engine) as session:
        mark_leaver(session, account_id=account_id, by=BY, now=NOW)
    with read_only(estate.engine) as session:
        letter = session.execute(select(OutboxMessage.recipient, OutboxMessage.body)).one()
    assert letter.recipient == "ann.other@nhs.net"
    assert "by 9 May 2018" in (letter.body or "")
    assert "Tarnside Mental Health NHS Foundation Trust (RX2)" in (letter.body or "")
