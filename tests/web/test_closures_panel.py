"""The panels of closings: the report, a worklist, its outcomes, mergers, moves, all in scope."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select
from werkzeug.test import TestResponse

from checking import check_page
from closing import CLOSED_ON, Closing, make_closing
from lamppost.clock import FixedClock
from lamppost.database import read_only, unit_of_work
from lamppost.web.context import db
from lamppost.worker.closures import carry_outcomes
from postmaster.access.roles import Role
from postmaster.access.tables import RoleGrant
from postmaster.accounts.rules import Kind, Status
from postmaster.accounts.tables import Account
from postmaster.organisations.tables import Organisation
from visitors import csrf_token_of, put_person, sign_in

HOME = "/admin/organisations/"
REPORT = f"{HOME}closed/"


class Desk:
    """The panels, people signed in to them, and the worker when it is asked."""

    def __init__(self, app: Flask, engine: Engine, clock: FixedClock) -> None:
        self.app, self.engine, self.clock = app, engine, clock
        self.closing: Closing = make_closing(engine)

    def person(self, role: Role, scope: str | None = None) -> FlaskClient:
        client, now = self.app.test_client(), self.clock.now()
        email = f"{role.value}.{(scope or 'all').lower()}@example.test"
        put = put_person(self.engine, now=now, email=email, role=role, scope=scope)
        sign_in(client, self.engine, person_id=put, now=now)
        return client

    def post(self, client: FlaskClient, path: str, /, **form: object) -> TestResponse:
        token = csrf_token_of(client.get("/account/password/").text)
        answer = client.post(path, data={"csrf_token": token, **form}, follow_redirects=True)
        if answer.mimetype == "text/html":
            check_page(path, answer.text)
        return answer

    def work(self) -> None:
        carry_outcomes(self.engine, self.clock)


@pytest.fixture
def desk(app: Flask, sqlite_engine: Engine, clock: FixedClock) -> Desk:
    return Desk(app, sqlite_engine, clock)


def test_an_administrator_sees_previews_decides_follows_and_takes_back(desk: Desk) -> None:
    ids = [desk.closing.add(f"p{n}@nhs.net", "A81001") for n in range(3)]
    desk.closing.add("box@nhs.net", "A81001", Kind.SHARED)
    desk.closing.add("other@nhs.net", "A81003")
    desk.closing.close("A81001", "A81002")
    desk.closing.close("A81003")
    client = desk.person(Role.LOCAL_ADMINISTRATOR, "A81001")

    start = client.get("/admin/").text
    assert "4 accounts of organisations that close need an outcome" in start
    report = client.get(REPORT)
    check_page(REPORT, report.text)
    assert "A81001" in report.text
    assert "A81003" not in report.text
    here = f"{HOME}A81001/worklist/"
    page = client.get(here)
    check_page(here, page.text)
    assert 'value="A81002"' in page.text
    assert "P0 (Abbey Lane Surgery)" in page.text
    assert client.get(f"{HOME}A81003/worklist/").status_code == 404

    form = {"whom": "person", "outcome": "transfer", "target": "A81002", "owner": ""}
    asked = desk.post(client, f"{here}outcome", **form)
    assert "Transfer to another organisation: 3 accounts." in asked.text
    assert {desk.closing.home(one) for one in ids} == {"A81001"}
    done = desk.post(client, f"{here}outcome", **form, confirmed="yes")
    assert 'data-hx-trigger="every 2s"' in done.text
    plan = re.search(r"/admin/organisations/outcomes/\d+/", done.text)
    assert plan
    desk.work()
    page = client.get(plan[0])
    check_page(plan[0], page.text)
    assert "3 of 3 accounts settled" in page.text
    assert "every 2s" not in page.text
    assert "<h1" not in client.get(plan[0], headers={"HX-Request": "true"}).text
    assert {desk.closing.home(one) for one in ids} == {"A81002"}

    desk.post(client, f"{plan[0]}undo")
    desk.work()
    assert {desk.closing.home(one) for one in ids} == {"A81001"}
    assert "this is not done to it now" in desk.post(client, f"{plan[0]}resume").text


def test_single_accounts_are_picked_and_faults_come_back_beside_their_field(desk: Desk) -> None:
    ann, bob = (desk.closing.add(f"{one}@nhs.net", "A81001") for one in ("ann", "bob"))
    desk.closing.close("A81001", "A81002")
    client = desk.person(Role.LOCAL_ADMINISTRATOR, "A81001")
    here = f"{HOME}A81001/worklist/outcome"
    form = {"whom": "", "outcome": "transfer", "target": "RX1", "owner": ""}

    wrong = desk.post(client, here, **form)
    assert wrong.status_code == 422
    assert "none you may send them to" in wrong.text
    assert 'value="RX1"' in wrong.text
    assert desk.post(client, here, whom="", outcome="gone").status_code == 422
    good = form | {"target": "a81002"}
    asked = desk.post(client, here, **good, account=[str(ann), "x"])
    assert f'name="account" value="{ann}"' in asked.text
    desk.post(client, here, **good, account=str(ann), confirmed="yes")
    desk.work()

    assert (desk.closing.home(ann), desk.closing.home(bob)) == ("A81002", "A81001")


def test_the_file_of_the_report_holds_ones_own_and_escapes_formulas(desk: Desk) -> None:
    desk.closing.add("ann@nhs.net", "A81001")
    desk.closing.close("A81001")
    with unit_of_work(desk.engine) as session:
        session.get_one(Organisation, "A81001").name = "=HYPERLINK(1)"
    mine = desk.person(Role.LOCAL_ADMINISTRATOR, "A81001")
    other = desk.person(Role.LOCAL_ADMINISTRATOR, "A81002")

    answer = mine.get(f"{HOME}closed.csv")

    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.mimetype == "text/csv"
    assert [(row["ods_code"], row["name"], row["undecided"], row["age"]) for row in rows] == [
        ("A81001", "'=HYPERLINK(1)", "1", "under 30 days")
    ]
    assert rows[0]["since"] == CLOSED_ON.isoformat()
    assert len(other.get(f"{HOME}closed.csv").text.splitlines()) == 1


def test_the_file_of_a_worklist_holds_every_account_with_where_it_stands(desk: Desk) -> None:
    desk.closing.add("ann@nhs.net", "A81001")
    desk.closing.add("box@nhs.net", "A81001", Kind.SHARED)
    desk.closing.close("A81001")
    with unit_of_work(desk.engine) as session:
        row = session.scalars(select(Account).where(Account.address == "box@nhs.net")).one()
        row.name = "+Reception"
    mine = desk.person(Role.LOCAL_ADMINISTRATOR, "A81001")
    other = desk.person(Role.LOCAL_ADMINISTRATOR, "A81002")

    answer = mine.get(f"{HOME}A81001/worklist.csv")

    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["address"], row["directory_name"], row["standing"]) for row in rows] == [
        ("ann@nhs.net", "Ann (Abbey Lane Surgery)", "undecided"),
        ("box@nhs.net", "'+Reception", "undecided"),
    ]
    assert other.get(f"{HOME}A81001/worklist.csv").status_code == 404


def test_orphans_are_the_tenant_administrators(desk: Desk) -> None:
    desk.closing.add("ann@nhs.net", "A81001")
    desk.closing.add("bob@nhs.net", "A81002")
    for code in ("A81001", "A81002"):
        desk.closing.close(code)
    desk.person(Role.LOCAL_ADMINISTRATOR, "A81002")
    tenant = desk.person(Role.TENANT_ADMINISTRATOR)

    assert "1 account of organisations that closed, and nobody else" in tenant.get("/admin/").text
    page = tenant.get(f"{REPORT}?orphans=yes")
    check_page(REPORT, page.text)
    assert "A81001" in page.text
    assert "A81002" not in page.text


def test_roles_held_for_a_closed_organisation_end_or_are_held_for_the_successor(
    desk: Desk,
) -> None:
    desk.closing.close("A81001", "A81002")
    desk.person(Role.LOCAL_HELPDESK, "A81001")
    desk.person(Role.LOCAL_ADMINISTRATOR, "A81001")
    tenant = desk.person(Role.TENANT_ADMINISTRATOR)
    here = f"{HOME}A81001/worklist/"
    assert "A81001" in tenant.get(REPORT).text
    grants = dict(
        re.findall(r'name="grant" value="([^"]+)">\s*<input[^>]+value="(A81002)"',
                   tenant.get(here).text)
    )  # fmt: skip

    first, second = sorted(grants)
    assert (
        "1 role is settled" in desk.post(tenant, f"{here}roles", grant=first, target="A81002").text
    )
    assert "did not take over" in desk.post(tenant, f"{here}roles", grant=second, target="RX1").text
    assert "1 role is settled" in desk.post(tenant, f"{here}roles", grant=second, target="").text

    with read_only(desk.engine) as session:
        held = session.scalars(
            select(RoleGrant.scope).where(
                RoleGrant.ended_at.is_(None), RoleGrant.scope.in_(["A81001", "A81002"])
            )
        ).all()
    assert held == ["A81002"]


def test_a_merger_asks_once_more_and_moves_everything(desk: Desk) -> None:
    ann = desk.closing.add("ann@nhs.net", "A81001")
    tenant = desk.person(Role.TENANT_ADMINISTRATOR)
    form = {
        "predecessors": "A81001, a81003", "successor": "A81099", "name": "Elm Tree Surgery",
        "short_code": "", "closed_on": CLOSED_ON.isoformat(), "moves_accounts": "y",
        "roles": "move",
    }  # fmt: skip

    collides = desk.post(tenant, f"{HOME}merge/", **form)
    assert collides.status_code == 422
    assert "A81005 is called Elm Tree Surgery already" in collides.text
    form["is_same_name_meant"] = "y"
    asked = desk.post(tenant, f"{HOME}merge/", **form)
    assert "addresses keep their prefix" in asked.text
    assert 'name="is_same_name_meant" value="y"' in asked.text
    with read_only(desk.engine) as session:
        assert session.get(Organisation, "A81099") is None
    desk.post(tenant, f"{HOME}merge/", **form, confirmed="yes")
    desk.work()

    assert desk.closing.home(ann) == "A81099"


@pytest.mark.parametrize(
    ("code", "step", "form", "words"),
    [
        ("A81001", "split", {"successors": "A81002", "closed_on": "2018-04-01"}, "two successors"),
        ("A81001", "split", {"successors": "A81002 NOPE", "closed_on": "2018-04-01"}, "no org"),
        ("A81001", "ods", {"ods_closed_on": "2019-01-01"}, "in the future"),
        ("A81001", "closing", {"successors": "Y90011"}, "Y90011 is closed"),
        ("A81001", "reopen", {"why": "ODS"}, "nothing to take back"),
        ("Y90041", "reopen", {"why": ""}, "Say why"),
    ],
)
def test_a_form_about_a_closing_with_a_mistake_comes_back(
    desk: Desk, code: str, step: str, form: dict[str, str], words: str
) -> None:
    tenant = desk.person(Role.TENANT_ADMINISTRATOR)

    answer = desk.post(tenant, f"{HOME}{code}/{step}/", **form)

    assert answer.status_code == 422
    assert words in answer.text


def test_a_split_a_plan_a_lag_and_a_reopening_are_done_and_shown(desk: Desk) -> None:
    tenant = desk.person(Role.TENANT_ADMINISTRATOR)
    steps: tuple[tuple[str, str, dict[str, str], str], ...] = (
        ("A81001", "closing", {"closes_on": "2018-06-01", "successors": "A81002"}, "1 June 2018"),
        ("A81001", "ods", {"ods_closed_on": "2018-04-01"}, "Closed in ODS"),
        (
            "A81001", "split",
            {"successors": "A81002 A81003", "elsewhere": "ZZ9", "closed_on": "2018-04-01",
             "confirmed": "yes"},
            "Not on the service: ZZ9",
        ),
        ("A81001", "reopen", {"why": "ODS", "confirmed": "yes"}, "Open"),
    )  # fmt: skip
    for code, step, form, words in steps:
        answer = desk.post(tenant, f"{HOME}{code}/{step}/", **form)
        assert answer.status_code == 200, step
        assert words in answer.text, step
    with read_only(desk.engine) as session:
        assert session.get_one(Organisation, "A81001").status == "open"


def test_both_sides_take_an_account_into_the_container(desk: Desk) -> None:
    ann = desk.closing.add("ann.rx1@nhs.net", "RX1")
    old = desk.person(Role.LOCAL_ADMINISTRATOR, "RX1")
    sector = desk.person(Role.SECTOR_ADMINISTRATOR, "NHSPHARMACY")
    other = desk.person(Role.LOCAL_ADMINISTRATOR, "RX2")
    moves = f"{HOME}moves/"
    form = {"address": "ann.rx1@nhs.net", "target": "FX001", "new_address": "", "why": "Pharmacy"}

    assert desk.post(sector, f"{moves}new/", **form | {"address": "no@nhs.net"}).status_code == 422
    assert desk.post(sector, f"{moves}new/", **form | {"target": "RX2"}).status_code == 422
    asked = desk.post(sector, f"{moves}new/", **form)
    here = re.search(r"/admin/organisations/moves/\d+/", asked.text)
    assert here
    assert "agree or refuse" in old.get("/admin/").text
    assert other.get(here[0]).status_code == 404
    assert "you look after" in desk.post(sector, f"{here[0]}agree").text
    agreed = desk.post(old, f"{here[0]}agree")
    assert "Join it into" not in agreed.text
    page = sector.get(here[0])
    assert "<strong>30 days left</strong>" in page.text
    listed = sector.get(f"{moves}?stage=leaving")
    check_page(moves, listed.text)
    assert "ann.rx1@nhs.net" in listed.text
    joined = desk.post(sector, f"{here[0]}join")
    assert "Joined" in joined.text

    assert (desk.closing.home(ann), desk.closing.estate.status(ann)) == ("FX001", Status.ACTIVE)
    assert "this does not follow" in desk.post(old, f"{here[0]}call-off", why="Late").text


def test_a_move_refused_is_asked_again_and_called_off(desk: Desk) -> None:
    desk.closing.add("ann.rx1@nhs.net", "RX1")
    old = desk.person(Role.LOCAL_ADMINISTRATOR, "RX1")
    sector = desk.person(Role.SECTOR_ADMINISTRATOR, "NHSPHARMACY")
    form = {"address": "ann.rx1@nhs.net", "target": "FX001", "new_address": "", "why": "Pharmacy"}
    asked = desk.post(sector, f"{HOME}moves/new/", **form)
    here = re.search(r"/admin/organisations/moves/\d+/", asked.text)
    assert here

    assert "Say why" in desk.post(old, f"{here[0]}refuse", why="").text
    assert "On a ward" in desk.post(old, f"{here[0]}refuse", why="On a ward").text
    assert "Asked for again" in desk.post(sector, f"{here[0]}again").text
    assert "Called off" in desk.post(sector, f"{here[0]}call-off", why="Enough").text


@pytest.mark.parametrize("address", [REPORT, f"{HOME}A81001/worklist/", f"{HOME}moves/"])
def test_a_list_costs_as_many_queries_for_one_row_as_for_many(desk: Desk, address: str) -> None:
    tenant = desk.person(Role.TENANT_ADMINISTRATOR)
    sector = desk.person(Role.SECTOR_ADMINISTRATOR, "NHSPHARMACY")
    desk.closing.add("first@nhs.net", "A81001")
    desk.closing.close("A81001")

    def fill(number: int) -> None:
        code = f"A8101{number}"
        desk.closing.add(f"p{number}@nhs.net", code)
        desk.closing.add(f"m{number}@nhs.net", "RX1")
        desk.closing.close(code)
        desk.post(
            sector, f"{HOME}moves/new/", address=f"m{number}@nhs.net", target="FX001",
            new_address="", why="x",
        )  # fmt: skip

    fill(0)
    few = _count(desk, lambda: tenant.get(address))
    for number in (1, 2, 3):
        fill(number)
    assert _count(desk, lambda: tenant.get(address)) == few


def _count(desk: Desk, act: Callable[[], object]) -> int:
    seen: list[str] = []
    with desk.app.app_context():
        engine = db.engine

    def listen(_c: object, _k: object, words: str, *_rest: object) -> None:
        seen.append(words)

    act()
    event.listen(engine, "before_cursor_execute", listen)
    act()
    event.remove(engine, "before_cursor_execute", listen)
    return len(
        [words for words in seen if words.startswith("SELECT") and "generation" not in words]
    )
