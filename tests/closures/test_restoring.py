"""A deleted account of a closed organisation comes back into what took over."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select

from closing import NOW, TENANT, Closing, local, make_closing
from estate import BY
from lamppost.database import read_only, unit_of_work
from postmaster.access.acting import RefusedError
from postmaster.access.actors import Actor
from postmaster.access.roles import Role
from postmaster.accounts.restorable import get_restorable, select_restorable, to_row
from postmaster.accounts.restoring import restore
from postmaster.accounts.rules import AccountError, Status
from postmaster.accounts.tables import Account, AccountChange
from postmaster.lifecycle.explaining import explain
from postmaster.organisations.actions import start_closing
from postmaster.outbox.tables import OutboxMessage
from postmaster.policy.reads import get_policy

DELETED = NOW - timedelta(days=10)
DAYS = 30


def deleted(closing: Closing, address: str = "ann@nhs.net", code: str = "A81001") -> int:
    account_id = closing.add(address, code)
    with unit_of_work(closing.engine) as session:
        row = session.get_one(Account, account_id)
        row.prior_status, row.status, row.status_since = Status.LEAVER, Status.DELETED, DELETED
    return account_id


def bring_back(closing: Closing, account_id: int, into: str, by: Actor) -> None:
    with unit_of_work(closing.engine) as session:
        restore(session, account_id=account_id, organisation=into, by=by, now=NOW)


def found_by(closing: Closing, reader: Actor, prefix: str = "") -> list[str]:
    statement = select_restorable(reader=reader, days=DAYS, now=NOW, prefix=prefix)
    with read_only(closing.engine) as session:
        rows = [to_row(row, DAYS) for row in session.execute(statement)]
    return sorted(f"{row.address} {row.organisation} {row.until}" for row in rows)


def why(closing: Closing, account_id: int, on: int = 0) -> str:
    moment = NOW + timedelta(days=on)
    with read_only(closing.engine) as session:
        policy = get_policy(session, on=NOW.date())
        told = explain(session, reader=BY, account_id=account_id, policy=policy, as_of=moment)
    assert told is not None
    return told.words[-1]


def test_the_administrator_of_who_took_over_finds_it_and_brings_it_back(engine: Engine) -> None:
    closing = make_closing(engine)
    ann = deleted(closing)
    deleted(closing, "bob@nhs.net", "A81003")
    closing.close("A81001", "A81002")
    # A chain is followed to its end, and what stands on the way has nothing to do with it.
    closing.close("A81002", "A81004")
    heir = local("A81004")

    assert found_by(closing, heir) == ["ann@nhs.net A81001 2018-04-29"]
    assert found_by(closing, heir, "ANN") == found_by(closing, TENANT) == found_by(closing, heir)
    assert found_by(closing, heir, "bob") == []
    assert found_by(closing, local("A81002")) == []
    assert found_by(closing, local("A81004", Role.READER)) == []
    assert why(closing, ann) == (
        "It can be restored until 29 April 2018 into A81004, because A81001 takes no accounts."
    )
    bring_back(closing, ann, "a81004", heir)

    row = closing.estate.get(ann)
    assert (row.organisation, row.status, row.counted_from) == ("A81004", Status.ACTIVE, NOW)
    assert row.address == "ann@nhs.net"
    with read_only(engine) as session:
        change = session.scalars(
            select(AccountChange).where(AccountChange.action == "accounts.restore")
        ).one()
        letter = session.scalars(
            select(OutboxMessage).where(OutboxMessage.cause == "accounts.restore")
        ).one()
        assert (change.before_organisation, change.to_organisation) == ("A81001", "A81004")
        assert letter.recipient == "ann@nhs.net"
        assert "which was deleted on 30 March 2018, was restored on 9 April" in (letter.body or "")
        assert "(A81004)" in (letter.body or "")
    assert found_by(closing, heir) == []


def test_nobody_else_brings_it_back_and_nowhere_else(quick: Closing) -> None:
    ann = deleted(quick)
    quick.close("A81001", "A81002", "A81003")
    for stranger in (local("A81004"), local("RX1"), local("A81002", Role.LOCAL_HELPDESK)):
        with pytest.raises(RefusedError):
            bring_back(quick, ann, "A81002", stranger)
    # Of a split, each one restores into its own.
    with pytest.raises(AccountError, match=r"Yours that took over: A81002\. Restore it there"):
        bring_back(quick, ann, "A81003", local("A81002"))
    # The closed organisation's own administrator may, but only into what took over.
    with pytest.raises(AccountError, match="A81004 did not take over from A81001"):
        bring_back(quick, ann, "A81004", local("09Y"))
    with pytest.raises(AccountError, match="Use A81002 or A81003, which took over"):
        bring_back(quick, ann, "", local("A81001"))
    with read_only(quick.engine) as session:
        into = get_restorable(session, reader=local("A81003"), account_id=ann, now=NOW)
        assert into is not None
        assert list(into.into) == ["A81003"]

    bring_back(quick, ann, "A81003", local("A81001"))

    assert quick.home(ann) == "A81003"


def test_what_is_asked_again_when_it_comes_back(quick: Closing) -> None:
    ann, other = deleted(quick), quick.add("ann.new@nhs.net", "A81002")
    quick.close("A81001", "A81002")
    with unit_of_work(quick.engine) as session:
        for account_id in (ann, other):
            session.get_one(Account, account_id).external_id = "007"
    heir = local("A81002")

    with pytest.raises(AccountError, match="of A81002 has the same local number 007 by now"):
        bring_back(quick, ann, "A81002", heir)
    with unit_of_work(quick.engine) as session:
        session.get_one(Account, other).external_id = "008"
        start_closing(session, ods_code="A81002", by=BY, now=NOW)
    with pytest.raises(AccountError, match="A81002 is closing and takes no accounts"):
        bring_back(quick, ann, "A81002", heir)
    with unit_of_work(quick.engine) as session:
        session.get_one(Account, ann).status_since = NOW - timedelta(days=DAYS + 1)
    assert found_by(quick, heir) == []
    assert why(quick, ann) == "It can no longer be restored."
    with pytest.raises(AccountError, match="more than 30 days ago"):
        bring_back(quick, ann, "A81002", heir)
    with unit_of_work(quick.engine) as session:
        session.get_one(Account, ann).status = Status.ACTIVE
    with pytest.raises(AccountError, match="not deleted"):
        bring_back(quick, ann, "A81002", heir)


def test_where_nobody_took_over_a_successor_is_named_first(quick: Closing) -> None:
    ann, bob = deleted(quick), deleted(quick, "bob@nhs.net", "A81003")
    quick.close("A81001", elsewhere=("ZZ999",))

    assert "nobody on the service took over. Name a successor first" in why(quick, ann)
    assert why(quick, bob) == "It can be restored until 29 April 2018."
    assert date(2018, 4, 29) == DELETED.date() + timedelta(days=DAYS)
    with pytest.raises(AccountError, match="Choose an open one"):
        bring_back(quick, ann, "", TENANT)
    with pytest.raises(AccountError, match="Nobody on the service did"):
        bring_back(quick, ann, "A81002", TENANT)


def test_who_is_to_take_over_already_gets_it_from_the_closing_organisation(quick: Closing) -> None:
    ann = deleted(quick)
    with unit_of_work(quick.engine) as session:
        start_closing(session, ods_code="A81001", successors=["A81002"], by=BY, now=NOW)
    with pytest.raises(RefusedError):
        bring_back(quick, ann, "A81002", local("A81002"))

    bring_back(quick, ann, "A81002", local("A81001"))

    assert quick.home(ann) == "A81002"
