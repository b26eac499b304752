"""The policy panel: days compared, an era proposed by one and signed by another, faults said."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from checking import check_page
from lamppost.clock import FixedClock
from lamppost.database import unit_of_work
from postmaster.access.roles import Role
from postmaster.accounts.changes import make_row
from postmaster.accounts.rules import Kind, Status
from prepared import organisations, prepare, presets
from visitors import csrf_token_of, put_person, sign_in

HOME = "/admin/policy/"


class Board:
    """The panel and two tenant administrators."""

    def __init__(self, app: Flask, engine: Engine, clock: FixedClock) -> None:
        self._app, self._engine, self._clock = app, engine, clock
        prepare(engine, presets, organisations, now=clock.now())
        with unit_of_work(engine) as session:
            for number in range(3):
                session.add(
                    make_row(
                        f"left{number}@nhs.net", "A Leaver", kind=Kind.PERSON, organisation="RX2",
                        status=Status.LEAVER, now=clock.now() - timedelta(days=20),
                    )
                )  # fmt: skip
        self.maker = self.person("maker@example.nhs.uk")
        self.second = self.person("second@example.nhs.uk")

    def person(self, email: str, role: Role = Role.TENANT_ADMINISTRATOR) -> FlaskClient:
        client = self._app.test_client()
        scope = "RX2" if role is Role.LOCAL_ADMINISTRATOR else None
        now = self._clock.now()
        put = put_person(self._engine, now=now, email=email, role=role, scope=scope)
        sign_in(client, self._engine, person_id=put, now=now)
        return client

    def post(self, client: FlaskClient, path: str, **form: str) -> tuple[int, str]:
        token = csrf_token_of(client.get("/account/password/").text)
        answer = client.post(HOME + path, data={"csrf_token": token, **form}, follow_redirects=True)
        check_page(HOME + path, answer.text)
        return answer.status_code, answer.text


@pytest.fixture
def board(app: Flask, sqlite_engine: Engine, clock: FixedClock) -> Board:
    return Board(app, sqlite_engine, clock)


FORM = {
    "era": "Shorter",
    "holds_from": "2018-07-01",
    "reason": "Fewer leavers",
    "leaver.kept_days": "15",
    "source-leaver.kept_days": "The board, 5 April 2018",
}


def test_what_holds_and_what_changed_between_two_days_with_its_source(board: Board) -> None:
    local = board.person("la@example.nhs.uk", Role.LOCAL_ADMINISTRATOR)
    page = local.get(f"{HOME}?on=2023-01-01&since=2019-06-01").text
    check_page(HOME, page)

    assert "Changed since 1 June 2019" in page
    assert "LA communication, 24 November 2022: 60 days in all" in page
    assert "(assumed)" in page
    assert "Propose a change" not in page
    assert "Changes proposed" not in page
    early = local.get(f"{HOME}?on=2001-01-01")
    assert early.status_code == 422
    assert "The register begins after 2001-01-01" in early.text
    assert local.get(f"{HOME}?on=yesterday").status_code == 422
    assert local.get(f"{HOME}edits/new/").status_code == 403


def test_an_era_is_proposed_raised_and_signed_by_two_people(board: Board) -> None:
    _, page = board.post(board.maker, "edits/new/", **FORM)
    assert "of 3 accounts <strong>3</strong> more would be due" in page
    assert "left0@nhs.net" in page
    assert "Somebody else must sign this" in page
    here = re.search(r"edits/\d+/", page)
    digest = re.search(r"\b[0-9a-f]{64}\b", page)
    assert here
    assert digest
    assert "1 change of policy waits" in board.second.get("/admin/").text

    for client, words in ((board.maker, "You proposed this"), (board.second, "raise the number")):
        assert words in board.post(client, f"{here[0]}sign", digest=digest[0])[1]
    board.post(board.second, f"{here[0]}raise", permille="1000", why="Three accounts")
    _, page = board.post(board.second, f"{here[0]}sign", digest=digest[0])
    assert "Signed" in page
    page = board.second.get(f"{HOME}?on=2018-07-01&since=2018-06-30").text
    assert "15 days" in page
    assert "The board, 5 April 2018" in page


def test_a_proposal_is_rejected_with_why_or_withdrawn(board: Board) -> None:
    for client, verb, why, words in (
        (board.second, "reject", "", "Say why"),
        (board.second, "reject", "Not now", "Not now"),
        (board.maker, "withdraw", "", "Withdrawn. Nothing changes."),
    ):
        _, page = board.post(board.maker, "edits/new/", **FORM)
        here = re.search(r"edits/\d+/", page)
        assert here
        assert words in board.post(client, f"{here[0]}{verb}", why=why)[1]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"leaver.kept_days": "many"}, "enter a whole number"),
        ({"leaver.kept_days": "1"}, "outside 14 to 3,650"),
        ({"source-leaver.kept_days": ""}, "say where the number stands"),
        ({"leaver.kept_days": ""}, "at least one number"),
        ({"holds_from": "2018-04-09"}, "to come"),
        ({"holds_from": ""}, "Enter its first day"),
        ({"reason": ""}, "Say why"),
    ],
)
def test_a_proposal_with_a_fault_says_so_and_proposes_nothing(
    board: Board, values: dict[str, str], words: str
) -> None:
    status, page = board.post(board.maker, "edits/new/", **(FORM | values))

    assert status == 422
    assert words in page
    assert "Error: " in page
    assert "Nobody has proposed a change" in board.maker.get(HOME).text
