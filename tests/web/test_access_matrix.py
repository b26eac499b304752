"""Every role at every address of the panels, and every object of another organisation."""

from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from lamppost.clock import FixedClock
from lamppost.database import read_only, unit_of_work
from lamppost.sample.organisations import add_organisations
from lamppost.web.guard import AccessRule
from postmaster.access.actors import Actor, ActorKind, Grant
from postmaster.access.matrix import Action
from postmaster.access.roles import SCOPE_OF_ROLE, Role, ScopeKind
from postmaster.access.rules import may
from postmaster.audit.tables import AuditEntry
from postmaster.organisations.tables import Organisation
from postmaster.outbox.actions import owe
from visitors import csrf_token_of, put_person, sign_in

SCOPES = {ScopeKind.ORGANISATION: "RX1", ScopeKind.CONTAINER: "NHSPHARMACY"}
# What the role of each scope looks after, and what it does not.
OWN = {"RX1": "RX1", "NHSPHARMACY": "NHSPHARMACY", None: "RX1"}
OTHER = {"RX1": "RX2", "NHSPHARMACY": "RX2"}


@dataclass
class Stage:
    """The site with the sample's organisations, somebody of RX2, an entry and a message."""

    app: Flask
    engine: Engine
    clock: FixedClock
    stranger: str
    message: int

    def scope(self, role: Role) -> str | None:
        return SCOPES.get(SCOPE_OF_ROLE[role])

    def values(self, organisation: str) -> dict[str, str]:
        """What stands in an address for an object of this organisation."""
        with read_only(self.engine) as session:
            entry = session.scalar(
                select(AuditEntry.entry_id).where(AuditEntry.organisation == organisation).limit(1)
            )
        return {
            "ods_code": organisation,
            "entry_id": str(entry),
            "message_id": str(self.message),
            "person_id": self.stranger,
            "reset_id": "00000000-0000-0000-0000-000000000000",
        }


@pytest.fixture
def stage(app: Flask, sqlite_engine: Engine, clock: FixedClock) -> Stage:
    now = clock.now()
    with unit_of_work(sqlite_engine) as session:
        add_organisations(session, now=now)
        message = owe(
            session,
            cause="test",
            cause_key="1",
            recipient="somebody@example.nhs.uk",
            subject="A message",
            text="Words",
            template="test",
            is_secret=False,
            now=now,
        )
    stranger = put_person(
        sqlite_engine, now=now, email="else@example.nhs.uk", role=Role.READER, scope="RX2"
    )
    return Stage(app, sqlite_engine, clock, stranger, message)


def addresses(app: Flask, method: str) -> list[tuple[str, Action | None, frozenset[str]]]:
    """Every address of the panels by method: its pattern, its row of the matrix, its arguments."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/admin/") and method in (rule.methods or ()):
            access: AccessRule = getattr(app.view_functions[rule.endpoint], "access_rule")  # noqa: B009 - set by the guard
            found.append((rule.rule, access.action, frozenset(rule.arguments)))
    return found


def fill(pattern: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        for converter in ("", "int:", "uuid:"):
            pattern = pattern.replace(f"<{converter}{name}>", value)
    return pattern


def test_whoever_is_not_signed_in_is_sent_to_the_sign_in_page_from_everywhere(
    stage: Stage,
) -> None:
    client = stage.app.test_client()
    known = [fill(path, stage.values("RX1")) for path, _, _ in addresses(stage.app, "GET")]

    for path in [*known, "/admin", "/admin/nowhere", "/admin/people/nobody/at/all"]:
        for method in (client.get, client.post):
            answer = method(path)
            assert answer.status_code == 303, path
            assert answer.headers["Location"].startswith("/sign-in"), path


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_what_the_matrix_says_and_nothing_else(stage: Stage, role: Role) -> None:
    scope = stage.scope(role)
    now = stage.clock.now()
    person = put_person(stage.engine, now=now, email="me@example.nhs.uk", role=role, scope=scope)
    client = stage.app.test_client()
    sign_in(client, stage.engine, person_id=person, now=now)
    me = Actor(ActorKind.PERSON, person, (Grant(role, scope),), scope)

    for path, action, arguments in addresses(stage.app, "GET"):
        answer = client.get(fill(path, stage.values(OWN[scope])))
        if action is not None and not may(me, action).is_allowed:
            assert answer.status_code == 403, (path, role)
            assert "You do not have permission" in answer.text
        elif not arguments or arguments == {"ods_code"}:
            assert answer.status_code == 200, (path, role)
        else:
            assert answer.status_code in {200, 404}, (path, role)


@pytest.mark.parametrize("role", list(Role))
def test_what_is_posted_by_hand_is_refused_like_what_is_looked_at(stage: Stage, role: Role) -> None:
    scope = stage.scope(role)
    now = stage.clock.now()
    person = put_person(stage.engine, now=now, email="me@example.nhs.uk", role=role, scope=scope)
    client = stage.app.test_client()
    sign_in(client, stage.engine, person_id=person, now=now)
    token = csrf_token_of(client.get("/admin/").text)
    me = Actor(ActorKind.PERSON, person, (Grant(role, scope),), scope)

    for path, action, _ in addresses(stage.app, "POST"):
        asked = fill(path, stage.values(OWN[scope]))
        assert client.post(asked).status_code in {400, 403}, path
        answer = client.post(asked, data={"csrf_token": token})
        if action is not None and not may(me, action).is_allowed:
            assert answer.status_code == 403, (path, role)
        else:
            assert answer.status_code in {200, 303, 404, 422}, (path, role)


@pytest.mark.parametrize(
    "role", [role for role in Role if SCOPE_OF_ROLE[role] is not ScopeKind.SERVICE]
)
def test_an_object_of_another_organisation_is_not_found(stage: Stage, role: Role) -> None:
    scope = stage.scope(role)
    assert scope is not None
    now = stage.clock.now()
    person = put_person(stage.engine, now=now, email="me@example.nhs.uk", role=role, scope=scope)
    client = stage.app.test_client()
    sign_in(client, stage.engine, person_id=person, now=now)
    token = csrf_token_of(client.get("/admin/").text)
    me = Actor(ActorKind.PERSON, person, (Grant(role, scope),), scope)
    with read_only(stage.engine) as session:
        under = set(
            session.scalars(
                select(Organisation.ods_code).where(
                    (Organisation.parent == scope) | (Organisation.container == scope)
                )
            )
        )
        others = set(session.scalars(select(Organisation.ods_code))) - under - {scope}

    for path, action, arguments in addresses(stage.app, "GET"):
        if arguments and (action is None or may(me, action).is_allowed):
            codes = others if arguments == {"ods_code"} else {OTHER[scope]}
            for code in codes:
                asked = fill(path, stage.values(code))
                assert client.get(asked).status_code == 404, (asked, role)
    for path, action, arguments in addresses(stage.app, "POST"):
        if arguments and (action is None or may(me, action).is_allowed):
            asked = fill(path, stage.values(OTHER[scope]))
            form = {"csrf_token": token, "confirmed": "yes", "role": "reader", "scope": "RX2"}
            assert client.post(asked, data=form).status_code == 404, (asked, role)
