"""Bounces read from a Maildir: real ones written down, anything else survived."""

import os
import random
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from lamppost.clock import FixedClock
from lamppost.database import read_only, unit_of_work
from lamppost.delivery.bounces import ReadBounces, bounce_folder, read_bounces
from lamppost.delivery.reports import read_report
from lamppost.settings import Settings
from owed_mail import owe_one
from postmaster.outbox.carrying import accept, claim_due
from postmaster.outbox.reads import get_message
from postmaster.outbox.rules import MessageState

# As Postfix writes it; the id, the action and what came back are put in.
BOUNCE = """\
Return-Path: <>
From: MAILER-DAEMON@mx.example.test (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: lamppost@practice.test
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
	boundary="9B095B5ADSN=_01D2B5.1523260800/mx.example.test"

This is a MIME-encapsulated message.

--9B095B5ADSN=_01D2B5.1523260800/mx.example.test
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--9B095B5ADSN=_01D2B5.1523260800/mx.example.test
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.test
X-Postfix-Queue-ID: 9B095B5A
Arrival-Date: Mon,  9 Apr 2018 09:00:00 +0100 (BST)

Final-Recipient: rfc822; ann@practice.test
Original-Recipient: rfc822;ann@practice.test
Action: {action}
Status: 5.1.1
Remote-MTA: dns; mail.example.test
Diagnostic-Code: smtp; 550 5.1.1 <ann@practice.test>: Recipient address
    rejected: User unknown

--9B095B5ADSN=_01D2B5.1523260800/mx.example.test
Content-Description: Undelivered Message
Content-Type: {returned}

From: Lamppost <lamppost@practice.test>
To: ann@practice.test
Subject: A message
Message-ID: <{identity}@practice.test>

join/s3cr3t

--9B095B5ADSN=_01D2B5.1523260800/mx.example.test--
"""


def bounce(identity: str, action: str = "failed", returned: str = "message/rfc822") -> bytes:
    return BOUNCE.format(identity=identity, action=action, returned=returned).encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "bounces"
    (made / "new").mkdir(parents=True)
    return made


@pytest.fixture
def accepted(engine: Engine, clock: FixedClock) -> str:
    """The mail id of a secret message that a server has taken."""
    with unit_of_work(engine) as session:
        owe_one(session, text="join/s3cr3t", is_secret=True)
        [message] = claim_due(session, most=1, now=clock.now())
        accept(session, message=message, now=clock.now())
    return message.mail_message_id


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers"])
def test_a_bounce_is_recorded_with_its_words_and_without_the_text_that_came_back(
    engine: Engine, folder: Path, accepted: str, clock: FixedClock, returned: str
) -> None:
    (folder / "new" / "1.bounce").write_bytes(bounce(accepted, returned=returned))
    clock.sleep(timedelta(minutes=5).total_seconds())

    assert read_bounces(engine, folder, clock) == ReadBounces(recorded=1)

    with read_only(engine) as session:
        found = get_message(session, message_id=1)
    assert found is not None
    assert (found.state, found.report_at) == (MessageState.BOUNCED, clock.now())
    assert found.report is not None
    assert "550 5.1.1 <ann@practice.test>: Recipient address rejected: User unknown" in found.report
    assert "s3cr3t" not in found.report
    assert not found.can_be_retried
    assert [path.name for path in folder.rglob("*bounce*")] == ["1.bounce:2,S"]
    assert read_bounces(engine, folder, clock) == ReadBounces()


@pytest.mark.parametrize("action", ["delayed", "delivered", "Relayed"])
def test_a_report_that_is_no_failure_is_kept_and_changes_no_state(
    engine: Engine, folder: Path, accepted: str, clock: FixedClock, action: str
) -> None:
    (folder / "new" / "1").write_bytes(bounce(accepted, action))

    assert read_bounces(engine, folder, clock).recorded == 1

    with read_only(engine) as session:
        found = get_message(session, message_id=1)
    assert found is not None
    assert found.state is MessageState.ACCEPTED
    assert f"Action: {action}" in (found.report or "")


def test_a_bounce_of_nothing_of_ours_and_other_mail_are_counted(
    sqlite_engine: Engine, folder: Path, clock: FixedClock
) -> None:
    (folder / "new" / "1").write_bytes(bounce("0" * 32))
    (folder / "new" / "2").write_bytes(b"Subject: I am on leave\r\n\r\nUntil Monday.\r\n")
    (folder / "new" / "3").write_bytes(bounce("not-ours"))
    (folder / "new" / "4").symlink_to("/etc/hostname")
    os.mkfifo(folder / "new" / "5")

    assert read_bounces(sqlite_engine, folder, clock) == ReadBounces(unknown=1, others=2)


def test_no_garbled_report_stops_the_reading() -> None:
    whole = bounce("a" * 32)
    dice = random.Random(7)  # noqa: S311 - any bytes will do
    for _ in range(300):
        garbled = bytearray(whole)
        for _ in range(dice.randrange(1, 40)):
            garbled[dice.randrange(len(garbled))] = dice.randrange(256)
        read_report(bytes(garbled))
        read_report(whole[: dice.randrange(len(whole))])
    assert read_report(b"") == ()
    assert read_report(b"\0" * 4096) == ()
    nested = b"Content-Type: multipart/report; boundary=x\n\n--x\n" * 3000
    assert read_report(nested) == ()


def test_the_folder_is_read_only_where_somebody_made_it(settings: Settings) -> None:
    assert bounce_folder(settings) is None
    (settings.data / "bounces" / "new").mkdir(parents=True)
    assert bounce_folder(settings) == settings.data / "bounces"
