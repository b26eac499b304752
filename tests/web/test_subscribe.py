"""Subscribing as a person and as a mail program do it, with the letters that really leave."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from checking import CheckingClient
from lamppost.bulletins.actions import load_folder
from lamppost.bulletins.feeds import Site
from lamppost.clock import FixedClock
from lamppost.database import unit_of_work
from lamppost.delivery.composing import Origin, compose
from lamppost.settings import Settings
from lamppost.worker.announcing import tell_all
from postmaster.outbox.carrying import Claimed, claim_due
from service_rows import define_service
from visitors import csrf_token_of

ADDRESS = "somebody@example.nhs.uk"
FILE = """---
id: tag:example.org,{date}:x
title: Local Administrator bulletin
date: {date}
audience: la
summary: One sentence.
topics: [bcdr]
status: published
published_at: "{at}"
{more}---

The words of it.
"""


def post(app: Flask, address: str, **fields: object) -> tuple[int, str]:
    """A person's form, with the token of its page."""
    client = app.test_client()
    token = csrf_token_of(client.get(address).text)
    answer = client.post(address, data={"csrf_token": token, **fields})
    return answer.status_code, answer.text


def letters(engine: Engine, clock: FixedClock) -> list[Claimed]:
    clock.sleep(1)
    with unit_of_work(engine) as session:
        return list(claim_due(session, most=50, now=clock.now()))


def subscribe(app: Flask, engine: Engine, clock: FixedClock, **ticked: object) -> None:
    define_service(engine)
    status, text = post(app, "/subscribe/", email=ADDRESS, **ticked)
    assert status == 200
    assert "Look in your mailbox" in text
    (letter,) = letters(engine, clock)
    path = re.search(r"http://lamppost.test(/subscribe/confirm/\S+)", letter.body)
    assert path is not None
    status, text = post(app, path[1])
    assert (status, "You are subscribed" in text) == (200, True)


def publish(settings: Settings, engine: Engine, clock: FixedClock, more: str = "") -> None:
    at = (clock.now() - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    path = settings.content_dir / "2018-04-09.md"
    if path.exists():
        path.write_text(path.read_text().replace("\n---\n\n", f"\n{more}---\n\n", 1))
    else:
        path.write_text(FILE.format(date="2018-04-09", at=at, more=more))
    load_folder(engine, settings.content_dir, clock.now(), site=Site.of(settings))


def test_a_bulletin_reaches_whoever_asked_and_one_click_ends_it(
    app: Flask, settings: Settings, sqlite_engine: Engine, clock: FixedClock
) -> None:
    assert tell_all(sqlite_engine, settings, clock) == 0
    clock.sleep(600)
    subscribe(app, sqlite_engine, clock, audiences=["la"], components=["incoming-internet-email"])
    publish(settings, sqlite_engine, clock)

    assert tell_all(sqlite_engine, settings, clock) == 1
    assert tell_all(sqlite_engine, settings, clock) == 0

    (letter,) = letters(sqlite_engine, clock)
    mail = message_from_bytes(
        compose(letter, origin=Origin("l@example.nhs.uk"), now=clock.now()), policy=policy.default
    )
    assert mail["Subject"].startswith("Local Administrator (LA) bulletin")
    assert "The words of it." in mail.get_content()
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = re.fullmatch(r"<http://lamppost\.test(/unsubscribe/\S+)>", mail["List-Unsubscribe"])
    assert link is not None
    program = app.test_client()
    assert "Be told no more" in program.get(link[1]).text
    answer = program.post(link[1], data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "You are not subscribed" in app.test_client().get(link[1]).text


def test_a_correction_is_told_once_with_its_note(
    app: Flask, settings: Settings, sqlite_engine: Engine, clock: FixedClock
) -> None:
    tell_all(sqlite_engine, settings, clock)
    clock.sleep(600)
    subscribe(app, sqlite_engine, clock, audiences=["la"])
    publish(settings, sqlite_engine, clock)
    tell_all(sqlite_engine, settings, clock)
    letters(sqlite_engine, clock)
    clock.sleep(86_400)

    publish(
        settings, sqlite_engine, clock,
        more='corrections: [{at: "2018-04-10T09:00", note: "The date was wrong."}]\n',
    )  # fmt: skip

    assert tell_all(sqlite_engine, settings, clock) == 1
    (letter,) = [one for one in letters(sqlite_engine, clock) if one.subject.startswith("Corr")]
    assert "Corrected on 10 April 2018 at 9am BST: The date was wrong." in letter.body


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"email": "", "audiences": ["la"]}, "Enter an email address"),
        ({"email": "no address", "audiences": ["la"]}, "in the correct format"),
        ({"email": ADDRESS}, "Choose at least one thing"),
        ({"email": ADDRESS, "audiences": ["nobody"]}, "not a valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_sent(
    app: Flask, sqlite_engine: Engine, clock: FixedClock, fields: dict[str, object], words: str
) -> None:
    status, text = post(app, "/subscribe/", **fields)

    assert status == 422
    assert words in text
    assert letters(sqlite_engine, clock) == []


def test_the_answer_is_the_same_for_a_known_address(
    app: Flask, sqlite_engine: Engine, clock: FixedClock
) -> None:
    answers = [post(app, "/subscribe/", email=ADDRESS, audiences=["la"])[1] for _ in range(2)]

    assert answers[0] == answers[1]
    assert len(letters(sqlite_engine, clock)) == 1


def test_a_scanner_that_follows_links_changes_nothing(
    app: Flask, client: CheckingClient, sqlite_engine: Engine, clock: FixedClock
) -> None:
    post(app, "/subscribe/", email=ADDRESS, audiences=["la"])
    (letter,) = letters(sqlite_engine, clock)
    path = (re.search(r"(/subscribe/confirm/\S+)", letter.body) or [""])[0]

    assert "Confirm that we may write to you" in client.get(path).text
    with unit_of_work(sqlite_engine) as session:
        from lamppost.subscribers.tables import Subscriber  # noqa: PLC0415 - beside its only use

        assert session.scalars(select(Subscriber.confirmed_at)).all() == [None]
    client.get("/subscribe/confirm/nonsense", 410)
    client.get("/unsubscribe/nonsense", 404)


def test_the_page_offers_what_there_is(
    client: CheckingClient, sqlite_engine: Engine, settings: Settings, clock: FixedClock
) -> None:
    define_service(sqlite_engine)
    publish(settings, sqlite_engine, clock)

    text = client.get("/subscribe/").text

    for words in ("Local Administrators", "BCDR", "Internal NHS email"):
        assert words in text
    assert Path(settings.content_dir / "2018-04-09.md").exists()
