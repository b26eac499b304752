"""What a batch refuses: its own maker, other members, too many, evidence that is missing."""

import hashlib
import threading
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, select, update

from april import MADE, MAKER, NOTICED, RUN, SECOND, WORKER, April, make_april
from estate import BY
from lamppost.database import read_only, unit_of_work
from postmaster.access.acting import RefusedError
from postmaster.access.actors import Grant, operator
from postmaster.access.roles import Role
from postmaster.accounts.activity import Source
from postmaster.accounts.addresses import check_free
from postmaster.accounts.mailboxes import give_mailbox
from postmaster.accounts.rules import AccountError, Kind, MemberRole, Status
from postmaster.accounts.tables import Account, AccountAlias
from postmaster.lifecycle.actions import (
    abort_batch,
    approve_batch,
    draft_batch,
    freeze_batch,
    raise_limit,
)
from postmaster.lifecycle.batches import BatchError, BatchStatus, ItemState, find_ready_day
from postmaster.lifecycle.guards import check_evidence, record_evidence
from postmaster.lifecycle.rules import Reason
from postmaster.lifecycle.running import pause_run
from postmaster.lifecycle.switching import freeze_organisation
from postmaster.lifecycle.tables import BatchItem
from postmaster.policy.reads import get_policy
from postmaster.policy.tables import PolicyNumber


@pytest.fixture
def april(engine: Engine) -> April:
    return make_april(engine)


@pytest.fixture
def small(sqlite_engine: Engine) -> April:
    return make_april(sqlite_engine)


def _approve(april: April, **other: object) -> None:
    values = {"by": SECOND, "frozen_hash": april.batch().frozen_hash} | other
    with unit_of_work(april.engine) as session:
        approve_batch(session, batch_id=april.batch_id, now=NOTICED, **values)  # type: ignore[arg-type]  # as given


def test_the_hash_is_of_the_rule_and_of_every_member_in_their_order(april: April) -> None:
    for number in range(12):
        april.leaver(f"left{number}@nhs.net")
    april.freeze()
    batch = april.batch()
    with read_only(april.engine) as session:
        rows = session.execute(
            select(BatchItem.account_id, BatchItem.organisation, BatchItem.deletes_on)
        ).all()
    lines = [f"\n{number} {code} {day:%Y-%m-%d}" for number, code, day in sorted(rows)]
    assert len(lines) == 12
    words = (batch.rule or "") + "".join(lines)
    assert batch.frozen_hash == hashlib.sha256(words.encode()).hexdigest()


def test_two_batches_frozen_at_the_same_moment_never_take_one_account(april: April) -> None:
    for number in range(12):
        april.leaver(f"left{number}@nhs.net")
    with unit_of_work(april.engine) as session:
        first, second = (
            draft_batch(
                session, reason=Reason.LEAVER_DUE, title="Twice", run_on=RUN.date(), by=MAKER,
                now=NOTICED,
            )
            for _ in range(2)
        )  # fmt: skip
    refused: list[str] = []

    def freeze() -> None:
        try:
            with unit_of_work(april.engine) as session:
                freeze_batch(session, batch_id=second, by=MAKER, now=NOTICED)
        except BatchError as error:
            refused.append(str(error))

    other = threading.Thread(target=freeze)
    with unit_of_work(april.engine) as session:
        assert freeze_batch(session, batch_id=first, by=MAKER, now=NOTICED) == 12
        other.start()
        # It waits for what is written here, and finds everybody taken when that is done.
        other.join(0.5)
        assert other.is_alive()
    other.join(10)
    assert refused == ["Nobody is due for this reason. Look at the preview to see why."]


@pytest.mark.parametrize("who", [MAKER, operator("lifecycle batch"), WORKER])
def test_nobody_approves_their_own_batch_and_no_command_does(small: April, who: object) -> None:
    small.leaver("ann@nhs.net")
    small.freeze()
    with pytest.raises(BatchError, match=r"Somebody else|second person"):
        _approve(small, by=who)
    assert small.batch().status == BatchStatus.FROZEN


def test_an_approval_is_of_the_members_that_were_shown(small: April) -> None:
    ann = small.leaver("ann@nhs.net")
    small.freeze()
    with pytest.raises(BatchError, match="not those you were shown"):
        _approve(small, frozen_hash="0" * 64)
    with unit_of_work(small.engine) as session:
        session.execute(
            update(BatchItem)
            .where(BatchItem.account_id == ann)
            .values(deletes_on=RUN.date() - timedelta(days=9))
        )
    with pytest.raises(BatchError, match="not those you were shown"):
        small.approve()


def test_a_batch_over_a_threshold_waits_for_a_raised_number_of_somebody_else(small: April) -> None:
    small.leaver("ann@nhs.net")
    small.freeze()
    with pytest.raises(BatchError, match="1000‰ of all accounts"):
        _approve(small)
    refused = (
        (MAKER, 1000, "A small estate", "Somebody else"),
        (SECOND, 999, "A small estate", "that or more"),
        (SECOND, 1000, " ", "Say why"),
    )
    for who, permille, why, words in refused:
        with pytest.raises(BatchError, match=words), unit_of_work(small.engine) as session:
            raise_limit(
                session, batch_id=small.batch_id, permille=permille, why=why, by=who, now=NOTICED
            )
    small.approve()
    assert small.batch().status == BatchStatus.APPROVED


def test_only_a_tenant_administrator_runs_batches(small: April) -> None:
    local = replace(SECOND, grants=(Grant(Role.PRIMARY_LOCAL_ADMINISTRATOR, "RX2"),))
    with pytest.raises(RefusedError), unit_of_work(small.engine) as session:
        draft_batch(
            session, reason=Reason.LEAVER_DUE, title="Mine", run_on=RUN.date(), by=local,
            now=NOTICED,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"reason": Reason.IN_USE}, "Nothing is done"),
        ({"title": ""}, "title"),
        ({"title": "a\nb"}, "title"),
        ({"run_on": date(2018, 4, 8)}, "past"),
        ({"organisation": "NOWHERE"}, "no organisation"),
    ],
)
def test_a_draft_that_makes_no_sense_says_why(
    small: April, values: dict[str, object], words: str
) -> None:
    given = {"reason": Reason.LEAVER_DUE, "title": "Leavers", "run_on": RUN.date()} | values
    with pytest.raises(BatchError, match=words), unit_of_work(small.engine) as session:
        draft_batch(session, by=MAKER, now=NOTICED, **given)  # type: ignore[arg-type]  # as given


def test_an_account_is_in_one_batch_at_a_time_and_free_again_after_an_end(small: April) -> None:
    ann = small.leaver("ann@nhs.net")
    small.freeze()
    first = small.batch_id
    with pytest.raises(BatchError, match="Nobody is due"):
        small.freeze()
    with unit_of_work(small.engine) as session:
        abort_batch(session, batch_id=first, why="The wrong list", by=MAKER, now=NOTICED)
    assert small.freeze() == 1
    assert small.item(ann) == (ItemState.MEMBER, None)


def test_a_batch_keeps_to_its_organisation_and_leaves_frozen_ones_alone(small: April) -> None:
    ann = small.leaver("ann@nhs.net", organisation="RX2")
    small.leaver("bob@nhs.net", organisation="RX3")
    assert small.freeze(organisation="RX2") == 1
    assert small.item(ann)[0] is ItemState.MEMBER
    with unit_of_work(small.engine) as session:
        freeze_organisation(
            session, ods_code="RX3", is_frozen=True, why="A merger", by=SECOND, now=NOTICED
        )
    with pytest.raises(BatchError, match="Nobody is due"):
        small.freeze()


def test_no_organisation_loses_more_than_its_cap_on_one_day(april: April) -> None:
    for number in range(5):
        april.leaver(f"a{number}@nhs.net")
    april.leaver("other@nhs.net", organisation="RX3")
    with unit_of_work(april.engine) as session:
        session.execute(
            update(PolicyNumber)
            .where(PolicyNumber.key == "cap.organisation_accounts")
            .values(value=2)
        )
    april.freeze()
    with read_only(april.engine) as session:
        days = session.execute(
            select(BatchItem.organisation, BatchItem.deletes_on).order_by(
                BatchItem.organisation, BatchItem.deletes_on
            )
        ).all()
    assert [(code, day.day) for code, day in days] == [
        ("RX2", 23), ("RX2", 23), ("RX2", 24), ("RX2", 24), ("RX2", 25), ("RX3", 23),
    ]  # fmt: skip
    april.approve()
    april.notify()
    april.carry()
    done = []
    for day in range(3):
        april.run(RUN + timedelta(days=day))
        done.append(april.states()["done"])
    assert done == [3, 5, 6]
    assert april.batch().status == BatchStatus.DONE


def test_the_sole_owner_of_a_mailbox_and_the_sole_administrator_are_no_candidates(
    small: April,
) -> None:
    box = small.estate.add("ward@nhs.net", at=MADE, kind=Kind.SHARED)
    small.estate.add("ann@nhs.net", at=MADE)
    with unit_of_work(small.engine) as session:
        give_mailbox(
            session, mailbox_id=box, address="ann@nhs.net", role=MemberRole.OWNER, by=BY, now=MADE
        )
    with read_only(small.engine) as session:
        ann = session.scalars(
            select(Account.account_id).where(Account.address_key == "ann@nhs.net")
        ).one()
    small.put(ann, status=Status.LEAVER, status_since=MADE)
    with pytest.raises(BatchError, match="Nobody is due"):
        small.freeze()


def _tell(april: April, volumes: list[int], *, last: date, at: datetime) -> None:
    with unit_of_work(april.engine) as session:
        for back, volume in enumerate(reversed(volumes)):
            record_evidence(
                session, source=Source.PASSWORD, volume=volume,
                on_day=last - timedelta(days=back), now=at,
            )  # fmt: skip


@pytest.mark.parametrize(
    ("volumes", "hours", "words"),
    [
        ([], 0, "missing"),
        ([100, 100, 100], 37, "older than 36 hours"),
        ([100, 100, 0], 1, "tells of 0"),
        ([100, 100, 49], 1, "49 accounts where 100 are usual"),
        ([100, 100, 50], 1, ""),
        ([100, 100, 100], 36, ""),
    ],
)
def test_nobody_is_judged_by_use_while_its_evidence_is_late_empty_or_fallen(
    small: April, volumes: list[int], hours: int, words: str
) -> None:
    _tell(small, volumes, last=date(2018, 4, 8), at=NOTICED - timedelta(hours=hours))
    with read_only(small.engine) as session:
        policy = get_policy(session, on=NOTICED.date())
        if words:
            with pytest.raises(BatchError, match=words):
                check_evidence(session, policy=policy, now=NOTICED)
        else:
            check_evidence(session, policy=policy, now=NOTICED)


def test_an_idle_account_becomes_inactive_without_a_notice_and_comes_back_by_an_undo(
    april: April,
) -> None:
    idle = april.estate.add("idle@nhs.net", at=MADE)
    with pytest.raises(BatchError, match="evidence of use"):
        april.freeze(Reason.IDLE, cut_off=None)
    _tell(april, [10, 10], last=date(2018, 4, 8), at=NOTICED)
    assert april.freeze(Reason.IDLE, cut_off=None) == 1
    april.approve()
    assert april.batch().status == BatchStatus.WAITING
    april.run()
    assert april.estate.status(idle) is Status.INACTIVE


def test_a_purge_leaves_a_number_and_the_address_in_quarantine(april: April) -> None:
    ann = april.leaver("ann@nhs.net")
    april.put(
        ann, status=Status.DELETED, status_since=NOTICED - timedelta(days=31), name="Ann Other"
    )
    with unit_of_work(april.engine) as session:
        session.add(
            AccountAlias(address_key="old@nhs.net", account_id=ann, receives_until=date(2018, 5, 1))
        )
    assert april.freeze(Reason.PURGE_DUE, cut_off=None) == 1
    april.approve()
    april.run()
    row = april.estate.get(ann)
    assert (row.status, row.name, row.address) == ("purged", "", f"{ann}@purged.invalid")
    for address in ("ann@nhs.net", "old@nhs.net"):
        for day, is_free in ((date(2020, 4, 22), False), (date(2020, 4, 24), True)):
            with read_only(april.engine) as session:
                if is_free:
                    assert check_free(session, address, today=day) == address
                else:
                    with pytest.raises(AccountError):
                        check_free(session, address, today=day)
    assert april.batch().status == BatchStatus.DONE


def test_a_paused_run_goes_on_where_it_stopped(april: April) -> None:
    for number in range(4):
        april.leaver(f"a{number}@nhs.net")
    april.freeze()
    april.approve()
    april.notify()
    april.carry()
    april.begin()
    april.chunk(size=3)
    with unit_of_work(april.engine) as session:
        pause_run(session, batch_id=april.batch_id, why="Lunch", by=MAKER, now=RUN)
    with pytest.raises(BatchError, match="paused"):
        april.chunk()
    assert april.states() == {"done": 3, "noticed": 1}
    april.run()
    assert april.states() == {"done": 4}


@pytest.mark.parametrize(
    ("accepted", "lost", "ready"),
    [
        (date(2018, 4, 9), [], date(2018, 4, 23)),
        (date(2018, 4, 9), [date(2018, 4, 8), date(2018, 4, 23)], date(2018, 4, 23)),
        (date(2018, 4, 9), [date(2018, 4, 9)], date(2018, 4, 24)),
        (date(2018, 4, 9), [date(2018, 4, 22)], date(2018, 4, 24)),
        # The clocks change on 25 March 2018 and nothing else does.
        (date(2018, 3, 20), [], date(2018, 4, 3)),
    ],
)
def test_a_notice_has_run_after_fourteen_days_that_count(
    accepted: date, lost: list[date], ready: date
) -> None:
    assert find_ready_day(accepted, 14, lost) == ready
