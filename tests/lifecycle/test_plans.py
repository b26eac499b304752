"""The statements over millions go the way they were written for, on both databases."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, Select, event, func, select, text

from account_rows import put_account
from april import MAKER, make_april
from estate import make_estate
from lamppost.database import read_only, refresh_statistics, unit_of_work
from postmaster.access.actors import Actor, ActorKind, Grant
from postmaster.access.roles import Role
from postmaster.accounts.rules import Status
from postmaster.accounts.tables import Account
from postmaster.lifecycle.batch_reads import KEY, select_members
from postmaster.lifecycle.criteria import in_mode, is_candidate
from postmaster.lifecycle.cutoffs import Cutoffs, make_cutoffs
from postmaster.lifecycle.lists import select_overdue
from postmaster.lifecycle.modes import Mode
from postmaster.lifecycle.probing import count_due_today, falls_due
from postmaster.lifecycle.reads import summarise
from postmaster.lifecycle.rules import Reason
from postmaster.lifecycle.tables import BatchItem
from postmaster.organisations.tables import Organisation
from postmaster.policy.reads import get_policy
from postmaster.policy.rules import Policy

NOW = datetime(2018, 4, 9, 11, tzinfo=UTC)
BEFORE = datetime(2018, 4, 8, 11, tzinfo=UTC)
BY_STATUS, BY_IDLENESS = "ix_account_status_status_since", "ix_account_idle_since"


@pytest.fixture
def stocked(engine: Engine) -> Engine:
    make_estate(engine, now=datetime(2018, 4, 2, tzinfo=UTC))
    return engine


def _policy(engine: Engine) -> Policy:
    with read_only(engine) as session:
        return get_policy(session, on=NOW.date())


def _cutoffs(engine: Engine, at: datetime = NOW) -> Cutoffs:
    return make_cutoffs(_policy(engine), as_of=at)


def _explain(engine: Engine, statement: Select[*tuple[Any, ...]]) -> str:
    """The plan of a statement with its values, were the tables too large to be read whole."""
    sent: list[tuple[str, Any]] = []

    def note(*args: Any) -> None:
        sent.append((args[2], args[3]))

    with read_only(engine) as session:
        is_sqlite = engine.dialect.name == "sqlite"
        if not is_sqlite:
            session.execute(text("SET LOCAL enable_seqscan = off"))
        event.listen(engine, "before_cursor_execute", note)
        session.execute(statement)
        event.remove(engine, "before_cursor_execute", note)
        words, values = sent[-1]
        explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
        rows = session.connection().exec_driver_sql(f"{explain} {words}", values)
        return "\n".join(str(row) for row in rows)


def test_what_falls_due_today_is_found_by_index(stocked: Engine) -> None:
    before, today = _cutoffs(stocked, BEFORE), _cutoffs(stocked)
    for reason, index in (
        (Reason.LEAVER_DUE, BY_STATUS),
        (Reason.INACTIVE_DUE, BY_STATUS),
        (Reason.DISABLED_DUE, BY_STATUS),
        (Reason.PURGE_DUE, BY_STATUS),
        (Reason.IDLE, BY_IDLENESS),
        (Reason.UNSENT, BY_IDLENESS),
    ):
        due = falls_due(reason, before, today)
        plan = _explain(stocked, select(func.count()).select_from(Account).where(due))
        assert index in plan, (reason, plan)


def test_the_nightly_sweep_reads_only_those_of_its_status(stocked: Engine) -> None:
    cutoffs = _cutoffs(stocked)
    for reason in (Reason.LEAVER_DUE, Reason.DISABLED_DUE, Reason.PURGE_DUE):
        rows = select(Account.account_id).where(is_candidate(cutoffs, reason), in_mode([Mode.LIVE]))
        plan = _explain(stocked, rows)
        assert "ix_account_" in plan, (reason, plan)
        assert "SCAN account\n" not in f"{plan}\n"


def test_leavers_of_one_organisation_are_not_looked_for_among_all(sqlite_engine: Engine) -> None:
    make_estate(sqlite_engine, now=datetime(2018, 4, 2, tzinfo=UTC))
    with unit_of_work(sqlite_engine) as session:
        codes = session.scalars(select(Organisation.ods_code).order_by(Organisation.ods_code)).all()
        for number in range(50 * len(codes)):
            put_account(
                session, f"left{number}@nhs.net", organisation=codes[number % len(codes)],
                status=Status.LEAVER, days=60, now=NOW,
            )  # fmt: skip
    reader = Actor(ActorKind.PERSON, "la", (Grant(Role.LOCAL_ADMINISTRATOR, codes[0]),), codes[0])
    overdue = select_overdue(reader=reader, cutoffs=_cutoffs(sqlite_engine))
    assert BY_STATUS in _explain(sqlite_engine, overdue)
    refresh_statistics(sqlite_engine)
    assert "ix_account_organisation_address_key" in _explain(sqlite_engine, overdue)


def test_a_page_of_members_is_found_by_key_however_deep(stocked: Engine) -> None:
    page = (
        select_members(reader=MAKER, batch_id=1)
        .where(BatchItem.account_id > 1000)
        .order_by(*KEY)
        .limit(51)
    )
    plan = _explain(stocked, page)
    assert "lifecycle_batch_item" in plan
    assert "OFFSET" not in plan
    # No sorting: the key's own order is the order of the page.
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


def test_a_page_and_a_prefix_of_addresses_are_found_by_their_index(stocked: Engine) -> None:
    by_prefix = select(Account.account_id).where(
        Account.address_key >= "ann", Account.address_key < "ano"
    )
    by_name = (
        select(Account.account_id)
        .where(Account.name_key >= "smith", Account.name_key < "smiti")
        .order_by(Account.name_key, Account.account_id)
        .limit(51)
    )
    assert "ix_account_address_key" in _explain(stocked, by_prefix)
    assert "ix_account_name_key_account_id" in _explain(stocked, by_name)


def test_a_preview_goes_over_the_accounts_once_and_in_the_order_they_lie(
    sqlite_engine: Engine,
) -> None:
    make_estate(sqlite_engine, now=datetime(2018, 4, 2, tzinfo=UTC))
    sent: list[tuple[str, Any]] = []

    def note(*args: Any) -> None:
        sent.append((args[2], args[3]))

    policy = _policy(sqlite_engine)
    with read_only(sqlite_engine) as session:
        event.listen(sqlite_engine, "before_cursor_execute", note)
        found = summarise(session, reader=MAKER, policy=policy, as_of=NOW)
        event.remove(sqlite_engine, "before_cursor_execute", note)
        words, values = next((words, values) for words, values in sent if "due AS" in words)
        rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", values)
        plan = [str(row[3]) for row in rows]
    assert found.counts.estate == 0
    assert [line for line in plan if line.startswith("SCAN account")] == ["SCAN account"]
    assert len(sent) <= 3


def test_what_falls_due_today_is_counted_and_what_is_overdue_is_not(engine: Engine) -> None:
    april = make_april(engine)
    for day in (8, 9, 10):
        april.leaver(f"left{day}@nhs.net", at=datetime(2018, 3, day, 12, tzinfo=UTC))
    with read_only(engine) as session:
        policy = get_policy(session, on=NOW.date())
        counts = count_due_today(session, reader=MAKER, policy=policy, as_of=NOW)
    assert {reason: count for reason, count in counts.items() if count} == {Reason.LEAVER_DUE: 1}


def test_a_chunk_looks_its_members_up_and_is_never_joined_with_the_estate(engine: Engine) -> None:
    april = make_april(engine)
    for number in range(3):
        april.leaver(f"left{number}@nhs.net")
    april.freeze()
    april.approve()
    april.notify()
    april.carry()
    april.begin()
    sent: list[tuple[str, Any]] = []

    def note(*args: Any) -> None:
        sent.append((args[2], args[3]))

    event.listen(engine, "before_cursor_execute", note)
    april.chunk()
    event.remove(engine, "before_cursor_execute", note)
    words, values = next(one for one in sent if "judged AS" in one[0])
    is_sqlite = engine.dialect.name == "sqlite"
    explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    with engine.connect() as connection:
        if not is_sqlite:
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        rows = connection.exec_driver_sql(f"{explain} {words}", values)
        plan = "\n".join(str(row) for row in rows)
    # The join that a planner made of EXISTS, and that went over every leaver for every chunk.
    assert "Anti Join" not in plan
    assert "SCAN account" not in plan
    by_key = "USING INTEGER PRIMARY KEY" if is_sqlite else "using pk_account"
    assert by_key in plan
    # Whether somebody is the last one is looked up for each of them, never read of everybody.
    assert "ix_role_grant_address_key_ended_at" in plan
