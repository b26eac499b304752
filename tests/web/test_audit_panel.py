"""The audit panel: only one's own organisations, filters in the address, safe files, erasing."""

import csv
import io
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from audit_rows import check, record_some, seal
from checking import CheckingClient, check_page
from lamppost.clock import FixedClock
from lamppost.database import read_only, unit_of_work
from lamppost.web.audit_file import write_csv
from postmaster.access.actors import operator
from postmaster.access.roles import Role
from postmaster.audit.actions import record
from postmaster.audit.tables import AuditEntry
from postmaster.inspection.entries import Narrowing
from visitors import csrf_token_of, put_person, sign_in


class Desk:
    """Signs people in and asks for pages as them."""

    def __init__(self, app: Flask, engine: Engine, now: datetime) -> None:
        self._app, self.engine, self.now = app, engine, now

    def of(self, role: Role, scope: str | None = None) -> CheckingClient:
        """A client signed in as somebody of this role."""
        client = self._app.test_client()
        email = f"{role.value}-{scope}@example.test"
        put = put_person(self.engine, now=self.now, email=email, role=role, scope=scope)
        sign_in(client, self.engine, person_id=put, now=self.now)
        return CheckingClient(client)


@pytest.fixture
def desk(app: Flask, sqlite_engine: Engine, clock: FixedClock) -> Desk:
    """Two entries each of RX1, of RX2 and of the service."""
    for organisation in ("RX1", "RX2", None):
        record_some(sqlite_engine, 2, clock.now(), of=organisation)
    return Desk(app, sqlite_engine, clock.now())


def ids_of(engine: Engine, organisation: str | None) -> list[int]:
    with read_only(engine) as session:
        of = AuditEntry.organisation
        where = of.is_(None) if organisation is None else of == organisation
        return list(session.scalars(select(AuditEntry.entry_id).where(where)))


def test_a_local_administrator_sees_only_entries_of_their_organisation(desk: Desk) -> None:
    client = desk.of(Role.LOCAL_ADMINISTRATOR, "RX1")

    page = client.get("/admin/audit/").text

    for entry_id in ids_of(desk.engine, "RX1"):
        assert f'"/admin/audit/{entry_id}/"' in page
        client.get(f"/admin/audit/{entry_id}/")
    for organisation in ("RX2", None):
        for entry_id in ids_of(desk.engine, organisation):
            assert f'"/admin/audit/{entry_id}/"' not in page
            client.get(f"/admin/audit/{entry_id}/", 404)
    lines = client.get("/admin/audit/export.csv").text.splitlines()
    assert len(lines) == 1 + 2


def test_an_auditor_sees_everything_and_erases_nothing(desk: Desk) -> None:
    client = desk.of(Role.AUDITOR)
    for organisation in ("RX1", "RX2", None):
        for entry_id in ids_of(desk.engine, organisation):
            text = client.get(f"/admin/audit/{entry_id}/").text
            assert "Erase" not in text
            client.get(f"/admin/audit/{entry_id}/erase", 403)


@pytest.mark.parametrize("role", [Role.READER, Role.LOCAL_HELPDESK])
def test_a_role_without_the_panel_is_told_so(desk: Desk, role: Role) -> None:
    desk.of(role, "RX1").get("/admin/audit/", 403)


@pytest.mark.parametrize("entry_id", ["99999", "9223372036854775808", "9" * 40])
def test_an_entry_that_is_not_there_is_not_found(desk: Desk, entry_id: str) -> None:
    desk.of(Role.AUDITOR).get(f"/admin/audit/{entry_id}/", 404)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 6),
        ("organisation=rx1", 2),
        ("action=roles.grant", 3),
        ("about=person:p1", 3),
        ("about=person", 6),
        ("who=person:p0", 6),
        ("who=nobody@example.test", 0),
        ("since=2018-04-09&until=2018-04-09", 6),
        ("since=2018-04-10", 0),
        ("until=2018-04-08", 0),
        ("who=%00", 6),
    ],
)
def test_a_list_is_narrowed_by_the_address(desk: Desk, query: str, count: int) -> None:
    page = desk.of(Role.AUDITOR).get(f"/admin/audit/?{query}").text

    assert page.count('<th scope="row"') == count


@pytest.mark.parametrize(
    "query", ["since=yesterday", "since=2018-04-09&until=2018-04-08", "action=no.such"]
)
def test_a_wrong_filter_is_answered_with_the_form_again(desk: Desk, query: str) -> None:
    client = desk.of(Role.AUDITOR)
    page = client.get(f"/admin/audit/?{query}", 422).text

    assert "There is a problem" in page
    assert "<title>Error: " in page
    client.get(f"/admin/audit/export.csv?{query}", 422)


def test_htmx_gets_the_table_alone(desk: Desk) -> None:
    answer = desk.of(Role.AUDITOR).get("/admin/audit/", headers={"HX-Request": "true"})

    assert answer.text.strip().startswith('<div id="found">')
    assert "HX-Request" in answer.headers["Vary"]


def test_a_long_list_is_paged_both_ways_with_its_filters(desk: Desk) -> None:
    record_some(desk.engine, 120, desk.now, of="RX1")
    client = desk.of(Role.AUDITOR)
    address = "/admin/audit/?organisation=RX1"
    seen: list[int] = []
    previous = None
    while address:
        page = client.get(address).text
        seen.append(page.count('<th scope="row"'))
        links = [line.split('href="')[1].split('"')[0].replace("&amp;", "&")
                 for line in page.splitlines() if 'href="/admin/audit/?' in line]  # fmt: skip
        assert all("organisation=RX1" in link for link in links)
        previous = previous if len(seen) != 2 else links[0]
        address = links[-1] if sum(seen) < 122 else ""
    assert seen == [50, 50, 22]
    assert previous is not None
    assert client.get(previous).text.count('<th scope="row"') == 50


def put_hostile(desk: Desk) -> int:
    with unit_of_work(desk.engine) as session:
        return record(
            session,
            action="a.b",
            kind="k",
            key="=cmd|'/C calc'!A0",
            organisation="RX1",
            personal={"text": "one\r\n\x1b[2J\u202etwo<script>alert(1)</script>" + "x" * 1_000_000},
            by="system:@SUM(1)",
            now=desk.now,
        )


def test_what_is_shown_is_escaped_and_nothing_in_it_unseen(desk: Desk) -> None:
    entry_id = put_hostile(desk)

    page = desk.of(Role.AUDITOR).get(f"/admin/audit/{entry_id}/").text

    assert r"one\r\n\x1b[2J\u202etwo&lt;script&gt;" in page
    assert "1,000,0" in page
    assert len(page) < 50_000


def test_a_file_holds_no_formula_and_a_line_for_each_entry(desk: Desk) -> None:
    put_hostile(desk)
    answer = desk.of(Role.AUDITOR).get("/admin/audit/export.csv")

    rows = list(csv.reader(io.StringIO(answer.text)))

    assert answer.mimetype == "text/csv"
    assert len(rows) == 1 + 7
    assert rows[1][7] == "'=cmd|'/C calc'!A0"
    assert rows[1][3] == "system:@SUM(1)"
    assert not any(
        cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row
    )


def test_a_tenant_administrator_erases_what_is_personal_with_a_reason(desk: Desk) -> None:
    entry_id = ids_of(desk.engine, "RX1")[1]
    seal(desk.engine, desk.now)
    client = desk.of(Role.TENANT_ADMINISTRATOR)
    asked = client.get(f"/admin/audit/{entry_id}/erase").text
    token = csrf_token_of(asked)

    empty = client.client.post(f"/admin/audit/{entry_id}/erase", data={"csrf_token": token})
    assert empty.status_code == 422
    check_page("erase", empty.text)
    assert "Say why they are erased" in empty.text
    done = client.client.post(
        f"/admin/audit/{entry_id}/erase", data={"csrf_token": token, "reason": "Asked to by Ann"}
    )

    assert (done.status_code, done.location) == (303, f"/admin/audit/{entry_id}/")
    page = client.get(f"/admin/audit/{entry_id}/").text
    assert "Ann 1" not in page
    assert "See who erased them and why" in page
    seal(desk.engine, desk.now)
    assert check(desk.engine).broken is None
    told = client.get(f"/admin/audit/?about=audit_entry:{entry_id}").text
    assert told.count('<th scope="row"') == 1


def test_erasing_without_the_token_of_the_form_is_refused(desk: Desk) -> None:
    entry_id = ids_of(desk.engine, "RX1")[1]
    client = desk.of(Role.TENANT_ADMINISTRATOR)

    answer = client.client.post(f"/admin/audit/{entry_id}/erase", data={"reason": "x"})

    assert answer.status_code == 400


def test_whoever_is_not_signed_in_is_sent_to_sign_in(client: CheckingClient) -> None:
    for path in ("/admin/audit/", "/admin/audit/1/", "/admin/audit/export.csv"):
        assert client.get(path, 303).location.startswith("/sign-in")


def test_what_is_typed_into_a_filter_stays_text(desk: Desk) -> None:
    typed = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E"

    page = desk.of(Role.AUDITOR).get(f"/admin/audit/?who={typed}&about={typed}&action={typed}", 422)

    assert "<script>alert" not in page.text


def test_a_file_that_is_cut_says_so_and_one_that_is_whole_does_not(
    sqlite_engine: Engine, clock: FixedClock
) -> None:
    with unit_of_work(sqlite_engine) as session:
        for number in range(4):
            record(
                session, action="test", kind="thing", key=str(number),
                by="system:test", now=clock.now(),
            )  # fmt: skip
    with read_only(sqlite_engine) as session:
        files = [
            "".join(write_csv(session, reader=operator("t"), narrowing=Narrowing(), most=most))
            for most in (3, 4)
        ]

    cut, whole = (text.splitlines() for text in files)
    assert len(cut) == 1 + 3 + 1
    assert cut[-1].startswith("Only the newest 3 entries are here")
    assert len(whole) == 1 + 4
