"""Messages owed: once each, only what can be sent, carried through their states."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from lamppost.database import read_only, unit_of_work
from owed_mail import owe_one
from postmaster.outbox.carrying import (
    Action,
    accept,
    claim_due,
    fail,
    put_back,
    put_off,
    release,
    take_report,
)
from postmaster.outbox.reads import count_by_state, get_message, get_oldest_owed_at, has_due
from postmaster.outbox.rules import (
    CLAIM_HOLDS,
    MessageState,
    UnsendableError,
    is_given_up,
    wait_after,
)
from postmaster.outbox.tables import OutboxMessage

NOW = datetime(2018, 4, 9, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_owing_the_same_twice_is_owing_it_once(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        first = owe_one(session, key="1")
        again = owe_one(session, key="1", text="Other words")
        other = owe_one(session, key="2")

    assert first == again != other
    with read_only(engine) as session:
        found = get_message(session, message_id=first)
        assert found is not None
        assert found.body == "Hello.\n"
        assert count_by_state(session)[MessageState.OWED] == 2


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "ann",
        "ann@",
        "@example.test",
        "ann@example.test\r\nBcc: eve@example.test",
        "ann@example.test\n",
        "ann@example.test, eve@example.test",
        "Ann <ann@example.test>",
        "ann @example.test",
        "ann@exam ple.test",
        "ann@-example.test",
        "änn@example.test",
        f"{'a' * 250}@example.test",
    ],
)
def test_a_recipient_that_is_not_one_plain_address_is_refused(
    sqlite_engine: Engine, recipient: str
) -> None:
    with (
        pytest.raises(UnsendableError, match="one plain address"),
        unit_of_work(sqlite_engine) as session,
    ):
        owe_one(session, recipient=recipient)


@pytest.mark.parametrize(
    "subject", ["", "  ", "Two\nlines", "A\r\nBcc: eve@example.test", "A\u2028B", "\0", "x" * 201]
)
def test_a_subject_that_would_break_the_header_is_refused(
    sqlite_engine: Engine, subject: str
) -> None:
    with pytest.raises(UnsendableError, match="subject"), unit_of_work(sqlite_engine) as session:
        owe_one(session, subject=subject)


def test_a_refusal_does_not_repeat_what_was_given(sqlite_engine: Engine) -> None:
    with (
        pytest.raises(UnsendableError) as caught,
        unit_of_work(sqlite_engine) as session,
    ):
        owe_one(session, recipient="secret person@example.test")

    assert "secret" not in str(caught.value)


def test_waits_grow_from_a_minute_to_six_hours_and_end_after_five_days() -> None:
    waits = [wait_after(tries) for tries in range(1, 12)]

    assert waits[:4] == [MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE]
    assert waits[-1] == timedelta(hours=6)
    last = next(tries for tries in range(1, 99) if is_given_up(tries))
    waited = sum((wait_after(tries) for tries in range(1, last)), timedelta())
    assert timedelta(days=4, hours=18) < waited <= timedelta(days=5)


def test_a_claim_is_had_by_one_and_lapses(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        owe_one(session)
    with unit_of_work(engine) as session:
        [first] = claim_due(session, most=10, now=NOW)
    with unit_of_work(engine) as session:
        assert claim_due(session, most=10, now=NOW + CLAIM_HOLDS - MINUTE) == []
        [second] = claim_due(session, most=10, now=NOW + CLAIM_HOLDS)

    assert first.mail_message_id == second.mail_message_id
    with unit_of_work(engine) as session:
        assert not fail(session, message=first, reason="550 too late to say")
        assert accept(session, message=first, now=NOW)
        assert not put_off(session, message=second, reason="451", now=NOW)
        assert count_by_state(session)[MessageState.ACCEPTED] == 1


def test_a_secret_is_blanked_when_accepted_and_its_digest_stays(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        secret = owe_one(session, key="1", text="https://x.test/join/tok", is_secret=True)
        plain = owe_one(session, key="2", text="Plain")
    with unit_of_work(engine) as session:
        for message in claim_due(session, most=10, now=NOW):
            assert "tok" not in repr(message)
            accept(session, message=message, now=NOW)

    with read_only(engine) as session:
        bodies = dict(session.execute(select(OutboxMessage.message_id, OutboxMessage.body)).all())
        found = get_message(session, message_id=secret)
    assert bodies == {secret: None, plain: "Plain"}
    assert found is not None
    assert len(found.body_sha256) == 64


def test_a_secret_still_owed_is_never_read_out(sqlite_engine: Engine) -> None:
    with unit_of_work(sqlite_engine) as session:
        message_id = owe_one(session, text="https://x.test/join/tok", is_secret=True)

    with read_only(sqlite_engine) as session:
        found = get_message(session, message_id=message_id)
    assert found is not None
    assert found.body is None
    assert found.has_text


def test_an_unreachable_server_counts_as_no_try(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        message_id = owe_one(session)
    with unit_of_work(engine) as session:
        [message] = claim_due(session, most=1, now=NOW)
        assert release(session, message=message, reason="no route", now=NOW)
        assert not has_due(session, now=NOW)
        assert has_due(session, now=NOW + MINUTE)
        assert get_oldest_owed_at(session) == NOW

    with read_only(engine) as session:
        found = get_message(session, message_id=message_id)
    assert found is not None
    assert (found.tries, found.last_error) == (0, "no route")


def test_what_is_put_off_for_five_days_fails(engine: Engine) -> None:
    now = NOW
    with unit_of_work(engine) as session:
        message_id = owe_one(session)
    for _ in range(99):
        with unit_of_work(engine) as session:
            for message in claim_due(session, most=1, now=now):
                put_off(session, message=message, reason="451 later", now=now)
            found = get_message(session, message_id=message_id)
            assert found is not None
            if found.next_try_at is None:
                break
            now = found.next_try_at

    assert found is not None
    assert found.state is MessageState.FAILED
    assert timedelta(days=4, hours=18) < now - NOW <= timedelta(days=5)


def test_a_bounce_is_written_beside_its_message_and_a_delay_changes_no_state(
    engine: Engine,
) -> None:
    with unit_of_work(engine) as session:
        message_id = owe_one(session)
        [message] = claim_due(session, most=1, now=NOW)
        accept(session, message=message, now=NOW)
        identity = message.mail_message_id
        report = {"mail_message_id": identity, "now": NOW + MINUTE}
        assert take_report(session, action=Action.DELAYED, report="4.4.1\nlater", **report)  # type: ignore[arg-type]  # unpacked
        found = get_message(session, message_id=message_id)
        assert found is not None
        session.expire_all()
        assert found.state is MessageState.ACCEPTED
        assert take_report(session, action=Action.FAILED, report="5.1.1 " * 2000, **report)  # type: ignore[arg-type]  # unpacked
        assert not take_report(
            session, mail_message_id="0" * 32, action=Action.FAILED, report="", now=NOW
        )

    with read_only(engine) as session:
        found = get_message(session, message_id=message_id)
    assert found is not None
    assert found.state is MessageState.BOUNCED
    assert found.report is not None
    assert len(found.report) <= 4000


def test_only_what_failed_and_has_its_text_is_put_back_as_new_mail(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        failed, secret, owed = (
            owe_one(session, key="1"),
            owe_one(session, key="2", is_secret=True),
            owe_one(session, key="3"),
        )
        one, two, _ = claim_due(session, most=3, now=NOW)
        fail(session, message=one, reason="550")
        accept(session, message=two, now=NOW)
        take_report(
            session,
            mail_message_id=two.mail_message_id,
            action=Action.FAILED,
            report="x",
            now=NOW,
        )
    later = NOW + timedelta(days=30)
    with unit_of_work(engine) as session:
        assert put_back(session, message_ids=[failed, secret, owed, 999], now=later) == [failed]
        found = get_message(session, message_id=failed)

    assert found is not None
    assert (found.state, found.tries, found.next_try_at) == (MessageState.OWED, 0, later)
    assert found.mail_message_id != one.mail_message_id
