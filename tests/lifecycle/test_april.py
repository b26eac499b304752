"""The run of April 2018: noticed on the 9th, refused on the 22nd, run on the 23rd, taken back."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select

from april import (
    EVE,
    KEEP_AT,
    LEFT,
    MADE,
    MAKER,
    NOTICED,
    RUN,
    SECOND,
    WORKER,
    April,
    make_april,
)
from estate import BY
from lamppost.database import read_only, unit_of_work
from postmaster.accounts.actions import cancel_leaver, join
from postmaster.accounts.holds import place_hold
from postmaster.accounts.mailboxes import give_mailbox
from postmaster.accounts.restoring import restore
from postmaster.accounts.rules import HoldKind, Kind, MemberRole, Status
from postmaster.accounts.tables import Account, AccountChange, MailboxMember
from postmaster.audit.tables import AuditEntry
from postmaster.blackouts.actions import set_period
from postmaster.blackouts.rules import Hold, MailPath, Source
from postmaster.lifecycle.batches import BatchError, BatchStatus, ItemState
from postmaster.lifecycle.keeping import keep_by_link
from postmaster.lifecycle.switching import go_on, stop_everything
from postmaster.lifecycle.undoing import approve_undo, ask_undo, close_window, undo_chunk

BEFORE = datetime(2017, 9, 5, 22, 59, tzinfo=UTC)
AFTER = datetime(2017, 9, 5, 23, 0, tzinfo=UTC)


@pytest.fixture
def april(engine: Engine) -> April:
    return make_april(engine)


def _noticed(april: April, *addresses: str, refused: str = "") -> list[int]:
    ids = [april.leaver(f"{name}@nhs.net") for name in addresses]
    april.freeze()
    april.approve()
    april.notify()
    april.carry(refused=refused)
    return ids


def test_only_leavers_before_the_cut_off_are_members_and_the_rest_is_reported(april: April) -> None:
    inside = april.leaver("before@nhs.net", at=BEFORE)
    outside = april.leaver("after@nhs.net", at=AFTER)
    april.estate.add("idle@nhs.net", at=MADE)

    assert april.freeze() == 1
    assert april.item(inside) == (ItemState.MEMBER, None)
    assert april.estate.get(inside).batch_id == april.batch_id
    assert april.estate.get(outside).batch_id is None


def test_the_notice_names_the_day_and_the_run_waits_for_it(april: April) -> None:
    ann, bob = (april.leaver(f"{name}@nhs.net") for name in ("ann", "bob"))
    april.freeze()
    april.approve()
    april.notify()
    bodies = april.carry()

    assert len(bodies) == 2
    assert all("will be deleted on 23 April 2018" in body for body in bodies)
    assert all(KEEP_AT in body for body in bodies)
    with pytest.raises(BatchError, match="2018-04-23"):
        april.begin(EVE)
    april.run()
    assert april.states() == {"done": 2}
    assert {april.estate.status(one) for one in (ann, bob)} == {Status.DELETED}
    assert april.batch().status == BatchStatus.DONE
    with read_only(april.engine) as session:
        entries = session.scalar(
            select(func.count()).where(AuditEntry.action == "lifecycle.delete")
        )
        history = session.scalar(
            select(func.count()).where(AccountChange.batch_id == april.batch_id)
        )
    assert (entries, history) == (2, 2)


def test_a_mailbox_that_took_no_notice_is_never_deleted(april: April) -> None:
    ann, bob = _noticed(april, "ann", "bob", refused="bob")
    april.run()

    assert april.item(bob) == (ItemState.DROPPED, "notice-failed")
    assert april.estate.status(bob) is Status.LEAVER
    assert april.estate.status(ann) is Status.DELETED
    assert april.estate.get(bob).batch_id is None


def test_a_notice_nobody_accepted_yet_holds_only_its_own_account(april: April) -> None:
    ann = april.leaver("ann@nhs.net")
    april.freeze()
    april.approve()
    april.notify()

    with pytest.raises(BatchError, match="No member's notice was accepted"):
        april.begin()
    assert april.estate.status(ann) is Status.LEAVER


def test_a_late_acceptance_moves_the_day_of_that_mailbox(april: April) -> None:
    april.leaver("ann@nhs.net")
    april.freeze()
    april.approve()
    april.notify()
    april.carry(at=NOTICED + timedelta(days=3))

    with pytest.raises(BatchError, match="2018-04-26"):
        april.begin(RUN)
    april.run(RUN + timedelta(days=3))
    assert april.states() == {"done": 1}


def test_days_under_an_incident_on_the_mail_path_do_not_count(april: April) -> None:
    _noticed(april, "ann")
    with unit_of_work(april.engine) as session:
        set_period(
            session,
            source=Source("hssi", "INC1"),
            mail_paths=[MailPath.INTERNAL],
            from_at=datetime(2018, 4, 12, 9, tzinfo=UTC),
            until_at=datetime(2018, 4, 13, 9, tzinfo=UTC),
            holds=frozenset({Hold.NOTICE_DAYS}),
            reason="Mail between mailboxes is late",
            by=BY.reference,
            now=NOTICED,
        )
    with pytest.raises(BatchError, match="2018-04-25"):
        april.begin(RUN)
    april.run(RUN + timedelta(days=2))
    assert april.states() == {"done": 1}


def test_a_run_during_a_blackout_is_refused_and_one_under_way_stops(april: April) -> None:
    _noticed(april, "ann", "bob")
    april.begin()
    with unit_of_work(april.engine) as session:
        set_period(
            session,
            source=Source("bcdr-window", "2018-04"),
            from_at=RUN,
            until_at=RUN + timedelta(hours=4),
            holds=frozenset({Hold.BATCHES}),
            reason="The recovery test of April",
            by=BY.reference,
            now=RUN,
        )
    with pytest.raises(BatchError, match="The recovery test of April"):
        april.chunk()
    assert april.states() == {"noticed": 2}
    april.run(RUN + timedelta(hours=4))
    assert april.states() == {"done": 2}


def test_the_kill_switch_stops_every_chunk_until_it_is_lifted(april: April) -> None:
    _noticed(april, "ann", "bob")
    april.begin()
    april.chunk(size=1)
    with unit_of_work(april.engine) as session:
        stop_everything(session, why="Something is wrong", by=SECOND, now=RUN)
    with pytest.raises(BatchError, match="Something is wrong"):
        april.chunk(size=1)
    assert april.states() == {"done": 1, "noticed": 1}
    with unit_of_work(april.engine) as session:
        go_on(session, why="It was not", by=SECOND, now=RUN)
    april.run()
    assert april.states() == {"done": 2}


def test_members_leave_each_with_its_reason_and_none_joins(april: April) -> None:
    names = ("stays", "held", "joined", "corrected", "moved", "spared")
    stays, held, joined, corrected, moved, spared = _noticed(april, *names)
    with unit_of_work(april.engine) as session:
        place_hold(
            session, account_id=held, kind=HoldKind.LEGAL, reason="Inquest",
            review_on=date(2018, 10, 1), by=BY, now=NOTICED,
        )  # fmt: skip
        cancel_leaver(session, account_id=corrected, by=BY, now=RUN - timedelta(seconds=1))
    april.put(joined, status=Status.ACTIVE, organisation="RX3", counted_from=NOTICED)
    april.put(moved, organisation="RX3")
    april.put(spared, spared_until=RUN + timedelta(days=1))
    late = april.leaver("late@nhs.net")
    april.run()

    reasons = {one: april.item(one)[1] for one in (held, joined, corrected, moved, spared)}
    assert reasons == {
        held: "held", joined: "moved", corrected: "not-due", moved: "moved", spared: "spared",
    }  # fmt: skip
    assert april.states() == {"done": 1, "dropped": 5}
    assert april.estate.status(stays) is Status.DELETED
    assert april.estate.status(late) is Status.LEAVER
    with read_only(april.engine) as session:
        assert session.scalar(select(func.count()).where(Account.batch_id.is_not(None))) == 0


def test_a_joiner_accepted_in_time_keeps_the_account(april: April) -> None:
    # Marked 30 days before, so that both the batch and the joining are in time.
    ann = april.leaver("ann@nhs.net", at=datetime(2018, 3, 9, 12, tzinfo=UTC))
    april.freeze(cut_off=None)
    april.approve()
    april.notify()
    april.carry()
    with unit_of_work(april.engine) as session:
        session.get_one(Account, ann).status_since = RUN - timedelta(days=20)
    with unit_of_work(april.engine) as session:
        join(session, account_id=ann, organisation="RX3", by=BY, now=RUN)
    april.run()
    assert april.item(ann) == (ItemState.DROPPED, "moved")
    assert april.estate.status(ann) is Status.ACTIVE


def test_the_link_keeps_the_account_once_and_for_a_whole_idle_period(april: April) -> None:
    ann = april.leaver("ann@nhs.net")
    april.freeze()
    april.approve()
    april.notify()
    token = april.carry()[0].split(KEEP_AT)[1].split()[0]

    for _ in range(2):
        with unit_of_work(april.engine) as session:
            assert keep_by_link(session, token=token, by=WORKER, now=NOTICED)
    with unit_of_work(april.engine) as session:
        assert not keep_by_link(session, token=token[:-1], by=WORKER, now=NOTICED)
    assert april.item(ann) == (ItemState.DROPPED, "kept")
    assert april.estate.get(ann).spared_until == NOTICED + timedelta(days=90)
    with pytest.raises(BatchError):
        april.begin()


def test_the_link_is_worth_nothing_after_the_deletion(april: April) -> None:
    ann = april.leaver("ann@nhs.net")
    april.freeze()
    april.approve()
    april.notify()
    token = april.carry()[0].split(KEEP_AT)[1].split()[0]
    april.run()

    with unit_of_work(april.engine) as session:
        assert not keep_by_link(session, token=token, by=WORKER, now=RUN)
    assert april.estate.status(ann) is Status.DELETED


def test_owners_who_leave_together_do_not_leave_their_mailbox_to_nobody(april: April) -> None:
    box = april.estate.add("ward@nhs.net", at=MADE, kind=Kind.SHARED)
    ann, bob, eve = (april.leaver(f"{name}@nhs.net") for name in ("ann", "bob", "eve"))
    for account_id, name in ((ann, "ann"), (bob, "bob")):
        april.put(account_id, status=Status.ACTIVE)
        with unit_of_work(april.engine) as session:
            give_mailbox(
                session, mailbox_id=box, address=f"{name}@nhs.net", role=MemberRole.OWNER,
                by=BY, now=MADE,
            )  # fmt: skip
        april.put(account_id, status=Status.LEAVER)
    april.freeze()
    april.approve()
    april.notify()
    april.carry()
    april.run()

    assert april.states() == {"dropped": 2, "done": 1}
    assert {april.item(ann)[1], april.item(bob)[1]} == {"sole-owner"}
    assert [april.estate.status(one) for one in (ann, bob, eve)] == [
        Status.LEAVER, Status.LEAVER, Status.DELETED,
    ]  # fmt: skip


def test_a_batch_is_undone_as_a_whole_but_for_accounts_changed_since(april: April) -> None:
    box = april.estate.add("ward@nhs.net", at=MADE, kind=Kind.SHARED)
    april.estate.add("owner@nhs.net", at=MADE)
    ann, bob = (april.leaver(f"{name}@nhs.net") for name in ("ann", "bob"))
    before = april.estate.get(ann)
    april.put(ann, status=Status.ACTIVE)
    with unit_of_work(april.engine) as session:
        for address, role in (("owner", MemberRole.OWNER), ("ann", MemberRole.MEMBER)):
            give_mailbox(
                session, mailbox_id=box, address=f"{address}@nhs.net", role=role, by=BY, now=MADE
            )
    april.put(ann, status=Status.LEAVER)
    april.freeze()
    april.approve()
    april.notify()
    april.carry()
    april.run()
    assert _uses(april, ann) == 0
    with unit_of_work(april.engine) as session:
        restore(session, account_id=bob, by=BY, now=RUN + timedelta(hours=1))
    _undo(april)

    after = april.estate.get(ann)
    assert april.states() == {"undone": 1, "kept-changed": 1}
    for name in ("status", "status_since", "prior_status", "reason_code", "organisation"):
        assert getattr(after, name) == getattr(before, name), name
    assert april.estate.status(bob) is Status.ACTIVE
    assert _uses(april, ann) == 1
    assert after.spared_until == RUN + timedelta(days=91)
    assert april.batch().status == BatchStatus.UNDONE


def _uses(april: April, account_id: int) -> int | None:
    with read_only(april.engine) as session:
        return session.scalar(
            select(func.count()).where(
                MailboxMember.account_id == account_id, MailboxMember.ended_at.is_(None)
            )
        )


def _undo(april: April, at: datetime = RUN + timedelta(days=1)) -> None:
    with unit_of_work(april.engine) as session:
        ask_undo(session, batch_id=april.batch_id, why="The list was wrong", by=MAKER, now=at)
    with pytest.raises(BatchError, match="Somebody else"), unit_of_work(april.engine) as session:
        approve_undo(session, batch_id=april.batch_id, by=MAKER, now=at)
    with unit_of_work(april.engine) as session:
        approve_undo(session, batch_id=april.batch_id, by=SECOND, now=at)
    is_over = False
    while not is_over:
        with unit_of_work(april.engine) as session:
            is_over = undo_chunk(
                session, batch_id=april.batch_id, size=1, by=WORKER, now=at
            ).is_over


def test_after_its_window_a_batch_is_final(april: April) -> None:
    _noticed(april, "ann")
    april.run()
    late = RUN + timedelta(days=15)
    with pytest.raises(BatchError, match="2018-05-07"):
        _undo(april, late)
    with unit_of_work(april.engine) as session:
        assert not close_window(session, batch_id=april.batch_id, by=WORKER, now=RUN)
        assert close_window(session, batch_id=april.batch_id, by=WORKER, now=late)
    assert april.batch().status == BatchStatus.FINAL
    assert late > LEFT
