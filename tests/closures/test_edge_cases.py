"""Every edge case of mergers and closures in the service's own words, one case each."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, func, select

from april import KEEP_AT, MAKER, SECOND
from closing import CLOSED_ON, NOW, TENANT, WORKER, Closing, local, make_closing
from estate import BY
from lamppost.database import read_only, unit_of_work
from postmaster.access.acting import RefusedError
from postmaster.accounts.actions import cancel_leaver, join, mark_leaver
from postmaster.accounts.rules import AccountError, Kind, Status, display_name
from postmaster.accounts.tables import Account
from postmaster.closures.merging import RolesThen, merge
from postmaster.closures.report import list_closed, list_outcome_tasks
from postmaster.closures.rules import ClosureError, Outcome
from postmaster.closures.worklist import list_groups
from postmaster.lifecycle.actions import approve_batch, draft_batch, freeze_batch, raise_limit
from postmaster.lifecycle.batches import Drop
from postmaster.lifecycle.noticing import begin_notices, owe_notices
from postmaster.lifecycle.rules import Reason
from postmaster.lifecycle.tables import BatchItem, LifecycleBatch
from postmaster.organisations.actions import add_organisation
from postmaster.organisations.reads import (
    get_final_successors,
    get_organisation,
    list_heirs,
)
from postmaster.organisations.rules import OrganisationError
from postmaster.organisations.succeeding import Merger, note_ods_closing, reopen_organisation
from postmaster.organisations.tables import Organisation
from postmaster.outbox.tables import OutboxMessage

Case = Callable[[Closing], None]
CASES: dict[str, Case] = {}


def case(words: str) -> Callable[[Case], Case]:
    def keep(function: Case) -> Case:
        CASES[words] = function
        return function

    return keep


def merged(closing: Closing, merger: Merger, **given: object) -> list[int]:
    with unit_of_work(closing.engine) as session:
        options = {"moves_accounts": True, "roles": RolesThen.LATER} | given
        return merge(session, merger=merger, by=BY, now=NOW, **options)  # type: ignore[arg-type]  # the caller's


def heirs(closing: Closing, code: str) -> list[str]:
    with read_only(closing.engine) as session:
        return [one.ods_code for one in list_heirs(session, ods_code=code)]


@case("N-to-1 merge: names and short codes collide, and the accounts of all go to the one")
def _(closing: Closing) -> None:
    ids = [closing.add(f"p.{n}@nhs.net", f"A8100{n}") for n in (1, 2, 3)]
    codes = ["A81001", "A81002", "A81003"]
    with pytest.raises(OrganisationError, match="RX1 has the short code larkmoor"):
        merged(closing, Merger(codes, "A81099", CLOSED_ON, "Three Surgeries", "larkmoor"))
    with pytest.raises(OrganisationError, match="A81005 is called"):
        merged(closing, Merger(codes, "A81099", CLOSED_ON, "elm tree  surgery", "three"))

    plans = merged(closing, Merger(codes, "A81099", CLOSED_ON, "Three Surgeries", "a81001"))

    for plan in plans:
        closing.run(plan)
    assert {closing.home(one) for one in ids} == {"A81099"}


@case("a merger changes display names at once and leaves old prefixes in addresses")
def _(closing: Closing) -> None:
    ann = closing.add("ann@nhs.net", "A81001")
    box = closing.add("a81001.reception@nhs.net", "A81001", Kind.SHARED)
    for plan in merged(closing, Merger(["A81001"], "A81002", CLOSED_ON, "Merged Practice")):
        closing.run(plan)

    with read_only(closing.engine) as session:
        row = session.get_one(Account, ann)
        name = session.get_one(Organisation, row.organisation).name
        shown = display_name(row.name, Kind.PERSON, name)
    assert shown == "Ann (Merged Practice)"
    assert closing.estate.get(box).address == "a81001.reception@nhs.net"


@case("1-to-N split: no automatic target")
def _(closing: Closing) -> None:
    ann, bob = closing.add("ann@nhs.net", "A81001"), closing.add("bob@nhs.net", "A81001")
    closing.close("A81001", "A81002", "A81003")

    with pytest.raises(ClosureError, match="Use A81002 or A81003, which took over"):
        closing.decide("A81001", Outcome.TRANSFER)
    closing.settle("A81001", Outcome.TRANSFER, target="A81002", account_ids=(ann,))
    closing.settle("A81001", Outcome.TRANSFER, target="A81003")

    assert (closing.home(ann), closing.home(bob)) == ("A81002", "A81003")


@case("closed organisation with no LA left: the tenant administrator must act")
def _(closing: Closing) -> None:
    closing.add("ann@nhs.net", "A81001")
    closing.close("A81001")
    with read_only(closing.engine) as session:
        tasks = list_outcome_tasks(session, reader=TENANT)
        rows = list_closed(session, reader=TENANT, today=NOW.date(), orphans=True)
    assert [task.words for task in tasks] == [
        "1 account of organisations that closed, and nobody else looks after them"
    ]
    assert [(row.ods_code, row.has_keeper) for row in rows] == [("A81001", False)]
    closing.settle("A81001", Outcome.LEAVER, by=TENANT)
    with read_only(closing.engine) as session:
        assert list_outcome_tasks(session, reader=TENANT) == ()


@case("successor not on the service: named, and nothing can be sent there")
def _(closing: Closing) -> None:
    ann = closing.add("ann@nhs.net", "A81001")
    closing.close("A81001", elsewhere=("ZZ999",))

    with pytest.raises(ClosureError, match="ZZ999 takes no accounts"):
        closing.decide("A81001", Outcome.TRANSFER, target="ZZ999")
    closing.settle("A81001", Outcome.LEAVER)

    assert closing.estate.status(ann) == Status.LEAVER
    with pytest.raises(OrganisationError, match="is on the service"):
        closing.close("A81002", elsewhere=("A81003",))


@case("merge effective 1 April but closure recorded later")
def _(closing: Closing) -> None:
    closing.add("ann@nhs.net", "A81001")
    closing.close("A81001", "A81002")
    with read_only(closing.engine) as session:
        page = get_organisation(session, reader=BY, ods_code="A81001")
        row = list_closed(session, reader=BY, today=NOW.date())[0]
    assert page is not None
    assert (page.closed_on, page.successors[0].recorded_at) == (date(2018, 4, 1), NOW)
    # Its age counts from the day it took effect.
    assert (row.since, row.days) == (date(2018, 4, 1), 8)


@case("user already leaver when the organisation closes: the clock runs on, wherever it goes")
def _(closing: Closing) -> None:
    ann = closing.add("ann@nhs.net", "A81001")
    marked = NOW - timedelta(days=20)
    with unit_of_work(closing.engine) as session:
        mark_leaver(session, account_id=ann, by=BY, now=marked)
    closing.close("A81001", "A81002")
    with read_only(closing.engine) as session:
        groups = list_groups(session, reader=BY, ods_code="A81001")
    assert [group.standing.value for group in groups] == ["leaving"]

    closing.settle("A81001", Outcome.TRANSFER, target="A81002")

    row = closing.estate.get(ann)
    assert (row.organisation, row.status, row.status_since) == ("A81002", "leaver", marked)


@case("chain A to B to C: resolved to the open end")
def _(closing: Closing) -> None:
    ann = closing.add("ann@nhs.net", "A81001")
    closing.close("A81001", "A81002")
    closing.close("A81002", "A81003")

    assert heirs(closing, "A81001") == ["A81003"]
    closing.settle("A81001", Outcome.TRANSFER, target="A81003", by=local("A81001"))
    assert closing.home(ann) == "A81003"


@case("successors that go round are refused, and named")
def _(closing: Closing) -> None:
    closing.close("A81001", "A81002")
    with pytest.raises(OrganisationError, match="A81001 is closed"):
        closing.close("A81002", "A81001")


@case("a code reopened: only by somebody who says why; its worklist is over")
def _(closing: Closing) -> None:
    closing.add("ann@nhs.net", "A81001")
    closing.close("A81001", "A81002")
    with unit_of_work(closing.engine) as session:
        reopen_organisation(session, ods_code="A81001", why="ODS", by=BY, now=NOW)
    with read_only(closing.engine) as session:
        assert list_closed(session, reader=BY, today=NOW.date()) == []
        assert get_final_successors(session, ods_code="A81001") == ()
    assert closing.home(closing.add("bob@nhs.net", "A81001")) == "A81001"


@case("a code is never used again for another organisation")
def _(closing: Closing) -> None:
    closing.close("A81001")
    with (
        pytest.raises(OrganisationError, match="never used again"),
        unit_of_work(closing.engine) as session,
    ):
        add_organisation(session, ods_code="A81001", name="Another", by=BY, now=NOW)


@case("organisation closed in ODS but the register not yet synced")
def _(closing: Closing) -> None:
    ann = closing.add("ann@nhs.net", "A81001")
    with unit_of_work(closing.engine) as session:
        note_ods_closing(session, ods_code="A81001", ods_closed_on=CLOSED_ON, by=BY, now=NOW)
    with read_only(closing.engine) as session:
        assert [row.state for row in list_closed(session, reader=BY, today=NOW.date())] == [
            "closed in ODS"
        ]
    with pytest.raises(AccountError, match="ODS closed"):
        closing.add("bob@nhs.net", "A81001")
    closing.settle("A81001", Outcome.TRANSFER, target="A81002")
    assert closing.home(ann) == "A81002"


@case("closed organisation: no new accounts, no joiners in, leavers out allowed")
def _(closing: Closing) -> None:
    ann, bob = closing.add("ann@nhs.net", "A81001"), closing.add("bob@nhs.net", "A81002")
    closing.close("A81001", "A81003")
    with unit_of_work(closing.engine) as session:
        mark_leaver(session, account_id=ann, by=BY, now=NOW)
        mark_leaver(session, account_id=bob, by=BY, now=NOW)
    with pytest.raises(AccountError, match="Use A81003"):
        closing.add("new@nhs.net", "A81001")
    with pytest.raises(AccountError, match="Use A81003"), unit_of_work(closing.engine) as session:
        join(session, account_id=bob, organisation="A81001", by=BY, now=NOW)
    with unit_of_work(closing.engine) as session:
        join(session, account_id=ann, organisation="A81003", by=BY, now=NOW)
    assert closing.home(ann) == "A81003"


@case("accounts in an open deletion batch leave it, reason moved, in the same transaction")
def _(closing: Closing) -> None:
    ann = closing.add("ann@nhs.net", "A81001")
    with unit_of_work(closing.engine) as session:
        mark_leaver(session, account_id=ann, by=BY, now=NOW - timedelta(days=40))
    batch_id = _notice(closing)
    closing.close("A81001", "A81002")

    closing.settle("A81001", Outcome.TRANSFER, target="A81002")

    with read_only(closing.engine) as session:
        item = session.scalars(select(BatchItem).where(BatchItem.batch_id == batch_id)).one()
        assert (item.state, item.why) == ("dropped", Drop.MOVED)
        letter = session.scalars(
            select(OutboxMessage).where(OutboxMessage.cause == "lifecycle.moved")
        ).one()
        # The notice is answered by name: who looks after the account now.
        assert letter.recipient == "ann@nhs.net"
        assert "no longer holds: the account moved to" in (letter.body or "")
        assert "(A81002)" in (letter.body or "")
    assert closing.estate.get(ann).batch_id is None


def _notice(closing: Closing) -> int:
    """A batch of leavers whose notices are owed."""
    with unit_of_work(closing.engine) as session:
        batch_id = draft_batch(
            session, reason=Reason.LEAVER_DUE, title="Leavers", run_on=NOW.date(), by=MAKER, now=NOW
        )
        freeze_batch(session, batch_id=batch_id, by=MAKER, now=NOW)
        raise_limit(session, batch_id=batch_id, permille=1000, why="x", by=SECOND, now=NOW)
        frozen = session.get_one(LifecycleBatch, batch_id).frozen_hash or ""
        approve_batch(session, batch_id=batch_id, frozen_hash=frozen, by=SECOND, now=NOW)
        begin_notices(session, batch_id=batch_id, by=MAKER, now=NOW)
        owe_notices(session, batch_id=batch_id, keep_at=KEEP_AT, by=WORKER, now=NOW)
    return batch_id


@case("the LA of A acts on a user mid-transfer to B until it is there, and not after")
def _(closing: Closing) -> None:
    ann = closing.add("ann@nhs.net", "A81001")
    closing.close("A81001", "A81002")
    mine = local("A81001")
    plan = closing.decide("A81001", Outcome.TRANSFER, target="A81002", by=mine)
    with unit_of_work(closing.engine) as session:
        mark_leaver(session, account_id=ann, by=mine, now=NOW)
    closing.run(plan)
    assert (closing.home(ann), closing.estate.status(ann)) == ("A81002", Status.LEAVER)
    with pytest.raises(RefusedError), unit_of_work(closing.engine) as session:
        cancel_leaver(session, account_id=ann, by=mine, now=NOW)


@case("the LA of a parent decides for a practice under it")
def _(closing: Closing) -> None:
    ann = closing.add("ann@nhs.net", "A81001")
    closing.close("A81001", "A81002")
    closing.settle("A81001", Outcome.TRANSFER, target="A81004", by=local("09Y"))
    assert closing.home(ann) == "A81004"


@case("deleted accounts come along, so that the successor can restore them")
def _(closing: Closing) -> None:
    ann = closing.add("ann@nhs.net", "A81001")
    with unit_of_work(closing.engine) as session:
        row = session.get_one(Account, ann)
        row.status, row.status_since = Status.DELETED, NOW - timedelta(days=1)
    closing.close("A81001", "A81002")
    closing.settle("A81001", Outcome.TRANSFER, target="A81002")
    assert (closing.home(ann), closing.estate.status(ann)) == ("A81002", Status.DELETED)


@pytest.mark.parametrize("words", CASES)
def test_edge_case(quick: Closing, words: str) -> None:
    CASES[words](quick)

    with read_only(quick.engine) as session:
        assert session.scalar(select(func.count()).where(Account.status == Status.PURGED)) == 0


def test_the_report_costs_as_many_queries_for_one_organisation_as_for_many(
    engine: Engine,
) -> None:
    closing = make_closing(engine)
    for number in range(1, 6):
        closing.add(f"p{number}@nhs.net", f"A8100{number}")
        closing.close(f"A8100{number}")
    with read_only(engine) as session:
        rows = list_closed(session, reader=BY, today=NOW.date())
        mine = list_closed(session, reader=local("A81001"), today=NOW.date())
    assert [row.ods_code for row in rows] == [f"A8100{number}" for number in range(1, 6)]
    assert [row.ods_code for row in mine] == ["A81001"]
    assert {(row.accounts, row.undecided, row.persons, row.roles) for row in rows} == {(1, 1, 1, 0)}
