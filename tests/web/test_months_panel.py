"""The panel of months: figures are shown before anything is closed or added, and then it stays."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from checking import check_page
from lamppost.clock import FixedClock
from lamppost.database import read_only
from lamppost.status.uptime.reads import get_month
from lamppost.status.uptime.report import MonthReport, MonthState
from month_rows import APRIL, BEGIN, SETTLED, close, measure_month, prepare
from postmaster.access.roles import Role
from visitors import csrf_token_of, put_person, sign_in

HOME = "/admin/status/months/"
FORM = {
    "month": "2018-04",
    "component": "c0",
    "starts": "2018-04-10T12:00",
    "ends": "2018-04-10T13:00",
    "state": "operational",
    "reason": "Our own network.",
}


class Desk:
    """The panel and a status operator, three days after an April that was measured."""

    def __init__(self, app: Flask, engine: Engine, clock: FixedClock) -> None:
        self._app, self.engine = app, engine
        prepare(engine)
        noon = BEGIN.replace(month=4, day=10, hour=11)
        measure_month(engine, down=[(noon, noon.replace(hour=14))])
        clock.set_to(SETTLED)
        self.clock = clock
        self.operator = self.person(Role.STATUS_OPERATOR)

    def person(self, role: Role) -> FlaskClient:
        client, now = self._app.test_client(), self.clock.now()
        email = f"{role.value}@example.nhs.uk"
        put = put_person(self.engine, now=now, email=email, role=role, scope=None)
        sign_in(client, self.engine, person_id=put, now=now)
        return client

    def post(self, step: str, **form: str) -> tuple[int, str]:
        token = csrf_token_of(self.operator.get("/account/password/").text)
        data = {"csrf_token": token, **form}
        answer = self.operator.post(HOME + step, data=data, follow_redirects=True)
        check_page(HOME + step, answer.text)
        return answer.status_code, answer.text

    def month(self) -> MonthReport:
        with read_only(self.engine) as session:
            report = get_month(session, APRIL, now=SETTLED)
        assert report is not None
        return report


@pytest.fixture
def desk(app: Flask, sqlite_engine: Engine, clock: FixedClock) -> Desk:
    return Desk(app, sqlite_engine, clock)


def test_a_due_month_is_closed_after_its_figures_were_shown(desk: Desk) -> None:
    assert "Close April 2018" in desk.operator.get(HOME).text
    _, asked = desk.post("close", month="2018-04")
    assert desk.month().entry.state is MonthState.SETTLING
    _, done = desk.post("close", month="2018-04", confirmed="yes")

    assert "Component 0: all time 99.583%" in asked
    assert "April 2018 is closed." in done
    assert desk.month().entry.state is MonthState.CLOSED


@pytest.mark.parametrize("month", ["2018-05", "2017-01", "yesterday", ""])
def test_what_cannot_be_closed_says_why(desk: Desk, month: str) -> None:
    status, text = desk.post("close", month=month, confirmed="yes")

    assert status == 200
    assert "closed 3 days after it is over" in text or "othing was measured in" in text


def test_a_correction_shows_both_figures_and_is_then_added(desk: Desk) -> None:
    close(desk.engine)
    _, asked = desk.post("correct", **FORM)
    assert desk.month().addenda == ()
    _, done = desk.post("correct", **FORM, confirmed="yes")

    assert "From 10 April 2018 at midday BST to 10 April 2018 at 1pm BST: working." in asked
    assert "Corrected: Component 0: all time 99.722%" in asked
    assert "Addendum 1 to April 2018 is made." in done
    assert desk.month().addenda[0].reason == "Our own network."
    assert desk.month().addenda[0].written_by.startswith("person:")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"component": ""}, "Enter the part of the service"),
        ({"component": "telex"}, "April 2018 has no component"),
        ({"starts": ""}, "Enter when it began"),
        ({"ends": "2018-06-01T00:00"}, "lie within April 2018"),
        ({"reason": ""}, "Enter why; everybody reads it"),
        ({"month": "2018-03"}, "March 2018 is not closed"),
        ({"state": "splendid"}, "Not a valid choice"),
    ],
)
def test_a_correction_with_faults_comes_back_with_what_was_typed(
    desk: Desk, changed: dict[str, str], words: str
) -> None:
    close(desk.engine)

    status, text = desk.post("correct", **{**FORM, **changed})

    assert (status, words in text) == (422, True)
    assert desk.month().addenda == ()


def test_only_those_who_write_the_status_may_use_it(desk: Desk) -> None:
    auditor = desk.person(Role.AUDITOR)

    assert auditor.get(HOME).status_code == 403
