"""Every role at every address of the panels, and every object of another organisation."""

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import product
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, select, update

from account_rows import put_mailbox
from batch_rows import put_batch
from bulletin_files import write_bulletin
from closure_rows import put_deleted, put_move, put_plan
from era_rows import put_era
from lamppost.bulletins.actions import load_folder
from lamppost.bulletins.feeds import Site
from lamppost.clock import FixedClock
from lamppost.database import read_only, unit_of_work
from lamppost.people.tables import FactorReset
from lamppost.sample.organisations import add_organisations
from lamppost.settings import Settings
from lamppost.web.guard import AccessRule
from list_rows import LIST_ARGUMENTS, put_list
from postmaster.access.actors import Actor, ActorKind, Grant
from postmaster.access.matrix import Action
from postmaster.access.roles import SCOPE_OF_ROLE, Role, ScopeKind
from postmaster.access.rules import may
from postmaster.access.tables import ScopeLink
from postmaster.audit.actions import record
from postmaster.audit.tables import AuditEntry
from postmaster.organisations.tables import Organisation
from postmaster.outbox.actions import owe
from postmaster.policy.actions import enter_presets
from postmaster.store import Base
from registering import put_registration
from spoof_rows import SPOOFING_ARGUMENTS, put_spoofing
from status_desk import put_hssi, put_plans
from visitors import csrf_token_of, put_person, sign_in

SCOPES = {ScopeKind.ORGANISATION: "RX1", ScopeKind.CONTAINER: "NHSPHARMACY"}
# What the role of each scope looks after, and what it does not.
OWN = {"RX1": "RX1", "NHSPHARMACY": "NHSPHARMACY", None: "RX1"}


# In the order in which `put_mailbox` gives them.
MAILBOX_ARGUMENTS = ("account_id", "member_id", "hold_id", "conversion_id", "upload_id")


@dataclass
class Stage:
    """The site with the sample's organisations; somebody and their lost factor in each of some."""

    app: Flask
    engine: Engine
    clock: FixedClock
    message: int
    people: dict[str, str]
    resets: dict[str, str]
    batches: dict[str, int]
    edit: int
    plans: dict[str, int]
    moves: dict[str, int]
    deleted: dict[str, int]
    spoofing: dict[str, dict[str, int]]
    mailboxes: dict[str, tuple[int, ...]]
    registrations: dict[str, tuple[int, int]]
    lists: dict[str, dict[str, int]]

    def scope(self, role: Role) -> str | None:
        return SCOPES.get(SCOPE_OF_ROLE[role])

    def values(self, organisation: str) -> dict[str, list[str]]:
        """By the name of an address's argument, every object of an organisation."""
        with read_only(self.engine) as session:
            entries = session.scalars(
                select(AuditEntry.entry_id).where(AuditEntry.organisation == organisation)
            ).all()
        return {
            "ods_code": [organisation],
            "entry_id": [str(entry) for entry in entries],
            "message_id": [str(self.message)],
            "person_id": [self.people[organisation]] if organisation in self.people else [],
            "reset_id": [self.resets[organisation]] if organisation in self.resets else [],
            "edit_id": [str(self.edit)],
            "batch_id": [str(self.batches[organisation])] if organisation in self.batches else [],
            "plan_id": [str(self.plans[organisation])] if organisation in self.plans else [],
            "move_id": [str(self.moves[organisation])] if organisation in self.moves else [],
            "deleted_id": [str(self.deleted[organisation])] if organisation in self.deleted else [],
            **{
                name: [str(self.spoofing[organisation][name])]
                if organisation in self.spoofing
                else []
                for name in SPOOFING_ARGUMENTS
            },
            **{
                name: [str(self.mailboxes[organisation][place])]
                if organisation in self.mailboxes
                else []
                for place, name in enumerate(MAILBOX_ARGUMENTS)
            },
            **{
                name: [str(self.registrations[organisation][place])]
                if organisation in self.registrations
                else []
                for place, name in enumerate(("registration_id", "rollout_id"))
            },
            **{
                name: [str(self.lists[organisation][name])] if organisation in self.lists else []
                for name in LIST_ARGUMENTS
            },
            # Of the whole service: no role that is held for an organisation opens their addresses.
            "ref": ["INC1"],
            "draft_id": ["1"],
            "proposal_id": ["1"],
            "uid": ["T1"],
            "change_ref": ["C1"],
            "series_ref": ["S1"],
            "release_ref": ["R1"],
            "issue_ref": ["K1"],
            "source": ["2018-04-09.md"],
        }


@pytest.fixture
def stage(app: Flask, sqlite_engine: Engine, clock: FixedClock, settings: Settings) -> Stage:
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
    people, resets = {}, {}
    for code in ("RX1", "RX2", "RX3", "NHSPHARMACY"):
        email = f"somebody@{code.lower()}.nhs.uk"
        people[code] = put_person(sqlite_engine, now=now, email=email, role=Role.READER, scope=code)
        resets[code] = str(uuid4())
    with unit_of_work(sqlite_engine) as session:
        for code, reset in resets.items():
            session.add(
                FactorReset(
                    reset_id=UUID(reset),
                    person_id=people[code],
                    reason="A lost telephone",
                    asked_at=now,
                    asked_by="person:another",
                )
            )
            record(
                session, action="test", kind="person", key=people[code], organisation=code,
                by="system:test", now=now,
            )  # fmt: skip
    with unit_of_work(sqlite_engine) as session:
        enter_presets(session, by="system:test", now=now)
        put_hssi(session, now=now)
        put_plans(session, now=now)
        batches = {code: put_batch(session, organisation=code, now=now) for code in people}
        edit = put_era(session, now=now)
        plans = {code: put_plan(session, organisation=code, now=now) for code in people}
        moves = {
            code: put_move(session, organisation=code, target="VX001", now=now) for code in people
        }
        deleted = {code: put_deleted(session, organisation=code, now=now) for code in people}
        spoofing = {code: put_spoofing(session, organisation=code, now=now) for code in people}
        mailboxes = {code: put_mailbox(session, organisation=code, now=now) for code in people}
        registrations = {
            code: put_registration(session, organisation=code, now=now) for code in people
        }
        lists = {code: put_list(session, organisation=code, now=now) for code in people}
    write_bulletin(settings.content_dir)
    load_folder(sqlite_engine, settings.content_dir, now, site=Site.of(settings))
    return Stage(
        app, sqlite_engine, clock, message, people, resets, batches, edit, plans, moves, deleted,
        spoofing, mailboxes, registrations, lists,
    )  # fmt: skip


def reopen(stage: Stage) -> None:
    """Every reset waits to be decided again."""
    with unit_of_work(stage.engine) as session:
        session.execute(update(FactorReset).values(decided_at=None, decided_by=None, decision=None))


def addresses(app: Flask, method: str) -> list[tuple[str, Action | None, frozenset[str]]]:
    """Every address of the panels by method: its pattern, its row of the matrix, its arguments."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/admin/") and method in (rule.methods or ()):
            access: AccessRule = getattr(app.view_functions[rule.endpoint], "access_rule")  # noqa: B009 - set by the guard
            found.append((rule.rule, access.action, frozenset(rule.arguments)))
    return found


def fill(pattern: str, values: dict[str, list[str]]) -> list[str]:
    """The addresses of a pattern, one for each object; an unknown kind of object is a fault."""
    names = re.findall(r"<(?:\w+:)?(\w+)>", pattern)
    plain = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", pattern)
    return [
        plain.format(**dict(zip(names, one, strict=True)))
        for one in product(*(values[name] for name in names))
    ]


def test_whoever_is_not_signed_in_is_sent_to_the_sign_in_page_from_everywhere(
    stage: Stage,
) -> None:
    client = stage.app.test_client()
    values = stage.values("RX1")
    known = [one for path, _, _ in addresses(stage.app, "GET") for one in fill(path, values)]

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

    values = stage.values(OWN[scope])
    for path, action, _ in addresses(stage.app, "GET"):
        asked = fill(path, values)
        assert asked, f"the stage has no object for {path}"
        for one in asked:
            answer = client.get(one)
            if action is not None and not may(me, action).is_allowed:
                assert answer.status_code == 403, (one, role)
                assert "You do not have permission" in answer.text
            else:
                assert answer.status_code == 200, (one, role)


def test_looking_at_any_panel_changes_nothing(stage: Stage) -> None:
    now, role = stage.clock.now(), Role.TENANT_ADMINISTRATOR
    client = stage.app.test_client()
    path = stage.engine.url.database
    assert path is not None
    with closing(sqlite3.connect(path, isolation_level=None)) as watch:
        untouched = _changes_seen_by(watch)
        person = put_person(stage.engine, now=now, email="me@example.nhs.uk", role=role)
        sign_in(client, stage.engine, person_id=person, now=now)
        assert _changes_seen_by(watch) != untouched
        before, values = _everything(stage.engine), stage.values("RX1")

        counted = _changes_seen_by(watch)
        for pattern, _, _ in addresses(stage.app, "GET"):
            for one in fill(pattern, values):
                client.get(one)
                assert _changes_seen_by(watch) == counted, one
    assert _everything(stage.engine) == before


def _changes_seen_by(watch: sqlite3.Connection) -> int:
    """SQLite's own number, which is another one after anybody else has committed a change."""
    number: int = watch.execute("PRAGMA data_version").fetchone()[0]
    return number


def _everything(engine: Engine) -> dict[str, list[str]]:
    with engine.connect() as connection:
        return {
            table.name: sorted(str(row) for row in connection.execute(table.select()))
            for table in Base.metadata.sorted_tables
        }


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
        assert asked, f"the stage has no object for {path}"
        assert client.post(asked[0]).status_code in {400, 403}, path
        reopen(stage)
        answer = client.post(asked[0], data={"csrf_token": token})
        if action is not None and not may(me, action).is_allowed:
            assert answer.status_code == 403, (path, role)
        else:
            is_asked = answer.status_code == 200 and 'name="confirmed"' in answer.text
            assert is_asked or answer.status_code in {303, 422}, (path, role)


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
        under = set(session.scalars(select(ScopeLink.below).where(ScopeLink.above == scope)))
        others = set(session.scalars(select(Organisation.ods_code))) - under - {scope}

    foreign = [stage.values(code) for code in sorted(others)]
    form = {"csrf_token": token, "confirmed": "yes", "role": "reader", "scope": "RX2"}
    tried = 0
    for method, send in (("GET", client.get), ("POST", partial(client.post, data=form))):
        for path, action, arguments in addresses(stage.app, method):
            if not arguments or (action is not None and not may(me, action).is_allowed):
                continue
            for one in (one for values in foreign for one in fill(path, values)):
                assert send(one).status_code == 404, (method, one, role)
                tried += 1
    assert tried >= len(others)
