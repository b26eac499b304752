"""What keeps an account from going. Both databases."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from estate import BY, Estate
from lamppost.database import read_only, unit_of_work
from postmaster.accounts.holds import lift_hold, place_hold
from postmaster.accounts.rules import AccountError, HoldKind
from postmaster.audit.tables import AuditDetail, AuditEntry

MADE = datetime(2017, 3, 1, 9, tzinfo=UTC)
NOW = datetime(2018, 4, 9, 8, tzinfo=UTC)


def _hold(estate: Estate, account_id: int, *, reason: str = "Inquest of Ann Other") -> int:
    with unit_of_work(estate.engine) as session:
        return place_hold(
            session,
            account_id=account_id,
            kind=HoldKind.LEGAL,
            reason=reason,
            review_on=date(2018, 10, 1),
            by=BY,
            now=NOW,
        )


def test_holds_are_counted_in_the_account_that_sweeps_read(estate: Estate) -> None:
    account_id = estate.add("ann.other@nhs.net", at=MADE)
    first, second = _hold(estate, account_id), _hold(estate, account_id)
    assert estate.get(account_id).hold_count == 2

    for hold_id in (first, second):
        with unit_of_work(estate.engine) as session:
            lift_hold(session, hold_id=hold_id, by=BY, now=NOW)
    assert estate.get(account_id).hold_count == 0


def test_a_hold_is_lifted_once(estate: Estate) -> None:
    hold_id = _hold(estate, estate.add("ann.other@nhs.net", at=MADE))
    with unit_of_work(estate.engine) as session:
        lift_hold(session, hold_id=hold_id, by=BY, now=NOW)
    with (
        pytest.raises(AccountError, match="lifted already"),
        unit_of_work(estate.engine) as session,
    ):
        lift_hold(session, hold_id=hold_id, by=BY, now=NOW)


def test_the_reason_of_a_hold_stays_out_of_the_sealed_entry(estate: Estate) -> None:
    _hold(estate, estate.add("ann.other@nhs.net", at=MADE))
    with read_only(estate.engine) as session:
        changes, detail = session.execute(
            select(AuditEntry.changes, AuditDetail.detail)
            .join(AuditDetail, AuditDetail.entry_id == AuditEntry.entry_id)
            .where(AuditEntry.action == "accounts.hold")
        ).one()
    assert "Ann" not in changes
    assert "Inquest of Ann Other" in str(detail)


@pytest.mark.parametrize(("reason", "day"), [("", date(2018, 10, 1)), ("Why", date(2018, 4, 9))])
def test_a_hold_needs_a_reason_and_a_day_to_come(estate: Estate, reason: str, day: date) -> None:
    account_id = estate.add("ann.other@nhs.net", at=MADE)
    with pytest.raises(AccountError), unit_of_work(estate.engine) as session:
        place_hold(
            session,
            account_id=account_id,
            kind=HoldKind.FORENSIC,
            reason=reason,
            review_on=day,
            by=BY,
            now=NOW,
        )
    assert estate.get(account_id).hold_count == 0
