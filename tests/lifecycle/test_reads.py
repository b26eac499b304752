"""What a preview counts, and what an explanation says, on both databases."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, event, update

from estate import BY, Estate, make_estate
from lamppost.database import read_only, unit_of_work
from postmaster.access.actors import Actor, ActorKind, Grant
from postmaster.access.roles import Role
from postmaster.accounts.actions import disable, mark_leaver
from postmaster.accounts.holds import place_hold
from postmaster.accounts.rules import HoldKind, Kind, Status
from postmaster.accounts.tables import Account
from postmaster.lifecycle.cutoffs import make_cutoffs
from postmaster.lifecycle.explaining import Explanation, explain, find_due_day
from postmaster.lifecycle.reads import Preview, preview
from postmaster.lifecycle.rules import Blocker, Facts, Reason, decide
from postmaster.policy.reads import get_policy

MADE = datetime(2016, 11, 1, 9, tzinfo=UTC)
LEFT = datetime(2017, 8, 1, 9, tzinfo=UTC)
NOW = datetime(2018, 4, 9, 11, tzinfo=UTC)
BUILT = datetime(2018, 4, 2, tzinfo=UTC)
OPERATOR = BY


@pytest.fixture
def estate(engine: Engine) -> Estate:
    return make_estate(engine, now=BUILT)


def _leave(estate: Estate, account_id: int, at: datetime = LEFT) -> None:
    with unit_of_work(estate.engine) as session:
        mark_leaver(session, account_id=account_id, by=BY, now=at)


def _use(estate: Estate, *account_ids: int) -> None:
    with unit_of_work(estate.engine) as session:
        session.execute(
            update(Account)
            .where(Account.account_id.in_(account_ids))
            .values(last_password_at=NOW - timedelta(days=1), idle_since=NOW - timedelta(days=1))
        )


def _preview(estate: Estate, reader: Actor = OPERATOR) -> Preview:
    with read_only(estate.engine) as session:
        policy = get_policy(session, on=NOW.date())
        return preview(session, reader=reader, policy=policy, as_of=NOW)


def _explain(estate: Estate, account_id: int, reader: Actor = OPERATOR) -> Explanation | None:
    with read_only(estate.engine) as session:
        policy = get_policy(session, on=NOW.date())
        return explain(session, reader=reader, account_id=account_id, policy=policy, as_of=NOW)


def test_a_preview_counts_who_is_due_and_what_holds_the_others_back(estate: Estate) -> None:
    ann, bob = estate.add("ann@nhs.net", at=MADE), estate.add("bob@nhs.net", at=MADE)
    used = estate.add("used@nhs.net", at=MADE, organisation="RX3")
    estate.add("idle@nhs.net", at=MADE, organisation="RX3")
    estate.add("app@nhs.net", at=MADE, kind=Kind.APPLICATION)
    _leave(estate, ann)
    _leave(estate, bob)
    _use(estate, used)
    with unit_of_work(estate.engine) as session:
        place_hold(
            session, account_id=bob, kind=HoldKind.LEGAL, reason="Inquest",
            review_on=date(2018, 10, 1), by=BY, now=NOW,
        )  # fmt: skip
    found = _preview(estate)

    assert (found.estate, found.free, found.blocked) == (5, 2, 1)
    assert found.policy_version.startswith("2018-bulletin")
    assert found.count(lambda one: one.reason) == {"idle": 1, "leaver-due": 1}
    assert found.count(lambda one: one.organisation) == {"RX2": 1, "RX3": 1}
    assert found.count(lambda one: one.blocker, blocked=True) == {"held": 1}
    assert {one.band for one in found.tallies} == {"90 days to 1 year", "1 to 2 years"}


def test_a_preview_costs_the_same_few_statements_however_many_accounts(estate: Estate) -> None:
    counts = []
    for number in range(2):
        _leave(estate, estate.add(f"a{number}@nhs.net", at=MADE))
        statements: list[str] = []

        def count(*args: object, seen: list[str] = statements) -> None:
            seen.append(str(args[2]))

        event.listen(estate.engine, "before_cursor_execute", count)
        _preview(estate)
        event.remove(estate.engine, "before_cursor_execute", count)
        counts.append(len(statements))

    assert counts[0] == counts[1] <= 4


def test_nobody_sees_or_explains_accounts_out_of_their_scope(estate: Estate) -> None:
    ann = estate.add("ann@nhs.net", at=MADE)
    _leave(estate, ann)
    of_rx3 = Actor(ActorKind.PERSON, "p", (Grant(Role.LOCAL_ADMINISTRATOR, "RX3"),), "RX3")

    assert _preview(estate, of_rx3).tallies == []
    assert _preview(estate, of_rx3).estate == 0
    assert _explain(estate, ann, of_rx3) is None
    assert _explain(estate, ann) is not None


def test_an_explanation_says_why_what_stands_in_the_way_and_since_when(estate: Estate) -> None:
    ann = estate.add("ann@nhs.net", at=MADE)
    _leave(estate, ann)
    free = _explain(estate, ann)
    with unit_of_work(estate.engine) as session:
        place_hold(
            session, account_id=ann, kind=HoldKind.CLINICAL, reason="Results on their way",
            review_on=date(2018, 10, 1), by=BY, now=NOW,
        )  # fmt: skip
    held = _explain(estate, ann)

    assert free is not None
    assert free.due_on == date(2017, 9, 1)
    assert free.words == (
        "The account is leaver since 1 August 2017.",
        "It is due since 1 September 2017 to become deleted.",
        "Nothing stands in the way: the next batch for this reason takes it.",
    )
    assert held is not None
    assert held.verdict.blocker is Blocker.HELD
    assert held.words[-1].startswith("It stays. A hold is placed on it.")


def test_an_account_that_is_not_due_is_told_its_day(estate: Estate) -> None:
    ann = estate.add("ann@nhs.net", at=MADE)
    _use(estate, ann)
    with unit_of_work(estate.engine) as session:
        disable(session, account_id=ann, reason_code="long-leave", by=BY, now=NOW)
    found = _explain(estate, ann)

    assert found is not None
    assert found.verdict.reason is Reason.DISABLED_KEPT
    # 18 calendar months after 9 April 2018, and then the day is over.
    assert found.due_on == date(2019, 10, 10)
    assert found.words[-1] == "It is not due. If nothing changes, it is due on 10 October 2019."


@pytest.mark.parametrize(
    "status", [Status.LEAVER, Status.INACTIVE, Status.DISABLED, Status.PENDING]
)
@pytest.mark.parametrize("hour", [0, 12, 23])
def test_the_day_told_is_the_first_on_which_the_rule_says_due(
    sqlite_engine: Engine, status: Status, hour: int
) -> None:
    make_estate(sqlite_engine, now=BUILT)
    began = datetime(2016, 12, 31, hour, 30, tzinfo=UTC)
    facts = Facts(Kind.PERSON, status, began, counted_from=began)
    with read_only(sqlite_engine) as session:
        policy = get_policy(session, on=NOW.date())
    day = find_due_day(facts, policy, make_cutoffs(policy, as_of=NOW))
    assert day is not None
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    kept, due = (
        decide(facts, make_cutoffs(policy, as_of=moment)).leads_to
        for moment in (noon - timedelta(days=1), noon)
    )
    assert kept is None
    assert due is Status.DELETED
