"""Every role at every address of the panels, and every object of another organisation."""

import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, select, update

from lamppost.clock import FixedClock
from lamppost.database import make_engine, read_only, unit_of_work
from lamppost.people.tables import FactorReset
from lamppost.settings import Settings
from lamppost.web.guard import AccessRule
from panel_objects import PanelObjects, put_panel_objects
from places import settings_in
from postmaster.access.actors import Actor, ActorKind, Grant
from postmaster.access.matrix import Action
from postmaster.access.roles import SCOPE_OF_ROLE, Role, ScopeKind
from postmaster.access.rules import may
from postmaster.access.tables import ScopeLink
from postmaster.organisations.tables import Organisation
from postmaster.store import Base
from status_rows import NINE
from visitors import csrf_token_of, put_person, sign_in

SCOPES = {ScopeKind.ORGANISATION: "RX1", ScopeKind.CONTAINER: "NHSPHARMACY"}
# What the role of each scope looks after, and what it does not.
OWN = {"RX1": "RX1", "NHSPHARMACY": "NHSPHARMACY", None: "RX1"}


@dataclass
class Stage:
    """The site over a database with one object of each kind in each of some organisations."""

    app: Flask
    engine: Engine
    clock: FixedClock
    objects: PanelObjects

    def scope(self, role: Role) -> str | None:
        return SCOPES.get(SCOPE_OF_ROLE[role])

    def values(self, organisation: str) -> dict[str, list[str]]:
        """By the name of an address's argument, every object of an organisation."""
        return self.objects.values(self.engine, organisation)


@pytest.fixture(scope="module")
def filled(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> tuple[Path, PanelObjects]:
    """A folder with that database, filled once and copied for each test, and the keys in it."""
    folder = tmp_path_factory.mktemp("filled")
    shutil.copyfile(sqlite_template, folder / "lamppost.sqlite3")
    settings = settings_in(folder)
    engine = make_engine(settings.storage_url())
    objects = put_panel_objects(engine, settings, now=NINE)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return folder, objects


@pytest.fixture
def stage(
    app: Flask,
    sqlite_engine: Engine,
    clock: FixedClock,
    settings: Settings,
    filled: tuple[Path, PanelObjects],
) -> Stage:
    folder, objects = filled
    assert clock.now() == NINE
    sqlite_engine.dispose()
    assert sqlite_engine.url.database is not None
    shutil.copyfile(folder / "lamppost.sqlite3", sqlite_engine.url.database)
    shutil.copytree(folder / "bulletins", settings.content_dir, dirs_exist_ok=True)
    return Stage(app, sqlite_engine, clock, objects)


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

    # Those with an object of each kind, and some that have nothing but their own page.
    filled = others & stage.objects.people.keys()
    chosen = sorted(filled) + sorted(others - filled)[:5]
    foreign = [stage.values(code) for code in chosen]
    form = {"csrf_token": token, "confirmed": "yes", "role": "reader", "scope": "RX2"}
    tried = 0
    for method, send in (("GET", client.get), ("POST", partial(client.post, data=form))):
        for path, action, arguments in addresses(stage.app, method):
            if not arguments or (action is not None and not may(me, action).is_allowed):
                continue
            for one in (one for values in foreign for one in fill(path, values)):
                assert send(one).status_code == 404, (method, one, role)
                tried += 1
    assert filled
    assert tried >= len(chosen)
