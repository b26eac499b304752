"""The one question: who may do what to which object; and the same rule as SQL."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from lamppost.database import read_only, unit_of_work
from lamppost.sample.organisations import add_organisations
from postmaster.access.acting import RefusedError, acts
from postmaster.access.actions import ScopeError, end_roles, grant_role
from postmaster.access.actors import Actor, ActorKind, Grant, Target, operator, system
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import NEVER_ON_ONESELF, Action, get_matrix
from postmaster.access.reads import count_holders, get_above, list_grants, list_held_roles
from postmaster.access.roles import SCOPE_OF_ROLE, Reach, Role, ScopeKind
from postmaster.access.rules import Verdict, may
from postmaster.organisations.tables import Organisation

NOW = datetime(2018, 4, 9, 8, 0, tzinfo=UTC)
LOCAL = [role for role in Role if SCOPE_OF_ROLE[role] is ScopeKind.ORGANISATION]


def person(*grants: Grant, key: str = "me") -> Actor:
    return Actor(ActorKind.PERSON, key, grants)


def at(organisation: str, *above: str, owner: str | None = None) -> Target:
    return Target("thing", "1", organisation, frozenset({organisation, *above}), owner)


@pytest.mark.parametrize(
    ("role", "scope", "action", "on", "verdict"),
    [
        (Role.LOCAL_ADMINISTRATOR, "RX1", Action.ACCOUNTS_STATE, at("RX1"), Verdict.ALLOWED),
        (Role.LOCAL_ADMINISTRATOR, "RX1", Action.ACCOUNTS_STATE, at("RX101", "RX1"), "allowed"),
        (Role.LOCAL_ADMINISTRATOR, "RX101", Action.ACCOUNTS_STATE, at("RX1"), Verdict.SCOPE),
        (Role.LOCAL_HELPDESK, "RX1", Action.ACCOUNTS_RESET, at("RX1"), Verdict.ALLOWED),
        (Role.LOCAL_HELPDESK, "RX1", Action.ACCOUNTS_STATE, at("RX1"), Verdict.ROLE),
        (Role.LOCAL_ADMINISTRATOR, "RX1", Action.APPLICATIONS_CONVERT, at("RX1"), Verdict.ASK),
        (Role.LOCAL_ADMINISTRATOR, "RX1", Action.ROLES_LOCAL, at("RX1"), Verdict.ROLE),
        (Role.PRIMARY_LOCAL_ADMINISTRATOR, "RX1", Action.ROLES_LOCAL, at("RX1"), "allowed"),
        (
            Role.SECTOR_ADMINISTRATOR,
            "NHSCARE",
            Action.ACCOUNTS_STATE,
            at("V1", "NHSCARE"),
            "allowed",
        ),
        (Role.COMMUNICATIONS, None, Action.BULLETINS_WRITE, None, Verdict.ALLOWED),
        (Role.COMMUNICATIONS, None, Action.ACCOUNTS_READ, at("RX1"), Verdict.ROLE),
        (Role.NATIONAL_HELPDESK, None, Action.ACCOUNTS_RESET, at("RX1"), Verdict.ALLOWED),
        (Role.AUDITOR, None, Action.AUDIT_READ, at("RX1"), Verdict.ALLOWED),
        (Role.AUDITOR, None, Action.ACCOUNTS_STATE, at("RX1"), Verdict.ROLE),
        (Role.TENANT_ADMINISTRATOR, None, Action.LIFECYCLE_RUN, None, Verdict.ALLOWED),
        (Role.PRIMARY_LOCAL_ADMINISTRATOR, "RX1", Action.LIFECYCLE_RUN, None, Verdict.ROLE),
    ],
)
def test_the_matrix_answers(
    role: Role, scope: str | None, action: Action, on: Target | None, verdict: str
) -> None:
    assert may(person(Grant(role, scope)), action, on).verdict == verdict


@pytest.mark.parametrize("action", sorted(NEVER_ON_ONESELF))
@pytest.mark.parametrize("role", list(Role))
def test_nobody_does_to_themselves_what_takes_somebody_else(role: Role, action: Action) -> None:
    decision = may(person(Grant(role, "RX1")), action, at("RX1", owner="me"))

    assert decision.verdict is Verdict.SELF


def test_a_refusal_says_why_and_whom_to_ask() -> None:
    decision = may(person(Grant(Role.READER, "RX1")), Action.DELIVERY_RETRY)

    assert decision.reason == "Your role does not let you do this: try failed mail again."
    assert decision.whom_to_ask == (Role.TENANT_ADMINISTRATOR,)


def test_somebody_without_a_role_may_do_nothing() -> None:
    assert not any(may(person(), action).is_allowed for action in Action)


@given(
    roles=st.lists(st.sampled_from(list(Role)), min_size=1, max_size=3),
    action=st.sampled_from(list(Action)),
)
def test_another_role_never_takes_anything_away(roles: list[Role], action: Action) -> None:
    held = [Grant(role, "RX1") for role in roles]
    alone = any(may(person(grant), action, at("RX1")).is_allowed for grant in held)

    assert may(person(*held), action, at("RX1")).is_allowed == alone


@pytest.fixture
def organisations(engine: Engine) -> Engine:
    with unit_of_work(engine) as session:
        add_organisations(session, now=NOW)
    return engine


@settings(
    max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    role=st.sampled_from(list(Role)),
    scope=st.sampled_from(["RX1", "RX101", "RX2", "NHSPHARMACY", "NHSCARE"]),
    action=st.sampled_from(list(Action)),
)
def test_the_rule_in_sql_is_the_rule(
    organisations: Engine, role: Role, scope: str, action: Action
) -> None:
    is_national = SCOPE_OF_ROLE[role] is ScopeKind.SERVICE
    reader = person(Grant(role, None if is_national else scope))

    with read_only(organisations) as session:
        found = select(Organisation.ods_code).where(in_scope(reader, action, Organisation.ods_code))
        in_sql = set(session.scalars(found))
        every = session.scalars(select(Organisation.ods_code)).all()
        by_rule = {
            code
            for code in every
            if may(
                reader,
                action,
                Target("organisation", code, code, get_above(session, organisation=code)),
            ).is_allowed
        }

    assert in_sql == by_rule


def test_a_role_is_given_once_ended_once_and_remembered(engine: Engine) -> None:
    by = operator("test")
    for _ in range(2):
        with unit_of_work(engine) as session:
            grant_role(
                session,
                person_id="p",
                address_key="p@x",
                role=Role.READER,
                scope="RX1",
                by=by,
                now=NOW,
            )
    with unit_of_work(engine) as session:
        assert list_grants(session, person_id="p") == (Grant(Role.READER, "RX1"),)
        assert count_holders(session, role=Role.READER) == 1
        assert end_roles(session, address_key="p@x", by=system("leavers"), now=NOW) == 1
        assert end_roles(session, address_key="p@x", by=system("leavers"), now=NOW) == 0

    with read_only(engine) as session:
        assert list_grants(session, person_id="p") == ()
        (held,) = list_held_roles(session, person_id="p")
    assert (held.granted_by, held.ended_by) == ("operator:test", "system:leavers")


@pytest.mark.parametrize(("role", "scope"), [(Role.READER, None), (Role.AUDITOR, "RX1")])
def test_a_role_has_the_kind_of_scope_it_needs(
    sqlite_engine: Engine, role: Role, scope: str | None
) -> None:
    with pytest.raises(ScopeError, match="is held for"), unit_of_work(sqlite_engine) as session:
        grant_role(
            session,
            person_id="p",
            address_key="p@x",
            role=role,
            scope=scope,
            by=operator("test"),
            now=NOW,
        )


def test_a_primary_administrator_gives_no_role_outside_their_organisations(
    organisations: Engine,
) -> None:
    by = person(Grant(Role.PRIMARY_LOCAL_ADMINISTRATOR, "RX1"))

    def give(scope: str) -> None:
        with unit_of_work(organisations) as session:
            grant_role(
                session,
                person_id="other",
                address_key="o@x",
                role=Role.READER,
                scope=scope,
                by=by,
                now=NOW,
            )

    give("RX1")
    with pytest.raises(RefusedError) as caught:
        give("RX2")

    assert caught.value.decision.verdict is Verdict.SCOPE


def test_an_action_without_an_actor_is_a_mistake_of_the_caller() -> None:
    @acts(Action.AUDIT_ERASE)
    def erase(*, by: Actor) -> str:
        return by.key

    assert erase(by=system("x")) == "x"
    with pytest.raises(RefusedError):
        erase(by=person(Grant(Role.READER, "RX1")))
    with pytest.raises(TypeError, match="needs by=Actor"):
        erase(by="somebody")  # type: ignore[arg-type]  # what the test is about


def test_every_row_has_somebody_who_may_and_local_roles_never_reach_the_service() -> None:
    for row in get_matrix().values():
        assert row.roles(Reach.SCOPE, Reach.SERVICE), row.action
        assert all(row.reach[role] is not Reach.SERVICE for role in LOCAL), row.action
