"""The rule in SQL and the rule in Python are one rule, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from estate import make_estate
from lamppost.database import unit_of_work
from postmaster.access.roles import Role
from postmaster.access.tables import RoleGrant
from postmaster.accounts.rules import Kind, MemberRole, Status
from postmaster.accounts.tables import Account, MailboxMember
from postmaster.closures.stages import Stage
from postmaster.closures.tables import ContainerMove
from postmaster.lifecycle.criteria import blocker_of, is_candidate, is_due_at_all, reason_of
from postmaster.lifecycle.cutoffs import Cutoffs, make_cutoffs
from postmaster.lifecycle.rules import LEADS_TO, Facts, Reason, decide, find_blocker
from postmaster.lifecycle.tables import LifecycleOrganisation
from postmaster.policy.reads import get_policy

AS_OF = datetime(2018, 4, 9, 11, 30, tzinfo=UTC)
ERAS = (AS_OF, datetime(2021, 4, 9, 11, 30, tzinfo=UTC), datetime(2023, 4, 9, tzinfo=UTC))
TICK = timedelta(microseconds=1)
# A mailbox beside those that are judged.
SHARED = -1


def _moments(cutoffs: Cutoffs) -> list[datetime]:
    limits = {
        cutoffs.leaver_before, cutoffs.idle_before, cutoffs.inactive_before,
        cutoffs.disabled_before, cutoffs.unsent_before, cutoffs.pending_before,
        cutoffs.deleted_before, cutoffs.as_of,
    }  # fmt: skip
    return sorted(limit + step for limit in limits for step in (-TICK, timedelta(), TICK))


def _facts(cutoffs: Cutoffs) -> st.SearchStrategy[Facts]:
    moment = st.sampled_from(_moments(cutoffs))
    maybe = st.none() | moment
    flag = st.sampled_from([False, False, False, False, True])
    return st.builds(
        Facts, kind=st.sampled_from(Kind), status=st.sampled_from(Status), status_since=maybe,
        counted_from=moment, last_sign_in_at=maybe, last_sent_at=maybe, last_password_at=maybe,
        spared_until=maybe, is_service=flag, is_held=flag, is_operating=flag, is_frozen=flag,
        is_sole_administrator=flag, is_sole_owner=flag, is_moving=flag,
        is_in_batch=flag,
    )  # fmt: skip


@pytest.fixture(scope="module", params=[0, 1, 2], ids=["2018", "2021", "2023"])
def as_of(request: pytest.FixtureRequest) -> datetime:
    return ERAS[request.param]


def test_each_account_gets_from_both_databases_what_the_rule_says(
    engine: Engine, as_of: datetime
) -> None:
    make_estate(engine, now=datetime(2018, 4, 2, tzinfo=UTC))
    with unit_of_work(engine) as session:
        cutoffs = make_cutoffs(get_policy(session, on=as_of.date()), as_of=as_of)
        _freeze(session)

    @settings(
        max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(st.lists(_facts(cutoffs), min_size=40, max_size=60))
    def check(many: list[Facts]) -> None:
        with unit_of_work(engine) as session:
            _store(session, many)
            _compare(session, many, cutoffs)
            session.rollback()

    check()


def _compare(session: Session, many: list[Facts], cutoffs: Cutoffs) -> None:
    due = [is_candidate(cutoffs, reason).label(reason.name) for reason in LEADS_TO]
    rows = session.execute(
        select(reason_of(cutoffs), blocker_of(cutoffs), is_due_at_all(cutoffs), *due)
        .where(Account.account_id > 0)
        .order_by(Account.account_id)
    ).all()
    assert len(rows) == len(many)
    for facts, (reason, blocker, is_due, *flags) in zip(many, rows, strict=True):
        verdict = decide(facts, cutoffs)
        assert (reason, blocker) == (verdict.reason, find_blocker(facts, cutoffs))
        assert bool(is_due) == (verdict.reason in LEADS_TO)
        chosen = {one for one, is_one in zip(LEADS_TO, flags, strict=True) if is_one}
        assert chosen == ({verdict.reason} if verdict.leads_to else set())
    _compare_together(session, [blocker for _, blocker, *_ in rows], cutoffs)


def _compare_together(session: Session, alone: list[str | None], cutoffs: Cutoffs) -> None:
    """Asked about half of them as if they went together, the answers are those of each alone."""
    is_even = Account.account_id % 2 == 0
    blocker = blocker_of(cutoffs, among=select(Account.account_id).where(is_even))
    rows = session.execute(
        select(blocker).where(Account.account_id > 0, is_even).order_by(Account.account_id)
    )
    assert list(rows.scalars()) == alone[1::2]


def _freeze(session: Session) -> None:
    session.execute(
        insert(LifecycleOrganisation).values(
            ods_code="RX3", mode="off", is_frozen=True, changed_at=AS_OF, changed_by="test", why="x"
        )
    )


def _store(session: Session, many: list[Facts]) -> None:
    rows = [
        {
            "account_id": number,
            "address": f"a{number}@nhs.net",
            "address_key": f"a{number}@nhs.net",
            "name": "A",
            "name_key": "a",
            "kind": facts.kind,
            "organisation": "RX3" if facts.is_frozen else "RX2",
            "is_service": facts.is_service,
            "status": facts.status,
            "status_since": facts.status_since,
            "created_at": facts.counted_from,
            "counted_from": facts.counted_from,
            "idle_since": facts.counted_from,
            "last_sign_in_at": facts.last_sign_in_at,
            "last_sent_at": facts.last_sent_at,
            "last_password_at": facts.last_password_at,
            "spared_until": facts.spared_until,
            "operation": "restoring" if facts.is_operating else None,
            "hold_count": int(facts.is_held),
            "batch_id": 7 if facts.is_in_batch else None,
            "revision": 0,
            "sign_in_blocked": False,
        }
        for number, facts in enumerate(many, 1)
    ]
    shared = {"account_id": SHARED, "address": "shared@nhs.net", "address_key": "shared@nhs.net"}
    session.execute(insert(Account), [*rows, rows[0] | shared])
    _store_around(session, many)


def _store_around(session: Session, many: list[Facts]) -> None:
    _store_shared(session)
    for number, facts in enumerate(many, 1):
        if facts.is_sole_owner:
            values = {"mailbox_id": number, "account_id": number, "role": MemberRole.OWNER}
            session.execute(insert(MailboxMember).values(**values, since=AS_OF))
        if facts.is_moving:
            session.add(
                ContainerMove(
                    account_id=number,
                    from_organisation="RX2",
                    target="NHSPHARMACY",
                    why="x",
                    state=Stage.LEAVING if number % 2 else Stage.ASKED,
                    asked_at=AS_OF,
                    asked_by="test",
                    tries=1,
                )
            )
        if facts.is_sole_administrator:
            session.add(
                RoleGrant(
                    grant_id=uuid4(),
                    person_id=str(number),
                    address_key=f"a{number}@nhs.net",
                    role=Role.LOCAL_ADMINISTRATOR,
                    scope=f"X{number}",
                    granted_at=AS_OF,
                    granted_by="test",
                )
            )
    session.flush()


def _store_shared(session: Session) -> None:
    """A mailbox and an organisation that the first two have in common."""
    for number in (1, 2):
        values = {"mailbox_id": SHARED, "account_id": number, "role": MemberRole.OWNER}
        session.execute(insert(MailboxMember).values(**values, since=AS_OF))
        session.add(
            RoleGrant(
                grant_id=uuid4(),
                person_id=str(number),
                address_key=f"a{number}@nhs.net",
                role=Role.LOCAL_ADMINISTRATOR,
                scope="X1000",
                granted_at=AS_OF,
                granted_by="test",
            )
        )


@pytest.mark.parametrize(
    ("marked", "reason"),
    [
        (datetime(2017, 9, 5, 22, 59, tzinfo=UTC), Reason.LEAVER_DUE),
        (datetime(2018, 3, 9, 23, 59, tzinfo=UTC), Reason.LEAVER_DUE),
        (datetime(2018, 3, 10, 0, 0, tzinfo=UTC), Reason.LEAVER_KEPT),
    ],
)
def test_a_leaver_is_due_after_thirty_whole_days_in_london(
    sqlite_engine: Engine, marked: datetime, reason: Reason
) -> None:
    make_estate(sqlite_engine, now=datetime(2018, 4, 2, tzinfo=UTC))
    with unit_of_work(sqlite_engine) as session:
        cutoffs = make_cutoffs(get_policy(session, on=AS_OF.date()), as_of=AS_OF)
    facts = Facts(Kind.PERSON, Status.LEAVER, marked, counted_from=marked)
    assert decide(facts, cutoffs).reason is reason


def test_disabled_on_the_31st_of_august_2016_ends_with_february_2018(
    sqlite_engine: Engine,
) -> None:
    make_estate(sqlite_engine, now=datetime(2018, 4, 2, tzinfo=UTC))
    disabled = Facts(
        Kind.PERSON, Status.DISABLED, datetime(2016, 8, 31, 9, tzinfo=UTC),
        counted_from=datetime(2015, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    reasons = []
    for moment in (datetime(2018, 2, 28, 23, 59, tzinfo=UTC), datetime(2018, 3, 1, tzinfo=UTC)):
        with unit_of_work(sqlite_engine) as session:
            cutoffs = make_cutoffs(get_policy(session, on=moment.date()), as_of=moment)
        reasons.append(decide(disabled, cutoffs).reason)
    assert reasons == [Reason.DISABLED_KEPT, Reason.DISABLED_DUE]


@pytest.mark.parametrize(
    ("use", "era"),
    list(product(["last_sign_in_at", "last_sent_at", "last_password_at"], range(3))),
)
def test_only_the_uses_an_era_counts_keep_an_account_active(
    sqlite_engine: Engine, use: str, era: int
) -> None:
    counts = {
        "last_sign_in_at": (False, True, True),
        "last_sent_at": (False, True, True),
        "last_password_at": (True, True, False),
    }
    as_of = ERAS[era]
    make_estate(sqlite_engine, now=datetime(2018, 4, 2, tzinfo=UTC))
    with unit_of_work(sqlite_engine) as session:
        cutoffs = make_cutoffs(get_policy(session, on=as_of.date()), as_of=as_of)
    made = datetime(2016, 1, 1, tzinfo=UTC)
    facts = replace(
        Facts(Kind.PERSON, Status.ACTIVE, made, counted_from=made),
        **{use: as_of - timedelta(days=1)},  # type: ignore[arg-type]  # each is a moment
    )
    assert (decide(facts, cutoffs).reason is Reason.IN_USE) is counts[use][era]
