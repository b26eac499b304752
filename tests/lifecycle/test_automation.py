"""Automation: off until two people turn it up, everything a batch guarantees, down at once."""

from datetime import timedelta
from fractions import Fraction
from math import comb
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, update

from april import MADE, MAKER, SECOND, WORKER, make_april
from lamppost.database import read_only, unit_of_work
from pilots import Pilots
from postmaster.access.actors import operator
from postmaster.accounts.actions import cancel_leaver
from postmaster.accounts.rules import Status
from postmaster.accounts.tables import Account
from postmaster.audit.tables import AuditEntry
from postmaster.lifecycle.batches import BatchError
from postmaster.lifecycle.keeping import keep_member
from postmaster.lifecycle.modes import Evidence, Mode, find_bound
from postmaster.lifecycle.promoting import (
    approve_promotion,
    ask_promotion,
    demote,
    refuse_promotion,
)
from postmaster.lifecycle.running import begin_run
from postmaster.lifecycle.switching import freeze_organisation, go_on, stop_everything
from postmaster.lifecycle.tables import LifecycleBatch, PilotRequest, ShadowItem
from postmaster.policy.tables import PolicyNumber


@pytest.fixture
def pilots(engine: Engine, tmp_path: Path) -> Pilots:
    return _make(engine, tmp_path)


@pytest.fixture
def small(sqlite_engine: Engine, tmp_path: Path) -> Pilots:
    return _make(sqlite_engine, tmp_path)


def _make(engine: Engine, folder: Path) -> Pilots:
    """Ten accounts in use in each of two organisations, so that one leaver is no quarter of it."""
    april = make_april(engine)
    made = Pilots(april, folder)
    for code in ("RX2", "RX3"):
        for number in range(10):
            april.estate.add(f"used{number}@{code.lower()}.nhs.uk", at=MADE, organisation=code)
    with unit_of_work(engine) as session:
        session.execute(update(Account).values(last_password_at=made.clock.now()))
        session.execute(
            update(PolicyNumber)
            .where(PolicyNumber.key == "threshold.estate_permille")
            .values(value=200)
        )
    return made


def test_nothing_is_automatic_until_somebody_turns_it_up(small: Pilots) -> None:
    ann = small.april.leaver("ann@nhs.net")
    small.pass_days(2)
    assert small.batches() == []
    assert list(small.nights()) == []
    assert small.april.estate.status(ann) is Status.LEAVER


def test_shadow_writes_to_nobody_and_measures_who_was_needed(pilots: Pilots) -> None:
    ann, bob = (pilots.april.leaver(f"{name}@nhs.net") for name in ("ann", "bob"))
    pilots.april.leaver("cat@nhs.net", organisation="RX3")
    pilots.climb("RX2")
    pilots.night()
    assert pilots.carry() == []
    assert pilots.page("RX2").evidence == Evidence(0, 0)
    with unit_of_work(pilots.april.engine) as session:
        cancel_leaver(session, account_id=bob, by=WORKER, now=pilots.clock.now())
    pilots.pass_days(14)

    assert pilots.page("RX2").evidence == Evidence(2, 1)
    with read_only(pilots.april.engine) as session:
        rows = session.execute(select(ShadowItem.account_id, ShadowItem.why)).all()
    assert {tuple(row) for row in rows} == {(ann, "stood"), (bob, "not-due")}
    assert pilots.batches() == []
    assert pilots.april.estate.status(ann) is Status.LEAVER


def test_notify_only_writes_and_waits_for_a_person(pilots: Pilots) -> None:
    ann = pilots.april.leaver("ann@nhs.net")
    pilots.april.leaver("cat@nhs.net", organisation="RX3")
    pilots.put_mode("RX2", Mode.NOTIFY_ONLY)
    pilots.night()
    assert pilots.batches() == [("notify-only", "waiting", 1)]
    assert [night.accounts for night in pilots.nights() if night.batch_id] == [1]
    pilots.pass_days(14)
    assert pilots.april.estate.status(ann) is Status.LEAVER
    assert pilots.page("RX2").evidence == Evidence(1, 0)

    pilots.april.batch_id = 1
    pilots.april.run(pilots.clock.now())
    assert pilots.april.estate.status(ann) is Status.DELETED


def test_live_deletes_after_whole_days_and_not_one_before(pilots: Pilots) -> None:
    ann, bob = (pilots.april.leaver(f"{name}@nhs.net") for name in ("ann", "bob"))
    pilots.put_mode("RX2", Mode.LIVE)
    pilots.night()
    pilots.pass_days(13)
    assert pilots.april.estate.status(ann) is Status.LEAVER
    with unit_of_work(pilots.april.engine) as session:
        keep_member(session, batch_id=1, account_id=bob, by=SECOND, now=pilots.clock.now())
    pilots.pass_days(2)

    assert pilots.april.estate.status(ann) is Status.DELETED
    assert pilots.april.estate.status(bob) is Status.LEAVER
    assert pilots.items() == [("done", None), ("dropped", "kept")]
    assert pilots.page("RX2").evidence == Evidence(2, 1)


def test_a_sweep_is_done_once_a_day_and_takes_the_next_ones_tomorrow(small: Pilots) -> None:
    small.april.leaver("ann@nhs.net")
    small.put_mode("RX2", Mode.LIVE)
    for _ in range(2):
        small.night()
    small.april.leaver("bob@nhs.net")
    small.night()
    assert [count for _, _, count in small.batches()] == [1]
    small.pass_days(1)
    assert [count for _, _, count in small.batches()] == [1, 1]


def test_what_holds_is_noted_and_the_sweep_is_tried_again(small: Pilots) -> None:
    small.april.leaver("ann@nhs.net")
    small.put_mode("RX2", Mode.LIVE)
    with unit_of_work(small.april.engine) as session:
        stop_everything(session, why="Something is wrong", by=MAKER, now=small.clock.now())
    small.night()
    held = {night.held for night in small.nights()}
    assert held == {"Every batch is stopped by person:maker: Something is wrong"}
    assert small.batches() == []
    with unit_of_work(small.april.engine) as session:
        go_on(session, why="It was not", by=MAKER, now=small.clock.now())
    small.night()
    assert [count for _, _, count in small.batches()] == [1]
    # Nobody told of any use, so nobody is judged by it, and the rest is done all the same.
    held = {night.reason for night in small.nights() if night.held}
    assert held == {"idle", "unsent", "inactive-due"}


def test_a_frozen_organisation_is_left_alone(small: Pilots) -> None:
    small.april.leaver("ann@nhs.net")
    small.put_mode("RX2", Mode.LIVE)
    with unit_of_work(small.april.engine) as session:
        freeze_organisation(
            session, ods_code="RX2", is_frozen=True, why="A merger", by=MAKER,
            now=small.clock.now(),
        )  # fmt: skip
    small.night()
    assert small.batches() == []


def test_an_organisation_that_would_lose_too_much_is_left_to_people(small: Pilots) -> None:
    ann = small.april.leaver("ann@nhs.net", organisation="RX3")
    many = [small.april.leaver(f"a{number}@nhs.net") for number in range(5)]
    for code in ("RX2", "RX3"):
        small.put_mode(code, Mode.LIVE)
    small.night()
    assert small.batches() == [("live", "waiting", 1)]
    assert small.april.estate.get(ann).batch_id == 1
    assert {small.april.estate.get(one).batch_id for one in many} == {None}
    with read_only(small.april.engine) as session:
        batch = session.get_one(LifecycleBatch, 1)
        note, left_out = batch.status_note or "", batch.left_out
    assert "RX2 (334‰)" in note
    assert left_out == '{"over-share": 5}'


def test_a_night_over_the_threshold_waits_for_two_people(small: Pilots) -> None:
    with unit_of_work(small.april.engine) as session:
        session.execute(
            update(PolicyNumber)
            .where(PolicyNumber.key == "threshold.estate_permille")
            .values(value=10)
        )
    small.april.leaver("ann@nhs.net")
    small.put_mode("RX2", Mode.LIVE)
    small.pass_days(3)
    assert small.batches() == [("live", "frozen", 1)]
    small.april.batch_id = 1
    small.april.approve()
    assert small.batches() == [("live", "approved", 1)]


def test_turning_it_down_lets_go_what_is_under_way_at_once(pilots: Pilots) -> None:
    ann = pilots.april.leaver("ann@nhs.net")
    cat = pilots.april.leaver("cat@nhs.net", organisation="RX3")
    for code in ("RX2", "RX3"):
        pilots.put_mode(code, Mode.LIVE)
    pilots.night()
    with unit_of_work(pilots.april.engine) as session:
        demote(
            session, ods_code="RX2", with_below=False, wanted=Mode.SHADOW, why="A complaint",
            by=MAKER, now=pilots.clock.now(),
        )  # fmt: skip
    assert pilots.items() == [("dropped", "mode"), ("owed", None)]
    assert pilots.april.estate.get(ann).batch_id is None
    assert pilots.page("RX2").mode is Mode.SHADOW
    # The mode is read again by the statement that deletes.
    pilots.put_mode("RX3", Mode.NOTIFY_ONLY)
    pilots.clock.sleep(timedelta(days=14).total_seconds())
    with unit_of_work(pilots.april.engine) as session:
        begin_run(session, batch_id=1, by=MAKER, now=pilots.clock.now())
    pilots.april.batch_id = 1
    pilots.april.chunk(pilots.clock.now())
    assert pilots.april.estate.status(cat) is Status.LEAVER
    assert pilots.items() == [("dropped", "mode"), ("dropped", "mode")]


def _ask(pilots: Pilots, code: str = "RX2", *, with_below: bool = False) -> tuple[int, str]:
    with unit_of_work(pilots.april.engine) as session:
        wish = ask_promotion(
            session, ods_code=code, with_below=with_below, why="So", by=MAKER,
            now=pilots.clock.now(),
        )  # fmt: skip
        return wish, session.get_one(PilotRequest, wish).digest


def _approve(pilots: Pilots, wish: int, digest: str, by: object = SECOND) -> int:
    with unit_of_work(pilots.april.engine) as session:
        return approve_promotion(
            session, request_id=wish, digest=digest, by=by, now=pilots.clock.now(),  # type: ignore[arg-type]  # an actor
        )  # fmt: skip


def test_a_step_is_approved_by_another_person_for_what_was_shown(small: Pilots) -> None:
    wish, digest = _ask(small)
    for who in (MAKER, operator("lifecycle"), WORKER):
        with pytest.raises(BatchError, match=r"Somebody else|second person"):
            _approve(small, wish, digest, who)
    with pytest.raises(BatchError, match="not those you were shown"):
        _approve(small, wish, "0" * 64)
    with pytest.raises(BatchError, match="asked for already"):
        _ask(small)
    assert _approve(small, wish, digest) == 1
    with pytest.raises(BatchError, match="approved already"):
        _approve(small, wish, digest)
    assert small.page("RX2").mode is Mode.SHADOW
    with read_only(small.april.engine) as session:
        entry = session.scalars(
            select(AuditEntry.changes).where(AuditEntry.action == "lifecycle.mode")
        ).one()
    assert entry == '{"mode":["off","shadow"]}'


def test_a_wish_is_withdrawn_or_refused_with_why(small: Pilots) -> None:
    wish, _ = _ask(small)
    with pytest.raises(BatchError, match="Say why"), unit_of_work(small.april.engine) as session:
        refuse_promotion(session, request_id=wish, why="", by=SECOND, now=small.clock.now())
    with unit_of_work(small.april.engine) as session:
        refuse_promotion(session, request_id=wish, why="", by=MAKER, now=small.clock.now())
    assert small.page("RX2").request is None
    assert small.page("RX2").mode is Mode.OFF


def test_a_step_waits_its_days_and_needs_what_was_measured(small: Pilots) -> None:
    small.climb("RX2")
    with pytest.raises(BatchError, match=r"for 14 days.*2018-04-23"):
        small.climb("RX2")
    small.pass_days(14)
    small.climb("RX2")
    small.pass_days(14)
    with pytest.raises(BatchError, match="nothing is known"):
        small.climb("RX2")
    ann, bob = (small.april.leaver(f"{name}@nhs.net") for name in ("ann", "bob"))
    small.night()
    small.pass_days(1)
    with unit_of_work(small.april.engine) as session:
        cancel_leaver(session, account_id=bob, by=WORKER, now=small.clock.now())
    small.pass_days(14)
    assert small.page("RX2").obstacle is None
    small.april.batch_id = 1
    small.april.run(small.clock.now())
    assert small.april.estate.status(ann) is Status.DELETED
    with pytest.raises(BatchError, match=r"500‰ of the notices were corrected; the limit is 20‰"):
        small.climb("RX2")


def test_a_step_may_be_for_everything_under_an_organisation(small: Pilots) -> None:
    wish, digest = _ask(small, "RX2", with_below=True)
    count = _approve(small, wish, digest)
    assert count > 1
    with read_only(small.april.engine) as session:
        shadows = session.scalar(select(func.count()).where(AuditEntry.action == "lifecycle.mode"))
    assert shadows == count
    with unit_of_work(small.april.engine) as session:
        down = demote(
            session, ods_code="RX2", with_below=True, wanted=Mode.OFF, why="Over",
            by=MAKER, now=small.clock.now(),
        )  # fmt: skip
    assert down == count


@pytest.mark.parametrize(
    ("corrections", "notices", "bound"),
    [(0, 1000, 0.00299), (0, 30_000, 0.0000999), (1, 10, 0.39416), (10, 10, 1.0), (0, 0, 1.0)],
)
def test_the_bound_is_the_one_of_the_tables(corrections: int, notices: int, bound: float) -> None:
    assert find_bound(corrections, notices) == pytest.approx(bound, rel=2e-3)


@pytest.mark.parametrize(("corrections", "notices"), [(1, 40), (3, 50), (17, 90), (49, 50)])
def test_at_the_bound_so_few_corrections_would_be_seen_one_time_in_twenty(
    corrections: int, notices: int
) -> None:
    rate = Fraction(find_bound(corrections, notices))
    seen = sum(
        comb(notices, k) * rate**k * (1 - rate) ** (notices - k) for k in range(corrections + 1)
    )
    assert float(seen) == pytest.approx(0.05, abs=1e-9)


def test_the_words_beside_the_button_promise_no_more_than_was_measured() -> None:
    assert "Nothing was measured" in Evidence(0, 0).words
    assert "0 corrections in 1,000 notices" in Evidence(1000, 0).words
    assert "at most 0.3% of deletions would be wrong" in Evidence(1000, 0).words
    assert "at most 25.9% of deletions" in Evidence(10, 0).words
