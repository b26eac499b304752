"""Resetting one's own password through the site: every step, and what strangers cannot learn."""

import re
from dataclasses import dataclass
from datetime import timedelta

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
from postmaster.accounts.rules import Kind, Status
from postmaster.accounts.tables import Account
from postmaster.credentials.answers.actions import set_answers
from postmaster.credentials.answers.rules import Pair
from postmaster.credentials.hashing import CHEAP
from postmaster.credentials.resets.tables import ResetDay, ResetEvent
from postmaster.credentials.tables import Credential
from postmaster.features.actions import set_features
from postmaster.features.rules import Feature
from postmaster.outbox.tables import OutboxMessage
from visitors import csrf_token_of

HOME = "/reset-password/"
ANN, MOBILE = "ann@nhs.net", "07700900123"
ANSWERS = ("Mill Lane", "Mrs Birch", "Malham Tarn")
NEW = "three tall lamps"
DAY_S = 86_400
FIELD = re.compile(r'name="character_(\d)_(\d)"')


@dataclass
class Visitor:
    """A browser at the reset's pages."""

    client: FlaskClient

    def post(self, path: str, **form: str) -> TestResponse:
        page = self.client.get(path)
        check_page(path, page.text)
        assert page.cache_control.no_store
        token = csrf_token_of(page.text)
        answer = self.client.post(path, data={"csrf_token": token, **form})
        assert answer.cache_control.no_store
        if answer.status_code in {200, 422}:
            check_page(path, answer.text)
        return answer

    def begin(self, address: str = ANN, digits: str = MOBILE[-4:]) -> str:
        """The page that asks for characters."""
        answer = self.post(HOME, address=address, digits=digits)
        assert answer.status_code == 303, answer.text
        assert answer.headers["Location"] == f"{HOME}answers/"
        return self.client.get(f"{HOME}answers/").text

    def answer(self, answers: tuple[str, ...] = ANSWERS, turn: str = "lower") -> TestResponse:
        """Type the characters asked for."""
        asked = FIELD.findall(self.client.get(f"{HOME}answers/").text)
        typed = {
            f"character_{place}_{position}": getattr(
                answers[int(place) - 1][int(position) - 1], turn
            )()
            for place, position in asked
        }
        return self.post(f"{HOME}answers/", **typed)

    def sign_in(self, password: str, address: str = ANN) -> TestResponse:
        return self.post(f"{HOME}sign-in/", address=address, password=password)


@dataclass
class Stage:
    """The site with one account that has questions and a mobile."""

    desk: Desk
    account_id: int

    def visitor(self) -> Visitor:
        return Visitor(self.desk.app.test_client())

    def sent(self) -> str:
        """The password of the newest text message."""
        with read_only(self.desk.engine) as session:
            row = session.scalars(
                select(OutboxMessage)
                .where(OutboxMessage.channel == "sms")
                .order_by(OutboxMessage.message_id.desc())
            ).first()
            assert row is not None, "no text message is owed"
            assert row.recipient == MOBILE
            assert ANN not in (row.body or "")
            found = re.search(r"password is (\S+) and", row.body or "")
        assert found is not None
        return found[1]

    def change(self, **values: object) -> None:
        with unit_of_work(self.desk.engine) as session:
            row = session.get_one(Account, self.account_id)
            for name, value in values.items():
                setattr(row, name, value)

    def count(self, table: type) -> int:
        with read_only(self.desk.engine) as session:
            return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def stage(app: Flask, sqlite_engine: Engine, clock: FixedClock, settings: Settings) -> Stage:
    app.extensions[MEANS] = make_means(settings, cost=CHEAP)
    desk = make_desk(app, sqlite_engine, clock)
    account_id = desk.account(ANN)
    made = Stage(desk, account_id)
    made.change(mobile=MOBILE)
    pairs = [Pair(f"Question {place}", answer) for place, answer in enumerate(ANSWERS)]
    with unit_of_work(sqlite_engine) as session:
        set_features(
            session,
            source="test",
            features=[Feature.SSPR_UNLOCKS, Feature.ANSWERS_CASE_INSENSITIVE],
            live_from=clock.now() - timedelta(days=1),
            by="test",
            now=clock.now(),
        )
        set_answers(
            session,
            answers_key(settings),
            account_id=account_id,
            pairs=pairs,
            by=operator("test"),
            now=clock.now() - timedelta(days=2),
        )
    return made


def test_a_locked_account_is_reset_and_unlocked_and_counted_once_it_is_done(stage: Stage) -> None:
    stage.change(locked_until=stage.desk.clock.now() + timedelta(hours=1))
    visitor = stage.visitor()
    check_page("answers", visitor.begin())
    assert visitor.answer().headers["Location"] == f"{HOME}sent/"
    check_page("sent", visitor.client.get(f"{HOME}sent/").text)
    temporary = stage.sent()
    assert visitor.sign_in("wrong password").status_code == 422

    signed_in = visitor.sign_in(temporary)
    assert signed_in.headers["Location"] == f"{HOME}new/"
    assert stage.desk.get(stage.account_id).locked_until is not None, "not before it is done"
    assert stage.count(ResetDay) == 0
    assert visitor.client.get(f"{HOME}questions/").status_code == 303, "first a new password"
    weak = visitor.post(f"{HOME}new/", password="short")
    assert weak.status_code == 422
    assert "at least 8 characters" in weak.text
    done = visitor.post(f"{HOME}new/", password=NEW)

    assert done.headers["Location"] == f"{HOME}done/"
    page = visitor.client.get(f"{HOME}done/").text
    assert "is unlocked" in page
    check_page("done", page)
    row = stage.desk.get(stage.account_id)
    assert (row.locked_until, row.last_password_at) == (None, stage.desk.clock.now())
    assert stage.count(ResetDay) == 1
    with read_only(stage.desk.engine) as session:
        event = session.scalars(select(ResetEvent)).one()
        assert (event.channel, event.outcome, event.unlocked) == ("self_service", "done", True)
    assert stage.visitor().sign_in(temporary).status_code == 422, "good once"
    again = stage.visitor()
    assert again.sign_in(NEW).headers["Location"] == f"{HOME}questions/"
    reused = again.post(f"{HOME}new/", password=NEW)
    assert "had this password before" in reused.text


def test_before_the_release_a_reset_leaves_the_lock_and_asks_for_case(stage: Stage) -> None:
    with unit_of_work(stage.desk.engine) as session:
        now = stage.desk.clock.now()
        set_features(session, source="test", features=[], live_from=None, by="test", now=now)
    stage.change(locked_until=stage.desk.clock.now() + timedelta(hours=1))
    visitor = stage.visitor()
    visitor.begin()
    visitor.answer(turn="swapcase")
    assert stage.count(OutboxMessage) == 0
    visitor.begin()
    visitor.answer(turn="__str__")
    visitor.sign_in(stage.sent())
    visitor.post(f"{HOME}new/", password=NEW)

    assert "still locked" in visitor.client.get(f"{HOME}done/").text
    assert stage.desk.get(stage.account_id).locked_until is not None


def test_strangers_see_the_same_steps_whatever_they_type(stage: Stage) -> None:
    for address, digits in (("nobody@nhs.net", "0123"), (ANN, "9999"), (ANN, ""), ("x", "0123")):
        known, stranger = stage.visitor(), stage.visitor()
        right, wrong = known.begin(), stranger.begin(address, digits)
        assert _plain(right) == _plain(wrong)
        answered = stranger.answer()
        known.answer(("xxxxxxxxxxx",) * 3)

        assert answered.headers["Location"] == f"{HOME}sent/"
        assert stage.count(OutboxMessage) == 0
        assert stranger.sign_in("anything", address).status_code == 422
        stage.desk.clock.sleep(2 * DAY_S)


def _plain(page: str) -> str:
    """A page without what is random in it, and without which characters it asks for."""
    page = re.sub(r'(nonce|csrf_token" value)="[^"]*"', "", page)
    return re.sub(r"(character_\d_|Character )\d", r"\1", page)


def test_a_reset_brings_no_account_back(stage: Stage) -> None:
    usual = {"status": Status.ACTIVE, "sign_in_blocked": False, "kind": Kind.PERSON}
    for change in (
        {"status": Status.DISABLED},
        {"status": Status.DELETED},
        {"status": Status.LEAVER, "status_since": stage.desk.clock.now() - timedelta(days=40)},
        {"sign_in_blocked": True},
        {"kind": Kind.SHARED},
    ):
        stage.change(**{**usual, **change})
        before = stage.desk.get(stage.account_id)
        visitor = stage.visitor()
        visitor.begin()

        assert visitor.answer().headers["Location"] == f"{HOME}sent/"
        assert stage.count(OutboxMessage) == 0, change
        after = stage.desk.get(stage.account_id)
        assert (after.status, after.sign_in_blocked) == (before.status, before.sign_in_blocked)
        stage.desk.clock.sleep(2 * DAY_S)


def test_right_answers_without_a_mobile_lead_to_the_local_administrator(stage: Stage) -> None:
    stage.change(mobile=None)
    visitor = stage.visitor()
    visitor.begin(digits="")
    page = visitor.answer()

    assert page.status_code == 200
    assert "Local Administrator" in page.text
    assert "/contacts/" in page.text
    assert stage.count(OutboxMessage) == 0
    assert visitor.client.get(f"{HOME}answers/").status_code == 303, "taken once"


def test_too_many_tries_wait_and_the_time_of_every_step_ends(stage: Stage) -> None:
    visitor = stage.visitor()
    for _ in range(4):
        visitor.begin("nobody@nhs.net")
    visitor.begin("nobody@nhs.net")
    refused = visitor.post(HOME, address="nobody@nhs.net", digits="1234")
    assert refused.status_code == 429
    assert 15 * 60 - 1 <= int(refused.headers["Retry-After"]) <= 15 * 60 + 1
    # Nobody else is shut out, and nothing tells whether there is such an account.
    visitor.begin()
    stage.desk.clock.sleep(15 * 60 + 1)
    assert visitor.client.get(f"{HOME}answers/").status_code == 303
    visitor.begin()
    visitor.answer()
    stage.desk.clock.sleep(61 * 60)
    assert visitor.sign_in(stage.sent()).status_code == 422


def test_wrong_passwords_lock_the_account_and_one_place_alone_cannot(stage: Stage) -> None:
    with unit_of_work(stage.desk.engine) as session:
        session.add(
            Credential(
                subject=f"account:{stage.account_id}", password_hash="x", must_change=False,
                set_at=stage.desk.clock.now(), session_key="k",
            )
        )  # fmt: skip
    codes = []
    for place in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
        visitor = stage.visitor()
        visitor.client.environ_base["REMOTE_ADDR"] = place
        codes.append([visitor.sign_in("wrong").status_code for _ in range(6)])
        if place == "192.0.2.1":
            assert stage.desk.get(stage.account_id).locked_until is None

    assert codes[0] == [422] * 5 + [429]
    until = stage.desk.get(stage.account_id).locked_until
    assert until == stage.desk.clock.now() + timedelta(minutes=15)


def test_questions_are_set_after_a_sign_in_and_faults_stand_at_their_fields(stage: Stage) -> None:
    visitor = stage.visitor()
    visitor.begin()
    visitor.answer()
    visitor.sign_in(stage.sent())
    visitor.post(f"{HOME}new/", password=NEW)
    pairs = {"question_1": "Street", "question_2": "Teacher", "question_3": "Walk"}
    bad = visitor.post(
        f"{HOME}questions/", **pairs, answer_1="Rosa", answer_2="Kirkgate", answer_3="kirkgate"
    )
    assert bad.status_code == 422
    assert "5 to 12 characters" in bad.text
    assert "another answer" in bad.text
    good = visitor.post(
        f"{HOME}questions/", **pairs, answer_1="Rosie", answer_2="Kirkgate", answer_3="Skiddaw"
    )

    assert good.headers["Location"] == f"{HOME}done/"
    assert "questions are set" in visitor.client.get(f"{HOME}done/").text
    other = stage.visitor()
    other.begin()
    other.answer(("Rosie", "Kirkgate", "Skiddaw"))
    assert stage.sent()
