"""Caps across batches, days against what is usual, who is left out, and who else is written to."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from april import NOTICED, RUN, SECOND, April, make_april
from estate import BY
from lamppost.database import read_only, unit_of_work
from pilots import Pilots
from postmaster.access.roles import Role
from postmaster.access.tables import RoleGrant
from postmaster.accounts.holds import place_hold
from postmaster.accounts.rules import HoldKind
from postmaster.lifecycle.actions import approve_batch, raise_limit
from postmaster.lifecycle.batches import BatchError
from postmaster.lifecycle.rules import Reason
from postmaster.lifecycle.tables import LifecycleDay
from postmaster.policy.tables import PolicyNumber
from visitors import put_person


@pytest.fixture
def april(engine: Engine) -> April:
    return make_april(engine)


@pytest.fixture
def small(sqlite_engine: Engine) -> April:
    return make_april(sqlite_engine)


def _number(april: April, key: str, value: int) -> None:
    with unit_of_work(april.engine) as session:
        session.execute(update(PolicyNumber).where(PolicyNumber.key == key).values(value=value))


def _notice(april: April) -> None:
    april.approve()
    april.notify()
    april.carry()


def test_two_batches_share_the_cap_of_an_organisation_and_day(april: April) -> None:
    _number(april, "cap.organisation_accounts", 2)
    batches = []
    for name in ("a", "b"):
        for number in range(2):
            april.leaver(f"{name}{number}@nhs.net")
        april.freeze()
        _notice(april)
        batches.append(april.batch_id)
    april.leaver("other@nhs.net", organisation="RX3")
    april.freeze()
    _notice(april)
    batches.append(april.batch_id)

    for batch_id in batches:
        april.batch_id = batch_id
        april.run()
    # What is over the cap of its organisation waits for tomorrow, whichever batch it is in.
    april.batch_id = batches[1]
    assert april.states() == {"noticed": 2}
    april.batch_id = batches[2]
    assert april.states() == {"done": 1}
    with read_only(april.engine) as session:
        days = session.execute(
            select(LifecycleDay.organisation, LifecycleDay.on_day, LifecycleDay.deleted)
        ).all()
    assert {tuple(day) for day in days} == {("RX2", RUN.date(), 2), ("RX3", RUN.date(), 1)}
    april.batch_id = batches[1]
    april.run(RUN + timedelta(days=1))
    assert april.states() == {"done": 2}


def test_a_run_that_comes_days_late_keeps_to_the_cap_all_the_same(april: April) -> None:
    _number(april, "cap.organisation_accounts", 2)
    for number in range(5):
        april.leaver(f"a{number}@nhs.net")
    april.freeze()
    _notice(april)
    done = []
    for day in range(5, 8):
        april.run(RUN + timedelta(days=day), size=3)
        done.append(april.states()["done"])
    assert done == [2, 4, 5]


def test_a_day_far_beyond_what_is_usual_waits_for_a_raised_number(small: April) -> None:
    _number(small, "threshold.estate_permille", 1000)
    _number(small, "threshold.organisation_permille", 1000)
    with unit_of_work(small.engine) as session:
        for back in range(1, 6):
            session.add(
                LifecycleDay(
                    organisation="RX9", on_day=NOTICED.date() - timedelta(days=back), deleted=1
                )
            )
    for number in range(6):
        small.leaver(f"a{number}@nhs.net")
    small.freeze()
    batch = small.batch()
    assert batch.norm_percent == 600
    assert (
        batch.tripped == "Its largest day is 600% of a usual day of the last 30; the limit is 500%."
    )
    for percent, words in ((599, "600% of a usual one"), (600, "")):
        with unit_of_work(small.engine) as session:
            if words:
                with pytest.raises(BatchError, match=words):
                    _raise(small, session, percent)
            else:
                _raise(small, session, percent)
    with unit_of_work(small.engine) as session:
        approve_batch(
            session, batch_id=small.batch_id, frozen_hash=batch.frozen_hash or "", by=SECOND,
            now=NOTICED,
        )  # fmt: skip
    assert (small.batch().status, small.batch().limit_norm_percent) == ("approved", 600)


def _raise(small: April, session: object, percent: int) -> None:
    raise_limit(
        session,  # type: ignore[arg-type]  # a session
        batch_id=small.batch_id, permille=1000, norm_percent=percent, why="After the summer",
        by=SECOND, now=NOTICED,
    )  # fmt: skip


def test_nothing_is_usual_before_there_were_days_enough(small: April) -> None:
    small.leaver("ann@nhs.net")
    small.freeze()
    assert small.batch().norm_percent is None


def test_a_batch_counts_who_was_due_and_is_not_in_it(april: April) -> None:
    held = april.leaver("held@nhs.net")
    april.leaver("in@nhs.net")
    for number in range(3):
        april.leaver(f"late{number}@nhs.net", at=NOTICED - timedelta(days=60))
    with unit_of_work(april.engine) as session:
        place_hold(
            session, account_id=held, kind=HoldKind.LEGAL, reason="Inquest",
            review_on=date(2018, 10, 1), by=BY, now=NOTICED,
        )  # fmt: skip
    assert april.freeze() == 1
    assert json.loads(april.batch().left_out or "") == {"after-cut-off": 3, "held": 1}


def test_administrators_are_written_to_about_their_own_organisations_once(april: April) -> None:
    for email, role, scope in (
        ("la@rx2.nhs.uk", Role.LOCAL_ADMINISTRATOR, "RX2"),
        ("other@rx3.nhs.uk", Role.PRIMARY_LOCAL_ADMINISTRATOR, "RX3"),
        ("desk@rx2.nhs.uk", Role.LOCAL_HELPDESK, "RX2"),
        ("gone@rx2.nhs.uk", Role.LOCAL_ADMINISTRATOR, "RX2"),
    ):
        put_person(april.engine, now=NOTICED, email=email, role=role, scope=scope)
    with unit_of_work(april.engine) as session:
        session.execute(
            update(RoleGrant)
            .where(RoleGrant.address_key == "gone@rx2.nhs.uk")
            .values(ended_at=NOTICED)
        )
    april.leaver("ann@nhs.net")
    april.leaver("bob@nhs.net")
    april.freeze()
    april.approve()
    april.notify()
    letters = dict(Pilots(april, Path()).carry())

    assert set(letters) == {"ann@nhs.net", "bob@nhs.net", "la@rx2.nhs.uk"}
    text = letters["la@rx2.nhs.uk"]
    assert "2 accounts of the organisations you look after will be deleted" in text
    assert "nobody is likely to read it" in text
    assert "23 April 2018  RX2  ann@nhs.net" in text
    assert f"batch {april.batch_id}" in text


def test_a_purge_is_held_to_no_cap_and_counts_to_none(small: April) -> None:
    _number(small, "cap.organisation_accounts", 1)
    for number in range(2):
        account = small.leaver(f"a{number}@nhs.net")
        small.put(account, status="deleted", status_since=NOTICED - timedelta(days=40))
    small.freeze(Reason.PURGE_DUE, cut_off=None)
    small.approve()
    small.run(RUN + timedelta(days=2))
    assert small.states() == {"done": 2}
    with read_only(small.engine) as session:
        assert session.scalars(select(LifecycleDay)).all() == []
