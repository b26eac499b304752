"""Asked for, confirmed by the mailbox's owner, told once, let go at one click."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from lamppost.database import read_only, unit_of_work
from lamppost.people.rules import fold
from lamppost.subscribers.actions import (
    Announcement,
    announce,
    ask,
    confirm,
    forget_unconfirmed,
    let_go,
)
from lamppost.subscribers.reads import count_subscribers, is_open, is_subscribed
from lamppost.subscribers.rules import Choice, Kind, make_stop_token, read_stop_token
from lamppost.subscribers.tables import Subscriber
from postmaster.outbox.rules import UnsendableError
from postmaster.outbox.tables import OutboxMessage

NOW = datetime(2018, 4, 9, 8, 0, tzinfo=UTC)
LA, BCDR, RELAY = (
    Choice(Kind.AUDIENCE, "la"),
    Choice(Kind.TOPIC, "bcdr"),
    Choice(Kind.COMPONENT, "internal"),
)
NEWS = Announcement("bulletins.published", "2018-04-09@1", "t-1", "News", "Words.", frozenset())


def asked(engine: Engine, address: str, *wanted: Choice, now: datetime = NOW) -> str | None:
    """Ask, and give the token in the letter; None when none was sent."""
    with unit_of_work(engine) as session:
        before = session.scalars(select(OutboxMessage.message_id)).all()
        ask(
            session, address=address, wanted=wanted, words=["x"], service="Lamppost",
            confirm_at="https://x/confirm/", now=now,
        )  # fmt: skip
        letter = session.scalar(
            select(OutboxMessage).where(OutboxMessage.message_id.not_in(before))
        )
        if letter is None:
            return None
        assert letter.recipient == address
        body = letter.body or ""
        return body.split("https://x/confirm/")[1].split()[0]


def confirmed(engine: Engine, address: str, *wanted: Choice) -> str:
    token = asked(engine, address, *wanted)
    assert token is not None
    with unit_of_work(engine) as session:
        assert confirm(session, token=token, now=NOW)
        return (
            session.scalar(
                select(Subscriber.subscriber_id).where(Subscriber.address_key == fold(address))
            )
            or ""
        )


def told(engine: Engine, *choices: Choice, key: str = "1") -> list[str]:
    one = Announcement(NEWS.cause, key, NEWS.template, NEWS.subject, NEWS.text, frozenset(choices))
    with unit_of_work(engine) as session:
        announce(session, announcement=one, stop_at=lambda one: f"https://x/u/{one}", now=NOW)
        return list(
            session.scalars(
                select(OutboxMessage.recipient)
                .where(OutboxMessage.cause == NEWS.cause, OutboxMessage.cause_key == key)
                .order_by(OutboxMessage.recipient)
            )
        )


def test_nothing_is_sent_before_the_owner_confirms(engine: Engine) -> None:
    assert asked(engine, "a@example.nhs.uk", LA) is not None

    assert told(engine, LA) == []


def test_whoever_confirmed_is_told_of_what_they_chose_and_of_nothing_else(engine: Engine) -> None:
    confirmed(engine, "a@example.nhs.uk", LA)
    confirmed(engine, "b@example.nhs.uk", BCDR, RELAY)

    assert told(engine, LA) == ["a@example.nhs.uk"]
    assert told(engine, BCDR, LA, key="2") == ["a@example.nhs.uk", "b@example.nhs.uk"]
    assert told(engine, Choice(Kind.TOPIC, "gdpr"), key="3") == []
    with read_only(engine) as session:
        assert count_subscribers(session) == {"audience": 1, "component": 1, "topic": 1}


def test_one_thing_is_told_once_however_often_it_is_announced(engine: Engine) -> None:
    confirmed(engine, "a@example.nhs.uk", LA, BCDR)

    for _ in range(3):
        assert told(engine, LA, BCDR) == ["a@example.nhs.uk"]


def test_a_letter_of_a_list_carries_the_link_that_ends_it(engine: Engine) -> None:
    number = confirmed(engine, "a@example.nhs.uk", LA)
    told(engine, LA)

    with unit_of_work(engine) as session:
        letter = session.scalars(
            select(OutboxMessage).where(OutboxMessage.cause == NEWS.cause)
        ).one()
    assert letter.unsubscribe == f"https://x/u/{number}"
    assert f"To be told no more: https://x/u/{number}" in (letter.body or "")


def test_a_second_letter_waits_for_an_hour_and_ends_the_first_link(engine: Engine) -> None:
    first = asked(engine, "a@example.nhs.uk", LA)
    assert asked(engine, "A@example.nhs.uk", BCDR, now=NOW + timedelta(minutes=59)) is None
    second = asked(engine, "a@example.nhs.uk", BCDR, now=NOW + timedelta(hours=1))

    assert first is not None
    assert second is not None
    with unit_of_work(engine) as session:
        later = NOW + timedelta(hours=1)
        assert not confirm(session, token=first, now=later)
        assert confirm(session, token=second, now=later)
        assert confirm(session, token=second, now=later), "a second press changes nothing"
    assert told(engine, LA) == []
    assert told(engine, BCDR, key="2") == ["a@example.nhs.uk"]


def test_another_choice_takes_the_place_of_the_former_once_confirmed(engine: Engine) -> None:
    confirmed(engine, "a@example.nhs.uk", LA)
    later = NOW + timedelta(hours=2)
    token = asked(engine, "a@example.nhs.uk", BCDR, now=later)
    assert told(engine, LA) == ["a@example.nhs.uk"], "until then the former holds"

    with unit_of_work(engine) as session:
        assert token is not None
        assert confirm(session, token=token, now=later)

    assert told(engine, LA, key="2") == []
    assert told(engine, BCDR, key="3") == ["a@example.nhs.uk"]


def test_a_link_is_good_for_seven_days_and_an_unconfirmed_address_is_then_forgotten(
    engine: Engine,
) -> None:
    token = asked(engine, "a@example.nhs.uk", LA) or ""
    keeper = confirmed(engine, "b@example.nhs.uk", LA)
    end = NOW + timedelta(days=7)

    with unit_of_work(engine) as session:
        assert is_open(session, token=token, now=end - timedelta(seconds=1))
        assert not is_open(session, token=token, now=end)
        assert not confirm(session, token=token, now=end)
        forget_unconfirmed(session, now=end)
        assert session.scalars(select(Subscriber.subscriber_id)).all() == [keeper]


def test_whoever_lets_go_is_forgotten_at_once_and_may_come_back(engine: Engine) -> None:
    number = confirmed(engine, "a@example.nhs.uk", LA)

    for _ in range(2):
        with unit_of_work(engine) as session:
            let_go(session, subscriber_id=number)

    assert told(engine, LA) == []
    with read_only(engine) as session:
        assert not is_subscribed(session, subscriber_id=number)
        assert session.scalars(select(Subscriber)).all() == []
    confirmed(engine, "a@example.nhs.uk", LA)
    assert told(engine, LA, key="2") == ["a@example.nhs.uk"]


@pytest.mark.parametrize("address", ["", "a", "a@b@c", "a@b\nBcc: c@d", "a" * 300 + "@b.example"])
def test_what_is_no_address_is_refused(sqlite_engine: Engine, address: str) -> None:
    with pytest.raises(UnsendableError), unit_of_work(sqlite_engine) as session:
        ask(
            session, address=address, wanted=[LA], words=["x"], service="L",
            confirm_at="https://x/", now=NOW,
        )  # fmt: skip


@pytest.mark.parametrize("token", ["", "x", "x.y", "abc.\udcff", "0" * 10_000])
def test_a_link_nobody_here_made_ends_nothing(token: str) -> None:
    assert read_stop_token(b"key", token) is None
    assert read_stop_token(b"key", make_stop_token(b"key", "abc")) == "abc"
    assert read_stop_token(b"other", make_stop_token(b"key", "abc")) is None
