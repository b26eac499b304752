"""Mail carried to a real SMTP server: every answer written down, nothing lost, no secret told."""

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from lamppost.clock import FixedClock
from lamppost.database import read_only, unit_of_work
from lamppost.delivery.carrying import Carried, Route, deliver_due
from lamppost.delivery.composing import Origin
from lamppost.delivery.mail_server import MailServer
from lamppost.worker.relay.running import PracticeRelay
from mail_door import MailDoor
from owed_mail import owe_one
from postmaster.outbox.reads import Message, count_by_state, get_message
from postmaster.outbox.rules import CLAIM_HOLDS, MessageState

MINUTE = timedelta(minutes=1)
ORIGIN = Origin("lamppost@practice.test")
CARRY = """
import sys
from datetime import datetime
from lamppost.clock import FixedClock
from lamppost.database import make_engine
from lamppost.delivery.carrying import Route, deliver_due
from lamppost.delivery.composing import Origin
from lamppost.delivery.mail_server import MailServer
url, port, moment = sys.argv[1:]
route = Route(MailServer.parse(f"smtp://127.0.0.1:{port}"), Origin("lamppost@practice.test"))
deliver_due(make_engine(url), route, FixedClock(datetime.fromisoformat(moment)))
"""


@pytest.fixture
def door() -> Iterator[MailDoor]:
    with MailDoor() as made:
        yield made


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[PracticeRelay]:
    with PracticeRelay(tmp_path) as made:
        yield made


def owe_to(engine: Engine, *names: str) -> list[int]:
    with unit_of_work(engine) as session:
        return [
            owe_one(session, key=str(at), recipient=f"{name}@practice.test")
            for at, name in enumerate(names)
        ]


def get(engine: Engine, message_id: int) -> Message:
    with read_only(engine) as session:
        found = get_message(session, message_id=message_id)
    assert found is not None
    return found


def test_a_batch_goes_over_one_connection_and_each_answer_is_written_down(
    engine: Engine, door: MailDoor, clock: FixedClock
) -> None:
    ids = owe_to(engine, "ann", "later", "never", "bob")

    carried = deliver_due(engine, door.route(), clock)

    assert carried == Carried(accepted=2, put_off=1, failed=1)
    assert door.connections == 1
    ann, later, never, bob = (get(engine, message_id) for message_id in ids)
    assert (ann.state, ann.accepted_at, ann.tries) == (MessageState.ACCEPTED, clock.now(), 1)
    assert bob.state is MessageState.ACCEPTED
    assert (later.state, later.next_try_at) == (MessageState.OWED, clock.now() + MINUTE)
    assert later.last_error == "451 4.7.1 Greylisted"
    assert (never.state, never.next_try_at) == (MessageState.FAILED, None)
    assert never.last_error == "550 5.1.1 No such mailbox"
    assert deliver_due(engine, door.route(), clock) == Carried()


def test_the_message_has_the_headers_of_automatic_mail(
    sqlite_engine: Engine, door: MailDoor, clock: FixedClock
) -> None:
    with unit_of_work(sqlite_engine) as session:
        first = owe_one(session, subject="Über £5", text="Zażółć\n.\nend\n")
        owe_one(session, cause="bulletins.published")

    deliver_due(sqlite_engine, door.route(), clock)

    (recipient, mail), (_, to_list) = door.taken
    identity = get(sqlite_engine, first).mail_message_id
    assert recipient == mail["To"] == "ann@practice.test"
    assert mail["From"] == "Lamppost <lamppost@practice.test>"
    assert mail["Message-ID"] == f"<{identity}@practice.test>"
    assert mail["Date"] == "Mon, 09 Apr 2018 08:00:00 +0000"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Subject"].startswith("=?utf-8?")
    assert mail.get_content_type() == "text/plain"
    body = mail.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert body.decode().replace("\r\n", "\n") == "Zażółć\n.\nend\n"
    assert (mail["List-Id"], to_list["List-Id"]) == (None, "Bulletins <bulletins.practice.test>")


def test_a_server_that_is_away_costs_no_try(engine: Engine, clock: FixedClock) -> None:
    ids = owe_to(engine, "ann", "bob")
    with closing(socket.socket()) as held:
        held.bind(("127.0.0.1", 0))
        route = Route(MailServer("127.0.0.1", held.getsockname()[1], may_be_plain=True), ORIGIN)

        carried = deliver_due(engine, route, clock)

    assert carried == Carried(untried=2)
    for message in (get(engine, message_id) for message_id in ids):
        assert (message.state, message.tries) == (MessageState.OWED, 0)
        assert message.next_try_at == clock.now() + MINUTE
        assert "could not be spoken to" in (message.last_error or "")


@pytest.mark.parametrize("name", ["drop", "hang", "closing"])
def test_a_message_that_ends_the_conversation_blocks_no_other(
    sqlite_engine: Engine, door: MailDoor, clock: FixedClock, name: str
) -> None:
    ids = owe_to(sqlite_engine, "ann", name, "bob")

    carried = deliver_due(sqlite_engine, door.route(step_s=0.5), clock)

    assert carried == Carried(accepted=1, put_off=1, untried=1)
    ann, bad, bob = (get(sqlite_engine, message_id) for message_id in ids)
    assert [message.tries for message in (ann, bad, bob)] == [1, 1, 0]


def test_a_server_that_drips_is_left_at_the_deadline(
    sqlite_engine: Engine, clock: FixedClock, relay: PracticeRelay
) -> None:
    relay.set(drip=True)
    owe_to(sqlite_engine, "incoming")
    server = MailServer(relay.host, relay.ports.smtp, may_be_plain=True)
    began = time.monotonic()

    carried = deliver_due(sqlite_engine, Route(server, ORIGIN, deadline_s=2.5), clock)

    assert time.monotonic() - began < 10
    assert carried.accepted == 0


def test_a_refused_sender_fails_no_message(
    sqlite_engine: Engine, door: MailDoor, clock: FixedClock
) -> None:
    door.is_open_to_sender = False
    [message_id] = owe_to(sqlite_engine, "ann")

    assert deliver_due(sqlite_engine, door.route(), clock) == Carried(put_off=1)
    assert "said of the sender" in (get(sqlite_engine, message_id).last_error or "")


def test_a_secret_is_in_the_mail_and_nowhere_else_afterwards(
    engine: Engine,
    door: MailDoor,
    clock: FixedClock,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    with unit_of_work(engine) as session:
        for name in ("ann", "never", "later", "drop"):
            owe_one(session, recipient=f"{name}@practice.test", text="join/s3cr3t", is_secret=True)

    deliver_due(engine, door.route(), clock)

    assert "s3cr3t" in door.taken[0][1].as_string()
    # The test's own server writes everything down; nothing of ours does.
    ours = [record.getMessage() for record in caplog.records if record.name != "mail.log"]
    assert "s3cr3t" not in "".join([*ours, *capfd.readouterr()])
    assert not get(engine, 1).has_text


def test_mail_of_a_demonstration_lands_in_one_maildir_of_the_relay(
    sqlite_engine: Engine, clock: FixedClock, relay: PracticeRelay
) -> None:
    owe_to(sqlite_engine, "ann.other")
    with unit_of_work(sqlite_engine) as session:
        owe_one(session, recipient="stranger@example.test")
    server = MailServer.parse(f"smtp://{relay.host}:{relay.ports.smtp}?all-to=post@practice.test")

    assert deliver_due(sqlite_engine, Route(server, ORIGIN), clock).accepted == 2

    until = time.monotonic() + 5
    while len(found := list(relay.folders.inbox("post").glob("new/*"))) < 2:
        assert time.monotonic() < until
        time.sleep(0.05)
    assert b"Auto-Submitted: auto-generated" in found[0].read_bytes()


def test_a_deliverer_killed_again_and_again_loses_nothing(
    engine: Engine, storage_url: str, clock: FixedClock
) -> None:
    names = [f"p{number}" for number in range(30)]
    owe_to(engine, *names)
    with MailDoor(slow_s=0.02) as door:
        for wanted in (3, 12):
            words = [storage_url, str(door.port), clock.now().isoformat()]
            with subprocess.Popen([sys.executable, "-c", CARRY, *words]) as one:
                door.wait_for(wanted)
                os.kill(one.pid, signal.SIGKILL)
            # What it had claimed is due again when the claim lapses.
            clock.sleep(CLAIM_HOLDS.total_seconds())
        deliver_due(engine, door.route(), clock)

        times = Counter(recipient for recipient, _ in door.taken)
    assert set(times) == {f"{name}@practice.test" for name in names}
    assert sum(times.values()) <= len(names) + 2  # one at most for each kill
    by_recipient: dict[str, set[str]] = {}
    for recipient, mail in door.taken:
        by_recipient.setdefault(recipient, set()).add(str(mail["Message-ID"]))
    assert all(len(found) == 1 for found in by_recipient.values())
    with read_only(engine) as session:
        assert count_by_state(session)[MessageState.ACCEPTED] == len(names)


def test_nothing_goes_in_the_clear_to_another_machine(
    sqlite_engine: Engine, door: MailDoor, clock: FixedClock
) -> None:
    owe_to(sqlite_engine, "ann")
    server = MailServer("127.0.0.1", door.port, may_be_plain=False)

    assert deliver_due(sqlite_engine, Route(server, ORIGIN), clock) == Carried(untried=1)
    assert "STARTTLS" in (get(sqlite_engine, 1).last_error or "")
    assert door.taken == []
