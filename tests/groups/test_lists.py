"""Lists from asking to sending: members, lists within lists, approvals, and everybody stopped."""

import pytest
from sqlalchemy import Engine, insert, select, text, update

from estate import BY
from lamppost.database import read_only, unit_of_work
from lists import LIVE_FROM, NOW, OTHER_TENANT, TENANT, Lists, local, make_lists, person
from postmaster.access.acting import RefusedError
from postmaster.access.roles import Role
from postmaster.accounts.actions import disable
from postmaster.accounts.changes import make_row
from postmaster.accounts.rules import AccountError, Kind, Status
from postmaster.accounts.tables import Account
from postmaster.groups.conditions import Condition
from postmaster.groups.deciding import withdraw_change
from postmaster.groups.keeping import disable_list, enable_list, give_list, hand_over, take_list
from postmaster.groups.reaching import count_by_organisation, gather, measure
from postmaster.groups.rules import ChangeState, GroupError, ListStatus
from postmaster.groups.waiting import get_change, list_tasks
from postmaster.outbox.tables import OutboxMessage

HELPDESK = person(Role.LOCAL_HELPDESK, "RX1")


def refused(lists: Lists, words: str, **given: object) -> str | None:
    with pytest.raises(GroupError, match=words) as caught:
        lists.make(**given)  # type: ignore[arg-type]  # whatever the test gives
    return caught.value.field


def test_an_administrators_list_is_active_at_once_and_reaches_whom_it_names(engine: Engine) -> None:
    lists = make_lists(engine)
    ann = lists.add("ann@nhs.net")
    lists.add("box@nhs.net", kind=Kind.SHARED)
    inner = lists.make("inner", members="ann@nhs.net box@nhs.net out@example.org")
    outer = lists.make("outer", members="larkmoor.inner@nhs.net ANN@nhs.net", by=local("RX1"))

    page = lists.page(outer)
    assert (page.row.address, page.row.status) == ("larkmoor.outer@nhs.net", ListStatus.ACTIVE)
    assert (page.reach.total, page.row.recipients, page.reach.externals) == (3, 3, 1)
    assert page.reach.organisations == {"RX1": 2}
    sent = lists.send("larkmoor.outer@nhs.net")
    assert (len(sent.account_ids), sent.externals) == (2, ["out@example.org"])

    with pytest.raises(GroupError, match="leads back"):
        lists.change(inner, add=("larkmoor.outer@nhs.net",))
    with unit_of_work(engine) as session:
        session.execute(update(Account).where(Account.account_id == ann).values(status="deleted"))
    assert lists.page(outer).reach.accounts == 1
    with unit_of_work(engine) as session:
        session.execute(update(Account).where(Account.account_id == ann).values(status="active"))
    assert lists.page(outer).reach.accounts == 2
    with unit_of_work(engine) as session:
        disable_list(session, list_id=inner, why="Not used", by=BY, now=NOW)
    assert lists.page(outer).reach.total == 1
    assert lists.send("larkmoor.inner@nhs.net").refusal == "The list is disabled."


def test_a_circle_of_lists_made_by_hand_still_comes_to_an_end(lists: Lists) -> None:
    lists.add("ann@nhs.net")
    one = lists.make("one", members="ann@nhs.net")
    two = lists.make("two", members="larkmoor.one@nhs.net")
    with unit_of_work(lists.engine) as session:
        words = (
            "INSERT INTO list_member (list_id, nested_id, since, added_by) VALUES (:a, :b, :t, 'x')"
        )
        session.execute(text(words), {"a": one, "b": two, "t": "2018-01-01 00:00:00"})

    assert lists.page(one).reach.total == lists.page(two).reach.total == 1


def test_what_cannot_be_a_list_says_where_and_how_to_mend_it(lists: Lists) -> None:
    lists.add("bob@nhs.net", "RX2")
    lists.make("taken")

    assert refused(lists, "There is a list larkmoor.taken", name="Taken") == "name"
    assert refused(lists, "letters and digits", name="a b") == "name"
    assert refused(lists, "Enter the address of an owner", owner="") == "owners"
    assert refused(lists, "is not of RX1", owner="bob@nhs.net") == "owners"
    assert refused(lists, "No person's account", owner="x@nhs.net") == "owners"
    assert refused(lists, "Nobody has the address no@nhs.net", members="no@nhs.net") == "add"
    assert refused(lists, "no organisation NOPE", organisation="NOPE") == "organisation"
    assert refused(lists, "Say whose", condition=Condition(job_title="Nurse")) == "organisations"
    assert refused(lists, "no organisation ZZ", condition=Condition(("ZZ",))) == "organisations"
    with pytest.raises(AccountError, match="list has this address"):
        lists.add("larkmoor.taken@nhs.net", kind=Kind.SHARED)
    with pytest.raises(RefusedError):
        lists.make("theirs", organisation="RX2", owner="bob@nhs.net", by=local("RX1"))


def test_a_list_of_no_administrator_waits_for_one_and_its_owner_is_told(lists: Lists) -> None:
    refused(lists, "14 characters or fewer", name="a" * 15, by=HELPDESK)
    number = lists.make("a" * 14, by=HELPDESK)
    assert lists.page(number).row.status == ListStatus.PENDING
    assert lists.waits_for(number) == [("owner", "RX1")]
    with read_only(lists.engine) as session:
        (task,) = list_tasks(session, reader=local("RX1"), now=NOW)
        assert (task.count, list_tasks(session, reader=local("RX2"), now=NOW)) == (1, ())
        assert get_change(session, reader=local("RX2"), change_id=1) is None
    with pytest.raises(RefusedError):
        lists.decide(number, by=local("RX2"))
    with pytest.raises(GroupError, match="Say why"):
        lists.decide(number, by=local("RX1"), is_given=False)

    assert lists.decide(number, by=local("RX1")) is ChangeState.APPLIED
    page = lists.page(number)
    assert (page.row.status, page.changes[0].approvals[0].decided_by) == (
        ListStatus.ACTIVE, local("RX1").reference,
    )  # fmt: skip
    other = lists.make("b" * 14, by=HELPDESK)
    lists.decide(other, by=local("RX1"), is_given=False, why="We have one")
    assert lists.page(other).row.status == ListStatus.REJECTED
    assert lists.make("b" * 14, by=HELPDESK) != other
    with read_only(lists.engine) as session:
        told = session.scalars(select(OutboxMessage.subject)).all()
    assert [words.split("@nhs.net ")[1] for words in sorted(told)] == ["is active", "was rejected"]


def test_a_rule_over_organisations_needs_each_of_their_administrators(lists: Lists) -> None:
    lists.add("ann@nhs.net", "RX101")
    lists.add("gp@nhs.net", "A81001")
    lists.add("far@nhs.net", "RX2")
    condition = Condition(("RX1", "09Y"), takes_under=True)
    narrower = Condition(("RX1", "09Y"), takes_under=True, job_title="Nurse")
    number = lists.make("both", condition=condition, by=local("RX1"))

    assert lists.waits_for(number) == [("organisation", "09Y")]
    with read_only(lists.engine) as session:
        change = lists.page(number).waiting
        assert change is not None
        assert get_change(session, reader=local("09Y"), change_id=change.change_id) is not None
    assert lists.decide(number, by=local("09Y")) is ChangeState.APPLIED
    assert lists.page(number).reach.organisations == {"A81001": 1, "RX1": 1, "RX101": 1}
    lists.change(number, condition=narrower, by=local("RX1"))
    assert lists.page(number).waiting is None
    lists.change(number, condition=Condition(("RX1", "RX2"), takes_under=True), by=local("RX1"))
    assert lists.waits_for(number) == [("organisation", "RX2")]
    assert lists.page(number).condition == narrower
    with pytest.raises(GroupError, match="waits for approval"):
        lists.change(number, description="x")
    change = lists.page(number).waiting
    assert change is not None
    with unit_of_work(lists.engine) as session:
        withdraw_change(session, change_id=change.change_id, why="A slip", by=local("RX1"), now=NOW)
    assert lists.page(number).changes[0].state is ChangeState.WITHDRAWN


def fill(lists: Lists, organisation: str, count: int) -> None:
    rows = [
        make_row(f"p{n}.{organisation.lower()}@nhs.net", f"P {n}", kind=Kind.PERSON,
                 organisation=organisation, status=Status.ACTIVE, now=LIVE_FROM)
        for n in range(count)
    ]  # fmt: skip
    values = [
        {name: value for name, value in vars(row).items() if name != "_sa_instance_state"}
        for row in rows
    ]
    with unit_of_work(lists.engine) as session:
        session.execute(insert(Account), values)


def test_a_change_over_a_threshold_waits_and_the_old_list_stays_in_force(lists: Lists) -> None:
    fill(lists, "RX101", 8)
    fill(lists, "RX102", 3)
    lists.add("far@nhs.net", "RX2")
    with unit_of_work(lists.engine) as session:
        words = "UPDATE policy_number SET value = :n WHERE key = :k"
        session.execute(text(words), {"k": "list.named_senders_over", "n": 5})
        session.execute(text(words), {"k": "list.tenant_approval_over", "n": 10})
    small = Condition(("RX101",))
    assert refused(lists, "Name who may send", condition=small) == "senders"
    number = lists.make("some", condition=small, senders="owner@nhs.net", by=local("RX1"))
    assert lists.send("larkmoor.some@nhs.net", "x@nhs.net").refusal == (
        "Only named senders may write to this list."
    )
    assert len(lists.send("larkmoor.some@nhs.net").account_ids) == 8

    wider = Condition(("RX101", "RX102"))
    lists.change(number, condition=wider, by=TENANT)
    assert lists.waits_for(number) == [("tenant", None)]
    assert len(lists.send("larkmoor.some@nhs.net").account_ids) == 8
    with pytest.raises(GroupError, match="tenant administrator"):
        lists.decide(number, by=local("RX1"))
    with pytest.raises(GroupError, match="you asked for it"):
        lists.decide(number, by=TENANT)
    lists.decide(number, by=OTHER_TENANT)
    assert len(lists.send("larkmoor.some@nhs.net").account_ids) == 11
    lists.change(number, description="Every ward", by=local("RX1"))
    assert lists.waits_for(number) == [("tenant", None)]


def test_the_storm_of_2016_is_stopped_by_preview_approval_and_at_the_moment_of_sending(
    lists: Lists,
) -> None:
    fill(lists, "RX101", 4)
    fill(lists, "RX2", 4)
    fill(lists, "A81001", 4)
    everybody = Condition(is_everywhere=True)
    assert refused(lists, "Say whose accounts", condition=Condition(kinds=(Kind.PERSON,)),
                   by=local("RX1")) == "organisations"  # fmt: skip
    assert refused(lists, "every organisation of the service: 13", condition=everybody,
                   by=local("RX1")) == "organisations"  # fmt: skip
    meant = Condition(("RX1", "RX2", "09Y"), takes_under=True)
    assert refused(lists, "every organisation", condition=meant, by=local("RX1"))
    storm = lists.make("storm", condition=everybody, by=TENANT)
    assert lists.waits_for(storm) == [("tenant", None)]
    assert lists.send("larkmoor.storm@nhs.net").refusal == "The list is pending."

    one = lists.make("one", condition=Condition(("RX1",), takes_under=True), by=local("RX1"))
    assert len(lists.send("larkmoor.one@nhs.net").account_ids) == 5
    with unit_of_work(lists.engine) as session:
        session.execute(update(Account).values(organisation="RX101"))
        home = select(Account.account_id).where(Account.address == "p0.rx2@nhs.net")
        moved = Account.account_id.in_(home)
        session.execute(update(Account).where(moved).values(organisation="RX102"))
    sent = lists.send("larkmoor.one@nhs.net")
    assert (list(sent.account_ids), "every organisation" in (sent.refusal or "")) == ([], True)
    assert "every organisation" in (lists.page(one).held or "")


def test_owners_are_of_the_organisation_and_one_stays(lists: Lists) -> None:
    lists.add("ann@nhs.net", "RX101")
    lists.add("far@nhs.net", "RX2")
    number = lists.make("all")
    (owner,) = lists.page(number).owners
    with unit_of_work(lists.engine) as session:
        with pytest.raises(GroupError, match="Nobody else owns"):
            take_list(session, list_owner_id=owner.owner_id, by=BY, now=NOW)
        with pytest.raises(GroupError, match="is not of RX1"):
            give_list(session, list_id=number, address="far@nhs.net", by=BY, now=NOW)
        give_list(session, list_id=number, address="ann@nhs.net", by=HELPDESK, now=NOW)
        take_list(session, list_owner_id=owner.owner_id, by=HELPDESK, now=NOW)
        hand_over(session, list_id=number, to="RX2", by=BY, now=NOW)
    page = lists.page(number)
    assert [(one.address, one.is_own) for one in page.owners] == [("ann@nhs.net", False)]
    assert (page.row.organisation, page.row.address) == ("RX2", "larkmoor.all@nhs.net")


def test_a_disabled_list_withdraws_what_waits_and_comes_back_as_it_was(lists: Lists) -> None:
    lists.add("ann@nhs.net")
    number = lists.make("all", members="ann@nhs.net")
    lists.change(number, description="x", by=HELPDESK)
    with unit_of_work(lists.engine) as session, pytest.raises(GroupError, match="Say why"):
        disable_list(session, list_id=number, why=" ", by=BY, now=NOW)
    with unit_of_work(lists.engine) as session:
        disable_list(session, list_id=number, why="Misused", by=local("RX1"), now=NOW)
    assert lists.page(number).waiting is None
    with pytest.raises(GroupError, match="Only an active list"):
        lists.change(number, description="y")
    with unit_of_work(lists.engine) as session:
        enable_list(session, list_id=number, why="Mended", by=local("RX1"), now=NOW)
    assert lists.page(number).reach.total == 1


def test_an_account_that_receives_nothing_is_no_recipient(lists: Lists) -> None:
    ann = lists.add("ann@nhs.net")
    number = lists.make("all", members="ann@nhs.net")
    dynamic = lists.make("dyn", condition=Condition(("RX1",)))
    with unit_of_work(lists.engine) as session:
        disable(session, account_id=ann, reason_code="inquiry", by=BY, now=NOW)

    # A disabled account receives, and the directory does not show it.
    assert lists.page(number).reach.total == 1
    assert lists.page(dynamic).reach.organisations == {"RX1": 1}


def test_recipients_are_found_by_the_index_of_their_organisation(engine: Engine) -> None:
    lists = make_lists(engine)
    number = lists.make("dyn", condition=Condition(("RX1",)))
    condition = Condition(("RX1",), takes_under=True)
    with read_only(engine) as session:
        found = gather(session, list_id=number, condition=condition, now=NOW)
        assert measure(session, found, now=NOW).organisations == {"RX1": 1}
        words = count_by_organisation(found, NOW).compile(
            engine, compile_kwargs={"literal_binds": True}
        )
        explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
        if explain == "EXPLAIN":
            session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = str(session.execute(text(f"{explain} {words}")).all())

    assert "ix_account_organisation_address_key" in plan
