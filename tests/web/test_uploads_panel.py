"""The uploads panel: a file checked, its plan shown and applied by the worker, its result given."""

import csv
import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from werkzeug.test import TestResponse

from checking import check_page
from desk import Desk, make_desk
from lamppost.clock import FixedClock
from lamppost.database import read_only
from lamppost.web.bodies import LARGER
from lamppost.worker.uploads import carry_on
from postmaster.access.roles import Role
from postmaster.accounts.rules import Status
from postmaster.accounts.tables import Account
from postmaster.uploads.rules import COLUMNS, Layout
from postmaster.uploads.tables import Upload
from visitors import csrf_token_of

HOME = "/admin/uploads/"
HEAD = ",".join(COLUMNS[Layout.NEW])
ANN = ',ann@nhs.net,"ORME, Ann",user,RX1,007,Nurse,+447700900123'
FAULTY = ",bob@nhs.net,=cmd(),user,RX1,,,"


@pytest.fixture
def desk(app: Flask, sqlite_engine: Engine, clock: FixedClock) -> Desk:
    return make_desk(app, sqlite_engine, clock)


def _send(desk: Desk, client: FlaskClient, *lines: str, code: str = "RX1") -> TestResponse:
    content = "\r\n".join((HEAD, *lines)).encode("utf-8-sig")
    return desk.post(
        client, f"{HOME}new/", organisation=code, file=(io.BytesIO(content), "people.csv")
    )


def _plan(desk: Desk) -> str:
    with read_only(desk.engine) as session:
        return (
            session.scalars(select(Upload.plan_hash).order_by(Upload.upload_id.desc())).first()
            or ""
        )


def test_a_file_is_checked_applied_as_shown_and_given_back_with_its_results(desk: Desk) -> None:
    la = desk.person(Role.LOCAL_ADMINISTRATOR, "RX1")
    desk.account("eve@nhs.net", organisation="RX2", status=Status.LEAVER)
    check_page("new", la.get(f"{HOME}new/").text)
    sent = _send(desk, la, ANN, FAULTY, ',eve@nhs.net,"E, Eve",user,RX1,,,')
    assert sent.status_code == 303
    here = sent.headers["Location"]
    page = la.get(here).text
    check_page(here, page)
    assert "runs as a formula" in page
    assert "/admin/accounts/join/?address=eve%40nhs.net" in page
    assert "1 file of accounts is checked and not applied" in la.get("/admin/").text

    asked = desk.post(la, f"{here}apply", plan=_plan(desk))
    wrong = desk.post(la, f"{here}apply", plan="0" * 64, confirmed="yes")
    assert asked.status_code == 200
    assert "1 accounts are made and 0 changed" in asked.text
    check_page("ask", asked.text)
    assert wrong.status_code == 303
    assert "not the plan that was shown" in la.get(here).text
    desk.post(la, f"{here}apply", plan=_plan(desk), confirmed="yes")
    assert 'data-hx-trigger="every 2s"' in la.get(here, headers={"HX-Request": "true"}).text
    carry_on(desk.engine, desk.clock)

    assert "every 2s" not in la.get(here).text
    answer = la.get(f"{here}result.csv")
    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert rows[0] == [*COLUMNS[Layout.NEW], "Result"]
    assert rows[1][-1] == "Made"
    assert rows[2][2] == "'=cmd()"
    assert "joiner" in rows[3][-1]
    with read_only(desk.engine) as session:
        ann = session.scalars(select(Account).where(Account.address_key == "ann@nhs.net")).one()
        assert (ann.status, ann.mobile, ann.external_id) == (Status.PENDING, "07700900123", "007")

    # The result, mended and without its last column, is the corrected file.
    mended = "\r\n".join(",".join(f'"{cell}"' for cell in row[:-1]) for row in rows[1:3])
    again = _send(desk, la, mended.replace("'=cmd()", "ORME, Bob").replace("Nurse", "Matron"))
    text = la.get(again.headers["Location"]).text
    assert "ann@nhs.net exists and is changed: job title" in text
    assert "A new account." in text


def test_a_file_can_be_paused_and_gone_on_with(desk: Desk) -> None:
    la = desk.person(Role.LOCAL_ADMINISTRATOR, "RX1")
    here = _send(desk, la, ANN).headers["Location"]
    desk.post(la, f"{here}apply", plan=_plan(desk), confirmed="yes")
    desk.post(la, f"{here}pause")
    carry_on(desk.engine, desk.clock)
    assert "Go on" in la.get(here).text
    desk.post(la, f"{here}apply", plan=_plan(desk))
    carry_on(desk.engine, desk.clock)
    assert "1 of 1 planned rows done" in la.get(here).text


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "RX1", "The file is empty"),
        (b"Name\nAnn", "RX1", "must read &#39;"),
        (f"{HEAD}\n{ANN}".encode(), "RX2", "not in an organisation you look after"),
        (f"{HEAD}\n{ANN}".encode(), "", "Enter the ODS code"),
        (None, "RX1", "Choose the file"),
    ],
)  # fmt: skip
def test_a_file_that_is_refused_comes_back_with_the_form(
    desk: Desk, content: bytes | None, code: str, words: str
) -> None:
    la = desk.person(Role.LOCAL_ADMINISTRATOR, "RX1")
    form: dict[str, object] = {"organisation": code}
    if content is not None:
        form["file"] = (io.BytesIO(content), "people.csv")
    answer = desk.post(la, f"{HOME}new/", **form)
    assert answer.status_code == 422
    assert words in answer.text
    check_page("new", answer.text)


def _send_raw(la: FlaskClient, content: str) -> TestResponse:
    """A form as a browser sends it; the test client would leave a large one open on disc."""
    token = csrf_token_of(la.get("/account/password/").text)
    parts = [f'name="csrf_token"\r\n\r\n{token}', 'name="organisation"\r\n\r\nRX1']
    parts.append(f'name="file"; filename="p.csv"\r\nContent-Type: text/csv\r\n\r\n{content}')
    body = "".join(f"--x\r\nContent-Disposition: form-data; {part}\r\n" for part in parts)
    kind = "multipart/form-data; boundary=x"
    return la.post(f"{HOME}new/", data=f"{body}--x--\r\n".encode(), content_type=kind)


def test_a_file_may_be_larger_than_a_form_and_not_larger_than_that(desk: Desk) -> None:
    la = desk.person(Role.LOCAL_ADMINISTRATOR, "RX1")
    # Two million bytes, most of them rows with nothing in them.
    large = "\n".join((HEAD, ANN, *["," * 7] * 250_000))
    assert _send_raw(la, large).status_code == 303
    assert _send_raw(la, " " * LARGER["uploads.add"]).status_code == 413
