"""Outcomes for accounts of organisations that close: decided, done in chunks, taken back."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select

from closing import MADE, NOW, TENANT, WORKER, Closing, local, make_closing
from estate import BY
from lamppost.database import read_only, unit_of_work
from postmaster.access.acting import RefusedError
from postmaster.access.actions import grant_role
from postmaster.access.roles import Role
from postmaster.accounts.actions import disable, mark_leaver
from postmaster.accounts.activity import Source, record_activity
from postmaster.accounts.mailboxes import give_mailbox
from postmaster.accounts.rules import Kind, MemberRole, Status
from postmaster.accounts.tables import Account, AccountChange
from postmaster.audit.tables import AuditEntry
from postmaster.closures.actions import make_choice, pause_plan, resume_plan
from postmaster.closures.reads import preview_choice
from postmaster.closures.rules import (
    ClosureError,
    Facts,
    ItemState,
    Outcome,
    PlanState,
    Skip,
    Standing,
    find_band,
    find_standing,
)
from postmaster.closures.worklist import list_groups
from postmaster.lifecycle.moving import run_plan_chunk
from postmaster.organisations.actions import close_organisation, start_closing
from postmaster.outbox.tables import OutboxMessage

COLUMNS = (
    "status", "status_since", "prior_status", "reason_code", "policy_version", "last_sign_in_at",
    "last_sent_at", "last_password_at", "counted_from", "idle_since", "disabled_until",
    "spared_until", "address", "name",
)  # fmt: skip


@pytest.fixture
def closing(engine: Engine) -> Closing:
    return make_closing(engine)


def clocks(closing: Closing, account_id: int) -> dict[str, object]:
    row = closing.estate.get(account_id)
    return {name: getattr(row, name) for name in COLUMNS}


def mark(closing: Closing, account_id: int) -> None:
    with unit_of_work(closing.engine) as session:
        mark_leaver(session, account_id=account_id, by=BY, now=MADE + timedelta(days=355))


def test_a_transfer_keeps_every_state_clock_and_address_and_is_taken_back_whole(
    closing: Closing,
) -> None:
    ids = [closing.add(f"p{n}@nhs.net", "A81001") for n in range(5)]
    box = closing.add("a81001.reception@nhs.net", "A81001", Kind.SHARED)
    mark(closing, ids[0])
    with unit_of_work(closing.engine) as session:
        disable(session, account_id=ids[1], reason_code="leave", by=BY, now=NOW)
    before = {one: clocks(closing, one) for one in (*ids, box)}
    closing.close("A81001", "A81002")

    page = closing.settle("A81001", Outcome.TRANSFER, target="a81002")

    assert (page.row.state, page.states[ItemState.DONE]) == (PlanState.DONE, 6)
    assert {closing.home(one) for one in before} == {"A81002"}
    assert {one: clocks(closing, one) for one in before} == before
    with read_only(closing.engine) as session:
        history = session.scalars(
            select(AccountChange).where(AccountChange.plan_id == page.row.plan_id)
        ).all()
        told = session.scalar(select(func.count()).where(AuditEntry.action == "closures.transfer"))
        letters = session.scalar(select(func.count()).select_from(OutboxMessage))
        assert {row.before_organisation for row in history} == {"A81001"}
    assert (len(history), told) == (6, 6)
    # One letter to the leaver; the new organisation has no administrator to write to.
    assert letters == 1

    with unit_of_work(closing.engine) as session:
        record_activity(session, account_id=ids[3], source=Source.SIGN_IN, at=NOW, by=BY, now=NOW)
        mark_leaver(session, account_id=ids[2], by=BY, now=NOW)
    undone = closing.undo(page.row.plan_id)

    assert (undone.states[ItemState.UNDONE], undone.states[ItemState.KEPT_CHANGED]) == (5, 1)
    assert closing.home(ids[2]) == "A81002"
    assert {closing.home(one) for one in before if one != ids[2]} == {"A81001"}
    assert clocks(closing, ids[0]) == before[ids[0]]


def test_a_run_stopped_between_chunks_goes_on_where_it_was(closing: Closing) -> None:
    ids = [closing.add(f"p{n}@nhs.net", "A81001") for n in range(7)]
    closing.close("A81001", "A81002")
    plan_id = closing.decide("A81001", Outcome.TRANSFER, target="A81002")
    with unit_of_work(closing.engine) as session:
        run_plan_chunk(session, plan_id=plan_id, size=3, by=WORKER, now=NOW)
    # Killed in the middle of the second chunk: nothing of it is kept.
    with pytest.raises(RuntimeError), unit_of_work(closing.engine) as session:
        run_plan_chunk(session, plan_id=plan_id, size=3, by=WORKER, now=NOW)
        raise RuntimeError
    assert [closing.home(one) for one in ids].count("A81002") == 3
    with unit_of_work(closing.engine) as session:
        pause_plan(session, plan_id=plan_id, by=BY, now=NOW)
    with pytest.raises(ClosureError, match="paused"):
        closing.run(plan_id)
    with unit_of_work(closing.engine) as session:
        resume_plan(session, plan_id=plan_id, by=BY, now=NOW)

    page = closing.run(plan_id, size=3)

    assert page.states[ItemState.DONE] == 7
    with read_only(closing.engine) as session:
        assert session.scalar(
            select(func.count()).where(AccountChange.plan_id == plan_id)
        ) == 7  # fmt: skip


def test_a_target_that_closes_meanwhile_holds_the_run(closing: Closing) -> None:
    account = closing.add("ann@nhs.net", "A81001")
    closing.close("A81001", "A81002")
    plan_id = closing.decide("A81001", Outcome.TRANSFER, target="A81002")
    closing.close("A81002", "A81003")

    page = closing.run(plan_id)

    assert page.row.state == PlanState.PAUSED
    assert "A81002 takes no accounts any more" in (page.row.state_note or "")
    assert closing.home(account) == "A81001"
    with pytest.raises(ClosureError, match="Use A81003, which took over"):
        closing.decide("A81001", Outcome.TRANSFER, target="A81002")


def test_leavers_are_marked_one_by_one_with_a_letter_and_taken_back(closing: Closing) -> None:
    ann, bob = closing.add("ann@nhs.net", "A81001"), closing.add("bob@nhs.net", "A81001")
    box = closing.add("box@nhs.net", "A81001", Kind.SHARED)
    mark(closing, bob)
    closing.close("A81001")

    page = closing.settle("A81001", Outcome.LEAVER)

    plan_id = page.row.plan_id
    assert closing.estate.status(ann) == Status.LEAVER
    assert (closing.why(plan_id, bob), closing.why(plan_id, box)) == (Skip.SETTLED, Skip.KIND)
    with read_only(closing.engine) as session:
        told = set(session.scalars(select(OutboxMessage.recipient)))
    assert told == {"ann@nhs.net", "bob@nhs.net"}
    closing.undo(plan_id)
    assert closing.estate.status(ann) == Status.ACTIVE
    assert closing.estate.status(bob) == Status.LEAVER


def test_giving_up_deletes_nothing_and_whoever_uses_it_keeps_it(closing: Closing) -> None:
    box = closing.add("box@nhs.net", "A81001", Kind.SHARED)
    app = closing.add("app@nhs.net", "A81001", Kind.APPLICATION)
    new = closing.estate.add("new@nhs.net", at=MADE, organisation="A81001", is_accepted=False)
    closing.close("A81001")
    assert standings(closing, "A81001") == {Standing.UNDECIDED: 3}

    page = closing.settle("A81001", Outcome.DELETE)

    row = closing.estate.get(box)
    assert (row.status, row.reason_code, row.prior_status) == (
        "inactive", "organisation-closed", "active",
    )  # fmt: skip
    assert closing.estate.status(new) == Status.PENDING
    assert standings(closing, "A81001") == {Standing.GIVEN_UP: 3}
    with unit_of_work(closing.engine) as session:
        record_activity(
            session, account_id=app, source=Source.PASSWORD, at=NOW + timedelta(days=1), by=BY,
            now=NOW + timedelta(days=1),
        )  # fmt: skip
    assert standings(closing, "A81001") == {Standing.GIVEN_UP: 2, Standing.UNDECIDED: 1}
    closing.undo(page.row.plan_id)
    assert closing.estate.status(box) == Status.ACTIVE
    assert standings(closing, "A81001") == {Standing.UNDECIDED: 3}


def standings(closing: Closing, code: str) -> dict[Standing, int]:
    found: dict[Standing, int] = {}
    with read_only(closing.engine) as session:
        for group in list_groups(session, reader=BY, ods_code=code):
            found[group.standing] = found.get(group.standing, 0) + group.accounts
    return found


def test_a_mailbox_is_kept_where_its_owners_are_and_undecided_where_they_disagree(
    closing: Closing,
) -> None:
    ann, bob = closing.add("ann@nhs.net", "A81002"), closing.add("bob@nhs.net", "A81003")
    boxes = [closing.add(f"box{n}@nhs.net", "A81001", Kind.SHARED) for n in range(3)]
    app = closing.add("app@nhs.net", "A81001", Kind.APPLICATION)
    person = closing.add("per@nhs.net", "A81001")
    own(closing, boxes[0], "ann@nhs.net")
    own(closing, boxes[1], "ann@nhs.net")
    own(closing, boxes[1], "bob@nhs.net")
    closing.close("A81001", "A81002")

    page = closing.settle("A81001", Outcome.KEEP)

    plan_id = page.row.plan_id
    assert [closing.home(one) for one in boxes] == ["A81002", "A81001", "A81001"]
    assert [closing.why(plan_id, one) for one in (boxes[1], boxes[2], app, person)] == [
        Skip.NO_OWNER, Skip.NO_OWNER, Skip.NO_OWNER, Skip.KIND,
    ]  # fmt: skip
    # Named by hand, whoever keeps it answers for it and it goes to where they are.
    rest = (boxes[2], app)
    closing.settle("A81001", Outcome.KEEP, owner="Bob@nhs.net", account_ids=rest)
    assert [closing.home(one) for one in rest] == ["A81003", "A81003"]
    assert closing.estate.get(app).owner_id == bob
    assert ann != bob


def own(closing: Closing, mailbox_id: int, address: str) -> None:
    with unit_of_work(closing.engine) as session:
        give_mailbox(
            session, mailbox_id=mailbox_id, address=address, role=MemberRole.OWNER, by=BY, now=NOW
        )


def test_an_administrator_sends_accounts_to_who_took_over_and_nowhere_else(
    closing: Closing,
) -> None:
    closing.add("ann@nhs.net", "A81001")
    closing.close("A81001", "A81002")
    mine = local("A81001")

    with pytest.raises(ClosureError, match=r"none you may send them to\. Use A81002"):
        closing.decide("A81001", Outcome.TRANSFER, target="RX1", by=mine)
    with pytest.raises(ClosureError, match="Name where the accounts go"):
        closing.decide("A81001", Outcome.TRANSFER, by=mine)
    with pytest.raises(RefusedError):
        closing.decide("A81001", Outcome.TRANSFER, target="A81002", by=local("A81002"))
    with pytest.raises(ClosureError, match="is open"):
        closing.decide("A81003", Outcome.TRANSFER, target="A81002")

    page = closing.settle("A81001", Outcome.TRANSFER, target="A81002", by=mine)

    assert page.row.created_by == "person:la-a81001"


def test_a_preview_counts_what_is_then_done_and_writes_nothing(closing: Closing) -> None:
    closing.add("ann@nhs.net", "A81001")
    closing.add("box@nhs.net", "A81001", Kind.SHARED)
    closing.close("A81001", "A81002")
    with read_only(closing.engine) as session:
        choice = make_choice(session, organisation="A81001", outcome=Outcome.LEAVER, by=BY)
        found = preview_choice(session, choice=choice)
    assert (found.kinds, found.left_out) == ({"person": 1}, {Skip.KIND: 1})

    page = closing.settle("A81001", Outcome.LEAVER)

    assert page.states[ItemState.DONE] == found.total
    with pytest.raises(ClosureError, match="no account it could be done to"):
        closing.decide("A81001", Outcome.LEAVER, kinds=(Kind.SHARED,))
    with read_only(closing.engine) as session:
        assert session.scalar(select(func.count()).select_from(Account)) == 2


def test_an_outcome_is_taken_back_only_within_its_days(closing: Closing) -> None:
    closing.add("ann@nhs.net", "A81001")
    closing.close("A81001", "A81002")
    page = closing.settle("A81001", Outcome.TRANSFER, target="A81002")
    assert page.row.undo_until is not None
    late = NOW + timedelta(days=(page.row.undo_until - NOW.date()).days + 1)

    with pytest.raises(ClosureError, match="could be taken back until"):
        closing.undo(page.row.plan_id, at=late)


@pytest.mark.parametrize(
    ("facts", "standing"),
    [
        (Facts(Status.ACTIVE), Standing.UNDECIDED),
        (Facts(Status.DISABLED), Standing.UNDECIDED),
        (Facts(Status.ACTIVE, is_given_up=True), Standing.UNDECIDED),
        (Facts(Status.INACTIVE, is_given_up=True), Standing.GIVEN_UP),
        (Facts(Status.PENDING, is_given_up=True), Standing.GIVEN_UP),
        (Facts(Status.LEAVER, is_given_up=True), Standing.LEAVING),
        (Facts(Status.LEAVER, is_moving=True), Standing.MOVING),
        (Facts(Status.DELETED, is_moving=True), Standing.GONE),
        (Facts(Status.PURGED), Standing.GONE),
    ],
)
def test_where_an_account_stands(facts: Facts, standing: Standing) -> None:
    assert find_standing(facts) is standing


@pytest.mark.parametrize(
    ("days", "band"),
    [(0, "under 30 days"), (29, "under 30 days"), (30, "30 to 90 days"), (365, "over 1 year")],
)
def test_ages_fall_into_bands(days: int, band: str) -> None:
    assert find_band(days) == band


def test_an_organisation_closing_is_decided_for_before_it_closes(closing: Closing) -> None:
    account = closing.add("ann@nhs.net", "A81001")
    with unit_of_work(closing.engine) as session:
        start_closing(session, ods_code="A81001", successors=["A81002"], by=BY, now=NOW)

    closing.settle("A81001", Outcome.TRANSFER, target="A81002", by=local("A81001"))

    assert closing.home(account) == "A81002"
    with unit_of_work(closing.engine) as session:
        close_organisation(
            session, ods_code="A81001", successors=["A81002"], closed_on=NOW.date(), by=BY, now=NOW
        )


def test_whoever_has_a_role_elsewhere_is_marked_by_a_tenant_administrator_alone(
    closing: Closing,
) -> None:
    ann = closing.add("ann@nhs.net", "A81001")
    with unit_of_work(closing.engine) as session:
        grant_role(
            session, person_id="ann", address_key="ann@nhs.net", role=Role.STATUS_OPERATOR,
            scope=None, by=BY, now=NOW,
        )  # fmt: skip
    closing.close("A81001")
    with pytest.raises(ClosureError, match="no account it could be done to"):
        closing.decide("A81001", Outcome.LEAVER, by=local("A81001"))

    closing.settle("A81001", Outcome.LEAVER, by=TENANT)

    assert closing.estate.status(ann) == Status.LEAVER


def test_an_owner_who_is_gone_meanwhile_keeps_nothing_and_holds_nothing_up(
    closing: Closing,
) -> None:
    owner = closing.add("owner@nhs.net", "A81002")
    box = closing.add("box@nhs.net", "A81001", Kind.SHARED)
    app = closing.add("app@nhs.net", "A81001", Kind.APPLICATION)
    closing.close("A81001")
    plan_id = closing.decide(
        "A81001", Outcome.KEEP, owner="owner@nhs.net", account_ids=(box,), by=BY
    )
    with unit_of_work(closing.engine) as session:
        session.get_one(Account, owner).status = Status.DELETED

    page = closing.run(plan_id)

    assert (page.row.state, closing.why(plan_id, box)) == (PlanState.DONE, Skip.REFUSED)
    assert {closing.home(one) for one in (box, app)} == {"A81001"}
