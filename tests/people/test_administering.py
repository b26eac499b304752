"""Invitations once, roles within reach, second factors by a second person, scope in the lists."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from lamppost.database import unit_of_work
from lamppost.people.actions import (
    NoSuchPersonError,
    ResetOverError,
    SecondPersonError,
    approve_factor_reset,
    ask_factor_reset,
    decline_factor_reset,
    disable_person,
    enable_person,
    end_sessions,
    give_role,
    reset_factor_on_server,
    take_role,
)
from lamppost.people.factors import get_waiting_factor
from lamppost.people.invitations import (
    AddressError,
    InvitationOverError,
    PersonExistsError,
    accept_invitation,
    get_invitation,
    invite,
)
from lamppost.people.outcomes import HalfSession, PasswordFaults
from lamppost.people.reads import get_person, list_factor_resets, list_people, list_tasks
from postmaster.access.acting import RefusedError
from postmaster.access.actors import Actor, Grant, operator
from postmaster.access.reads import list_grants
from postmaster.access.roles import Role
from postmaster.outbox.tables import OutboxMessage
from ward_stage import PRIMARY, TENANT, Stage, local

NEW = "new@example.org"


def invite_new(
    stage: Stage, by: Actor, *grants: Grant, email: str = NEW, organisation: str | None = "RX101"
) -> str:
    with unit_of_work(stage.engine) as session:
        invited = invite(
            session, stage.means, email=email, name="New\nPerson", organisation=organisation,
            grants=grants, by=by, now=stage.now,
        )  # fmt: skip
    return invited.link.rpartition("/")[2]


GOOD = "lanterns over the canal"


def accept(stage: Stage, token: str, password: str = GOOD) -> object:
    return accept_invitation(
        stage.engine, stage.means, token=token, name="", password=password,
        source="192.0.2.10", user_agent="test", now=stage.now,
    )  # fmt: skip


def test_an_invitation_is_sent_and_accepted_once(stage: Stage) -> None:
    chief = stage.add("chief@example.org", PRIMARY)
    token = invite_new(stage, chief, local(scope="RX101"))
    with unit_of_work(stage.engine) as session:
        message = session.scalars(select(OutboxMessage)).one()
        assert message.recipient == NEW
        assert message.is_secret
        assert f"/invitation/{token}" in (message.body or "")
    assert isinstance(accept(stage, token, "short"), PasswordFaults)

    half = accept(stage, token)

    assert isinstance(half, HalfSession)
    assert half.needs_set_up
    with unit_of_work(stage.engine) as session:
        assert get_waiting_factor(session, stage.means, person_id=half.person_id) is not None
        assert list_grants(session, person_id=half.person_id) == (local(scope="RX101"),)
        assert get_invitation(session, token=token, now=stage.now) is None
    with pytest.raises(InvitationOverError):
        accept(stage, token)


def test_an_invitation_ends_after_seven_days_and_when_a_newer_one_is_sent(stage: Stage) -> None:
    chief = stage.add("chief@example.org", PRIMARY)
    older = invite_new(stage, chief)
    newer = invite_new(stage, chief)
    with pytest.raises(InvitationOverError):
        accept(stage, older)
    stage.clock.sleep(timedelta(days=7).total_seconds())

    with pytest.raises(InvitationOverError):
        accept(stage, newer)


@pytest.mark.parametrize(
    ("grant", "organisation"),
    [
        (local(scope="A81001"), "RX1"),
        (local(), "A81001"),
        (local(), None),
        (TENANT, "RX1"),
        (Grant(Role.SECTOR_ADMINISTRATOR, "RX1"), "RX1"),
    ],
)
def test_a_role_or_place_out_of_reach_posted_by_hand_is_refused(
    sqlite_stage: Stage, grant: Grant, organisation: str | None
) -> None:
    chief = sqlite_stage.add("chief@example.org", PRIMARY)

    with pytest.raises(RefusedError):
        invite_new(sqlite_stage, chief, grant, organisation=organisation)

    with unit_of_work(sqlite_stage.engine) as session:
        assert len(list_people(session, reader=operator("test"))) == 1


@pytest.mark.parametrize("email", ["", "nobody", "a@b\nBcc: c@d", "a b@c.org", "x" * 300 + "@y.uk"])
def test_what_is_no_address_is_not_invited(sqlite_stage: Stage, email: str) -> None:
    chief = sqlite_stage.add("chief@example.org", PRIMARY)

    with pytest.raises(AddressError):
        invite_new(sqlite_stage, chief, email=email)


def test_somebody_who_signs_in_already_is_not_invited(sqlite_stage: Stage) -> None:
    chief = sqlite_stage.add("chief@example.org", PRIMARY)
    sqlite_stage.add(NEW)

    with pytest.raises(PersonExistsError):
        invite_new(sqlite_stage, chief)


def test_nobody_gives_themselves_a_role_or_one_out_of_reach(stage: Stage) -> None:
    chief, ann = stage.add("chief@example.org", PRIMARY), stage.add("ann@example.org")
    for person, grant in ((chief, local()), (ann, TENANT), (ann, local(scope="A81001"))):
        with pytest.raises(RefusedError), unit_of_work(stage.engine) as session:
            give_role(
                session, person_id=person.key, role=grant.role, scope=grant.scope,
                by=chief, now=stage.now,
            )  # fmt: skip
    with unit_of_work(stage.engine) as session:
        role, now = Role.LOCAL_HELPDESK, stage.now
        give_role(session, person_id=ann.key, role=role, scope="RX101", by=chief, now=now)
        assert list_grants(session, person_id=ann.key) == (Grant(role, "RX101"),)
        take_role(session, person_id=ann.key, role=role, scope="RX101", by=chief, now=now)
        assert list_grants(session, person_id=ann.key) == ()


def test_disabling_ends_sessions_and_roles_and_enabling_brings_no_role_back(stage: Stage) -> None:
    chief, ann = stage.add("chief@example.org", PRIMARY), stage.add("ann@example.org", local())
    token = stage.sign_in("ann@example.org")
    with unit_of_work(stage.engine) as session:
        disable_person(session, person_id=ann.key, by=chief, now=stage.now)
        assert list_grants(session, person_id=ann.key) == ()
        enable_person(session, person_id=ann.key, by=chief, now=stage.now)
        assert list_grants(session, person_id=ann.key) == ()

    assert not stage.is_signed_in(token)
    stage.sign_in("ann@example.org")
    with unit_of_work(stage.engine) as session:
        assert end_sessions(session, person_id=ann.key, by=chief, now=stage.now) == 1


def test_who_looks_after_a_ward_cannot_touch_a_tenant_administrator_there(stage: Stage) -> None:
    chief, tam = stage.add("chief@example.org", PRIMARY), stage.add("tam@example.org", TENANT)
    for act in (disable_person, end_sessions):
        with pytest.raises(RefusedError), unit_of_work(stage.engine) as session:
            act(session, person_id=tam.key, by=chief, now=stage.now)
    with pytest.raises(RefusedError), unit_of_work(stage.engine) as session:
        ask_factor_reset(session, person_id=tam.key, reason="", by=chief, now=stage.now)


def test_a_lost_factor_needs_a_second_administrator(stage: Stage) -> None:
    chief, ann = stage.add("chief@example.org", PRIMARY), stage.add("ann@example.org", local())
    second = stage.add("second@example.org", PRIMARY)
    token = stage.sign_in("ann@example.org")
    with unit_of_work(stage.engine) as session:
        reset = ask_factor_reset(
            session, person_id=ann.key, reason="phone\0lost" * 500, by=chief, now=stage.now
        )
        assert not list_factor_resets(session, reader=chief)[0].can_decide
        assert list_tasks(session, reader=chief, now=stage.now) == []
        assert len(list_tasks(session, reader=second, now=stage.now)) == 1
    for actor in (chief, operator("test")):
        with pytest.raises(SecondPersonError), unit_of_work(stage.engine) as session:
            approve_factor_reset(session, stage.means, reset_id=reset, by=actor, now=stage.now)
    with pytest.raises(RefusedError), unit_of_work(stage.engine) as session:
        approve_factor_reset(session, stage.means, reset_id=reset, by=ann, now=stage.now)

    with unit_of_work(stage.engine) as session:
        approve_factor_reset(session, stage.means, reset_id=reset, by=second, now=stage.now)

    assert not stage.is_signed_in(token)
    half = stage.password("ann@example.org")
    assert isinstance(half, HalfSession)
    assert half.needs_set_up
    with pytest.raises(ResetOverError), unit_of_work(stage.engine) as session:
        decline_factor_reset(session, reset_id=reset, by=second, now=stage.now)


def test_a_lone_administrator_is_told_what_to_use_on_the_server(stage: Stage) -> None:
    chief, ann = stage.add("chief@example.org", PRIMARY), stage.add("ann@example.org", local())
    with (
        pytest.raises(SecondPersonError, match="lamppost users reset-factor"),
        unit_of_work(stage.engine) as session,
    ):
        ask_factor_reset(session, person_id=ann.key, reason="", by=chief, now=stage.now)
    with pytest.raises(SecondPersonError), unit_of_work(stage.engine) as session:
        reset_factor_on_server(session, stage.means, person_id=ann.key, by=chief, now=stage.now)

    with unit_of_work(stage.engine) as session:
        by = operator("users reset-factor")
        reset_factor_on_server(session, stage.means, person_id=ann.key, by=by, now=stage.now)


def test_people_are_seen_by_home_or_by_role_and_nobody_else(stage: Stage) -> None:
    chief = stage.add("chief@example.org", PRIMARY)
    stage.add("child@example.org", organisation="RX101")
    visitor = stage.add("visitor@example.org", local(scope="RX101"), organisation="A81001")
    stranger = stage.add("stranger@example.org", organisation="A81001")
    with unit_of_work(stage.engine) as session:
        seen = [row.email.partition("@")[0] for row in list_people(session, reader=chief)]
        assert seen == ["chief", "child", "visitor"]
        assert get_person(session, reader=chief, person_id=visitor.key) is not None
        assert get_person(session, reader=chief, person_id=stranger.key) is None
        first = list_people(session, reader=chief, limit=1)
        rest = list_people(session, reader=chief, after=first[0].cursor)
        back = list_people(session, reader=chief, before=rest[-1].cursor, limit=1)
        assert [row.email for row in (*first, *rest)] == [
            row.email for row in list_people(session, reader=chief)
        ]
        assert back == rest[:1]
        assert len(list_people(session, reader=chief, words="CHI")) == 2


def test_one_tenant_administrator_alone_is_a_task(sqlite_stage: Stage) -> None:
    tam = sqlite_stage.add("tam@example.org", TENANT, organisation=None)
    with unit_of_work(sqlite_stage.engine) as session:
        assert len(list_tasks(session, reader=tam, now=sqlite_stage.now)) == 1
    sqlite_stage.add("tess@example.org", TENANT, organisation=None)
    with unit_of_work(sqlite_stage.engine) as session:
        assert list_tasks(session, reader=tam, now=sqlite_stage.now) == []


def test_nobody_is_found_by_an_id_that_is_none(sqlite_stage: Stage) -> None:
    tam = sqlite_stage.add("tam@example.org", TENANT, organisation=None)
    with pytest.raises(NoSuchPersonError), unit_of_work(sqlite_stage.engine) as session:
        disable_person(session, person_id=str(uuid4()), by=tam, now=sqlite_stage.now)
