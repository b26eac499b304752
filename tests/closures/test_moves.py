"""An account moves into the central container step by step, and is never stranded."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select

from closing import MADE, NOW, TENANT, Closing, local, make_closing
from estate import BY
from lamppost.database import read_only, unit_of_work
from postmaster.access.acting import RefusedError
from postmaster.access.actors import Actor, ActorKind, Grant
from postmaster.access.roles import Role
from postmaster.access.tables import RoleGrant
from postmaster.accounts.actions import cancel_leaver, join, mark_leaver
from postmaster.accounts.rules import Kind, Status
from postmaster.accounts.tables import AccountAlias
from postmaster.audit.tables import AuditEntry
from postmaster.closures import moves
from postmaster.closures.move_reads import MovePage, get_move, list_move_tasks
from postmaster.closures.rules import ClosureError
from postmaster.closures.stages import Facts, Stage, Trouble, find_trouble
from postmaster.days import london_day
from postmaster.lifecycle.actions import draft_batch, freeze_batch
from postmaster.lifecycle.batches import BatchError
from postmaster.lifecycle.explaining import explain
from postmaster.lifecycle.rules import Blocker, Reason
from postmaster.outbox.tables import OutboxMessage
from postmaster.policy.reads import get_policy

OLD = local("RX1")
NEW = Actor(ActorKind.PERSON, "sector", (Grant(Role.SECTOR_ADMINISTRATOR, "NHSPHARMACY"),))
DAY_30, DAY_31 = NOW + timedelta(days=30), NOW + timedelta(days=31)


@pytest.fixture
def closing(quick: Closing) -> Closing:
    return quick


def do(
    closing: Closing, step: str, move_id: int, by: Actor, at: datetime = NOW, **more: str
) -> None:
    with unit_of_work(closing.engine) as session:
        getattr(moves, step)(session, move_id=move_id, by=by, now=at, **more)


def ask(closing: Closing, address: str = "ann.rx1@nhs.net", **given: str) -> int:
    with unit_of_work(closing.engine) as session:
        return moves.ask_move(
            session, **{"address": address, "target": "fx001", "why": "A pharmacy"} | given,
            by=NEW, now=NOW,
        )  # fmt: skip


def page(closing: Closing, move_id: int, at: datetime = NOW, reader: Actor = BY) -> MovePage:
    with read_only(closing.engine) as session:
        found = get_move(session, reader=reader, move_id=move_id, today=london_day(at))
        assert found is not None
        session.expunge_all()
    return found


def words(closing: Closing, reader: Actor, at: datetime = NOW) -> list[str]:
    with read_only(closing.engine) as session:
        return [task.words for task in list_move_tasks(session, reader=reader, now=at)]


def test_a_pharmacy_account_is_asked_for_marked_and_joined_under_its_own_eyes(
    engine: Engine,
) -> None:
    closing = make_closing(engine)
    ann = closing.add("ann.rx1@nhs.net", "RX1")
    with unit_of_work(closing.engine) as session:
        session.add(
            RoleGrant(
                grant_id=uuid4(), person_id="la-rx1", address_key="la@rx1.nhs.uk",
                role=Role.LOCAL_ADMINISTRATOR, scope="RX1", granted_at=MADE, granted_by="test",
            )
        )  # fmt: skip
    move_id = ask(closing, new_address="pharmacy.fx001@nhs.net")
    assert closing.estate.status(ann) == Status.ACTIVE
    assert words(closing, OLD) == ["1 account is asked for by a container: agree or refuse"]
    assert words(closing, NEW) == []

    do(closing, "agree_move", move_id, OLD)
    found = page(closing, move_id)
    assert (found.row.due_on, found.days_left) == (date(2018, 5, 9), 30)
    assert closing.estate.status(ann) == Status.LEAVER
    assert words(closing, NEW) == ["1 account waits to be joined into a container"]

    do(closing, "join_move", move_id, NEW, DAY_30)

    row = closing.estate.get(ann)
    assert (row.organisation, row.sponsor, row.status) == ("FX001", "RX1", "active")
    assert row.address == "pharmacy.fx001@nhs.net"
    with read_only(closing.engine) as session:
        alias = session.scalars(select(AccountAlias)).one()
        told = session.scalars(
            select(AuditEntry.action).where(
                AuditEntry.kind == "move", AuditEntry.organisation == "RX1"
            )
        ).all()
        to = set(session.scalars(select(OutboxMessage.recipient)))
        assert (alias.address_key, alias.receives_until) == (
            "ann.rx1@nhs.net", london_day(DAY_30) + timedelta(days=90),
        )  # fmt: skip
    assert told == ["moves.ask", "moves.agree", "moves.join"]
    assert to == {"la@rx1.nhs.uk", "ann.rx1@nhs.net"}
    assert page(closing, move_id).row.alias_until == london_day(DAY_30) + timedelta(days=90)
    assert words(closing, NEW) == words(closing, OLD) == []


def test_not_joined_by_day_30_is_everybodys_task_and_never_deleted_and_begins_again(
    closing: Closing,
) -> None:
    ann = closing.add("ann.rx1@nhs.net", "RX1")
    move_id = ask(closing)
    do(closing, "agree_move", move_id, OLD)
    late = ["1 account was not joined into its container in time"]

    assert page(closing, move_id, DAY_30).trouble is None
    assert page(closing, move_id, DAY_31).trouble is Trouble.OVERDUE
    for reader in (OLD, NEW, TENANT):
        assert words(closing, reader, DAY_31) == late
    with pytest.raises(ClosureError, match="begin the clock again"):
        do(closing, "join_move", move_id, NEW, DAY_31)
    with pytest.raises(BatchError, match="Nobody is due"), unit_of_work(closing.engine) as session:
        batch = draft_batch(
            session, reason=Reason.LEAVER_DUE, title="Leavers", run_on=DAY_31.date(), by=BY,
            now=DAY_31,
        )  # fmt: skip
        freeze_batch(session, batch_id=batch, by=BY, now=DAY_31)
    with read_only(closing.engine) as session:
        policy = get_policy(session, on=DAY_31.date())
        why = explain(session, reader=BY, account_id=ann, policy=policy, as_of=DAY_31)
    assert why is not None
    assert why.verdict.blocker is Blocker.CONTAINER_MOVE

    do(closing, "begin_again", move_id, OLD, DAY_31)

    found = page(closing, move_id, DAY_31)
    assert (found.row.tries, found.days_left, found.trouble) == (2, 30, None)
    do(closing, "join_move", move_id, NEW, DAY_31 + timedelta(days=30))
    assert closing.home(ann) == "FX001"


@pytest.mark.parametrize("by", [OLD, NEW, TENANT], ids=["old", "container", "tenant"])
def test_called_off_by_either_side_the_account_is_as_it_was(closing: Closing, by: Actor) -> None:
    ann = closing.add("ann.rx1@nhs.net", "RX1")
    move_id = ask(closing)
    do(closing, "agree_move", move_id, OLD)

    do(closing, "call_off_move", move_id, by, why="A mistake")

    assert closing.estate.status(ann) == Status.ACTIVE
    assert page(closing, move_id).row.state == Stage.CANCELLED
    with pytest.raises(ClosureError, match="called off"):
        do(closing, "join_move", move_id, NEW)


def test_refused_with_why_it_can_be_asked_for_again(closing: Closing) -> None:
    ann = closing.add("ann.rx1@nhs.net", "RX1")
    move_id = ask(closing)
    with pytest.raises(ClosureError, match="Say why"):
        do(closing, "refuse_move", move_id, OLD, why=" ")
    do(closing, "refuse_move", move_id, OLD, why="Works on a ward")
    assert page(closing, move_id).row.ended_why == "Works on a ward"
    with pytest.raises(ClosureError, match="does not follow"):
        do(closing, "agree_move", move_id, OLD)

    do(closing, "ask_again", move_id, NEW)
    do(closing, "agree_move", move_id, OLD)

    assert closing.estate.status(ann) == Status.LEAVER


def test_a_mark_set_before_keeps_its_clock_and_is_not_taken_back(closing: Closing) -> None:
    ann = closing.add("ann.rx1@nhs.net", "RX1")
    marked = NOW - timedelta(days=10)
    with unit_of_work(closing.engine) as session:
        mark_leaver(session, account_id=ann, by=BY, now=marked)
    move_id = ask(closing)

    do(closing, "agree_move", move_id, OLD)
    assert page(closing, move_id).days_left == 20
    do(closing, "call_off_move", move_id, NEW, why="No")

    assert closing.estate.status(ann) == Status.LEAVER


def test_what_happens_to_the_account_meanwhile_is_seen_and_mended(closing: Closing) -> None:
    ann, bob = closing.add("ann.rx1@nhs.net", "RX1"), closing.add("bob.rx1@nhs.net", "RX1")
    one, two = ask(closing), ask(closing, "bob.rx1@nhs.net")
    for move_id in (one, two):
        do(closing, "agree_move", move_id, OLD)
    with unit_of_work(closing.engine) as session:
        cancel_leaver(session, account_id=ann, by=OLD, now=NOW)
        join(session, account_id=bob, organisation="RX2", by=BY, now=NOW)

    assert page(closing, one).trouble is Trouble.MARK_GONE
    assert page(closing, two).trouble is Trouble.ELSEWHERE
    with pytest.raises(ClosureError, match="joined another organisation"):
        do(closing, "begin_again", two, OLD)
    do(closing, "call_off_move", two, NEW, why="Went elsewhere")
    assert closing.home(bob) == "RX2"
    do(closing, "begin_again", one, OLD)
    do(closing, "join_move", one, NEW)
    assert closing.home(ann) == "FX001"


@pytest.mark.parametrize(
    ("given", "field", "match"),
    [
        ({"address": "nobody@nhs.net"}, "address", "No account has"),
        ({"address": "box@nhs.net"}, "address", "Transfer it from the worklist"),
        ({"address": "new@nhs.net"}, "address", "is pending"),
        ({"address": "in@nhs.net"}, "address", "in this container already"),
        ({"address": "asked@nhs.net"}, "address", "is under way"),
        ({"why": " "}, "why", "Say why"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_with_the_field(
    closing: Closing, given: dict[str, str], field: str, match: str
) -> None:
    closing.add("ann.rx1@nhs.net", "RX1")
    closing.add("asked@nhs.net", "RX1")
    closing.add("box@nhs.net", "RX1", Kind.SHARED)
    closing.estate.add("new@nhs.net", at=MADE, organisation="RX1", is_accepted=False)
    closing.add("in@nhs.net", "FX002")
    ask(closing, "asked@nhs.net")

    with pytest.raises(ClosureError, match=match) as caught:
        ask(closing, **given)

    assert caught.value.field == field


def test_each_side_does_its_own_steps_and_nobody_elses(closing: Closing) -> None:
    closing.add("ann.rx1@nhs.net", "RX1")
    move_id = ask(closing)
    stranger = local("RX2")

    for step, by in (("agree_move", NEW), ("agree_move", stranger), ("join_move", OLD)):
        with pytest.raises(RefusedError):
            do(closing, step, move_id, by)
    with pytest.raises(RefusedError):
        do(closing, "call_off_move", move_id, stranger, why="x")
    with read_only(closing.engine) as session:
        assert get_move(session, reader=stranger, move_id=move_id, today=NOW.date()) is None
    with (
        pytest.raises(ClosureError, match="in no container"),
        unit_of_work(closing.engine) as session,
    ):
        moves.ask_move(
            session, address="ann.rx1@nhs.net", target="RX2", why="x", by=stranger, now=NOW
        )


@pytest.mark.parametrize(
    ("facts", "trouble"),
    [
        (Facts(Stage.ASKED, "RX1", None, Status.ACTIVE, "RX1"), None),
        (Facts(Stage.ASKED, "RX1", None, Status.ACTIVE, "RX2"), Trouble.ELSEWHERE),
        (Facts(Stage.LEAVING, "RX1", NOW.date(), Status.LEAVER, "RX1"), None),
        (Facts(Stage.LEAVING, "RX1", date(2018, 4, 8), Status.LEAVER, "RX1"), Trouble.OVERDUE),
        (Facts(Stage.LEAVING, "RX1", date(2018, 4, 8), Status.ACTIVE, "RX1"), Trouble.MARK_GONE),
        (Facts(Stage.LEAVING, "RX1", date(2018, 4, 8), Status.DELETED, "RX1"), Trouble.DELETED),
        (Facts(Stage.JOINED, "RX1", date(2018, 4, 8), Status.ACTIVE, "FX001"), None),
    ],
)
def test_what_stands_in_the_way_of_a_move(facts: Facts, trouble: Trouble | None) -> None:
    assert find_trouble(facts, NOW.date()) is trouble
