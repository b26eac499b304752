"""Resets at the desk after an identity check, and the statistics of the panel, within scope."""

import re
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select
from werkzeug.test import TestResponse

from checking import check_page
from desk import Desk, make_desk
from lamppost.clock import FixedClock
from lamppost.database import read_only, unit_of_work
from lamppost.keys import answers_key
from lamppost.people.means import make_means
from lamppost.settings import Settings
from lamppost.web.means import KEY as MEANS
from postmaster.access.actors import operator
from postmaster.access.roles import Role
from postmaster.accounts.rules import Kind
from postmaster.accounts.tables import Account
from postmaster.audit.tables import AuditEntry
from postmaster.credentials.answers.actions import set_answers
from postmaster.credentials.answers.reads import list_questions
from postmaster.credentials.answers.rules import Pair
from postmaster.credentials.hashing import CHEAP
from postmaster.credentials.resets.recording import record_reset
from postmaster.credentials.resets.rules import Channel, Outcome, Proof
from postmaster.credentials.resets.tables import ResetDay, ResetEvent
from postmaster.credentials.tables import Credential
from postmaster.outbox.tables import OutboxMessage

ANSWERS = ("Mill Lane", "Mrs Birch", "Malham Tarn")
FIELD = re.compile(r'name="character_(\d)_(\d)"')


@pytest.fixture
def desk(app: Flask, sqlite_engine: Engine, clock: FixedClock, settings: Settings) -> Desk:
    app.extensions[MEANS] = make_means(settings, cost=CHEAP)
    return make_desk(app, sqlite_engine, clock)


def put_questions(desk: Desk, settings: Settings, account_id: int) -> None:
    pairs = [Pair(f"Question {place}", answer) for place, answer in enumerate(ANSWERS, 1)]
    with unit_of_work(desk.engine) as session:
        set_answers(
            session, answers_key(settings), account_id=account_id, pairs=pairs,
            by=operator("test"), now=desk.clock.now(),
        )  # fmt: skip


def change(desk: Desk, account_id: int, **values: object) -> None:
    with unit_of_work(desk.engine) as session:
        row = session.get_one(Account, account_id)
        for name, value in values.items():
            setattr(row, name, value)


def act(
    desk: Desk, client: FlaskClient, path: str, answers: tuple[str, ...] = ANSWERS, **form: str
) -> TestResponse:
    """Type the characters the page asks for, unless the form says it is known in person."""
    page = client.get(path).text
    check_page(path, page)
    typed = {
        f"character_{place}_{position}": answers[int(place) - 1][int(position) - 1].upper()
        for place, position in FIELD.findall(page)
    }
    account_id = int(path.split("/")[3])
    answer = desk.post(
        client, path, **{"proof": "answers", "revision": desk.seen(account_id), **typed, **form}
    )
    if answer.status_code in {200, 422}:
        check_page(path, answer.text)
    return answer


def count(desk: Desk, table: type) -> int:
    with read_only(desk.engine) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def last_check(desk: Desk) -> str:
    with read_only(desk.engine) as session:
        return (
            session.scalars(
                select(AuditEntry.changes)
                .where(AuditEntry.action == "credentials.check")
                .order_by(AuditEntry.entry_id.desc())
            ).first()
            or ""
        )


def test_nothing_changes_until_the_check_passes_and_every_check_is_on_record(
    desk: Desk, settings: Settings
) -> None:
    ann = desk.account("ann@nhs.net")
    put_questions(desk, settings, ann)
    change(desk, ann, mobile="07700900123", locked_until=desk.clock.now() + timedelta(hours=1))
    la = desk.person(Role.LOCAL_HELPDESK, "RX1")
    here = f"/admin/accounts/{ann}/"
    page = la.get(here).text
    check_page(here, page)
    assert f"{here}reset-password/" in page
    assert f"{here}unlock/" in page
    assert "clear-questions" not in page, "not while it is locked"
    assert "Mill Lane" not in page

    # Before the release of April 2018 case matters, so capitals are wrong here.
    wrong = act(desk, la, f"{here}reset-password/")
    assert wrong.status_code == 422
    assert "Nothing was changed" in wrong.text
    assert '"passed":[null,false]' in last_check(desk)
    assert (count(desk, Credential), count(desk, ResetDay), count(desk, OutboxMessage)) == (1, 0, 0)
    no_reason = act(desk, la, f"{here}reset-password/", proof="known")
    assert no_reason.status_code == 422
    known = act(
        desk, la, f"{here}reset-password/", proof="known", why="Works beside me", unlocks="y"
    )

    assert known.status_code == 303
    row = desk.get(ann)
    assert row.locked_until is None
    with read_only(desk.engine) as session:
        assert session.get_one(Credential, f"account:{ann}").must_change
        message = session.scalars(select(OutboxMessage)).one()
        assert (message.channel, message.recipient) == ("sms", "07700900123")
        assert message.is_secret
        outcomes = session.execute(
            select(ResetEvent.channel, ResetEvent.outcome, ResetEvent.unlocked).order_by(
                ResetEvent.event_id
            )
        ).all()
    assert [tuple(one) for one in outcomes] == [
        ("local_admin", "refused", False), ("local_admin", "done", True),
    ]  # fmt: skip
    assert "Somebody else set it" in la.get(here).text
    assert "Works beside me" not in known.headers["Location"]


def test_the_questions_are_cleared_after_the_right_characters_of_any_of_them(
    desk: Desk, settings: Settings
) -> None:
    ann = desk.account("ann@nhs.net")
    put_questions(desk, settings, ann)
    national = desk.person(Role.NATIONAL_HELPDESK)
    path = f"/admin/accounts/{ann}/clear-questions/"
    first, second = (national.get(f"{path}?question={place}").text for place in (1, 2))
    assert FIELD.findall(first) == FIELD.findall(national.get(path).text), "the same all day"
    assert {place for place, _ in FIELD.findall(second)} == {"2"}
    typed = {
        f"character_2_{position}": ANSWERS[1][int(position) - 1]
        for _, position in FIELD.findall(second)
    }
    form = {"proof": "answers", "question": "2", "revision": desk.seen(ann), **typed}
    assert desk.post(national, path, **{**form, "revision": "99"}).status_code == 422
    done = desk.post(national, path, **form)

    assert done.status_code == 303, done.text
    with read_only(desk.engine) as session:
        assert list_questions(session, account_id=ann) == []
    again = national.get(path)
    assert "It has no security questions." in again.text
    assert count(desk, ResetEvent) == 0, "clearing is no reset"


def test_a_password_is_shown_once_and_only_where_no_mobile_takes_it(desk: Desk) -> None:
    recall = desk.account("recall@nhs.net", kind=Kind.APPLICATION)
    la = desk.person(Role.LOCAL_ADMINISTRATOR, "RX1")
    given = act(
        desk, la, f"/admin/accounts/{recall}/reset-password/", proof="known", why="Its owner rang"
    )

    assert given.status_code == 200
    assert given.cache_control.no_store
    password = re.search(r"<code>([^<]+)</code>", given.text)
    assert password is not None
    assert len(password[1]) >= 20
    with read_only(desk.engine) as session:
        kept = session.get_one(Credential, f"account:{recall}").password_hash
        audited = "".join(session.scalars(select(AuditEntry.changes)))
    assert password[1] not in kept + audited


def test_checks_that_fail_make_one_wait_and_other_organisations_are_not_found(
    desk: Desk, settings: Settings
) -> None:
    ann, eve = desk.account("ann@nhs.net"), desk.account("eve@nhs.net", organisation="RX2")
    put_questions(desk, settings, ann)
    la = desk.person(Role.LOCAL_ADMINISTRATOR, "RX1")
    path = f"/admin/accounts/{ann}/clear-questions/"
    for _ in range(5):
        assert "Nothing was changed" in act(desk, la, path, ("xxxxx",) * 3).text
    waiting = act(desk, la, path)
    assert "Try again in 16 minutes" in waiting.text
    assert la.get(f"/admin/accounts/{eve}/reset-password/").status_code == 404
    auditor = desk.person(Role.AUDITOR)
    assert auditor.get(path).status_code == 403
    assert "clear-questions" not in auditor.get(f"/admin/accounts/{ann}/").text


def test_the_statistics_are_counts_shares_and_rates_of_ones_own_organisations(desk: Desk) -> None:
    ann, eve = desk.account("ann@nhs.net"), desk.account("eve@nhs.net", organisation="RX2")
    with unit_of_work(desk.engine) as session:
        for account_id, channel, many in (
            (ann, Channel.SELF_SERVICE, 29),
            (ann, Channel.LOCAL_ADMIN, 165),
            (ann, Channel.NATIONAL_HELPDESK, 6),
            (eve, Channel.SELF_SERVICE, 100),
        ):
            account = session.get_one(Account, account_id)
            for _ in range(many):
                record_reset(
                    session, account, channel=channel, proof=Proof.KNOWN, outcome=Outcome.DONE,
                    by=operator("test"), now=datetime(2018, 2, 20, tzinfo=desk.clock.now().tzinfo),
                )  # fmt: skip
    la = desk.person(Role.LOCAL_ADMINISTRATOR, "RX1")
    page = la.get("/admin/resets/?month=2018-02").text
    check_page("resets", page)
    for words in (
        "200 resets for 1 account",
        "14.5%",
        "82.5%",
        ">3%<",
        "200,000.0",
        "without either: 1",
    ):
        assert words in page, words
    assert "RX2" not in page

    national = desk.person(Role.NATIONAL_HELPDESK)
    assert "300 resets for 2 accounts" in national.get("/admin/resets/?month=2018-02").text
    only = national.get("/admin/resets/?month=2018-02&organisation=rx2").text
    assert "100 resets for 1 account" in only
    assert "No resets are on record" in la.get("/admin/resets/").text, "March, the last month"
    wrong = la.get("/admin/resets/?month=February")
    assert wrong.status_code == 422
    check_page("wrong month", wrong.text)
    assert "Enter a month such as 2018-02" in wrong.text
