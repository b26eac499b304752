"""What the relay accepts and refuses, and how mail reaches its Maildir."""

import smtplib
import socket
import time
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from lamppost.worker.relay.running import PracticeRelay


def test_accepted_mail_is_told_its_queue_id_and_carries_it(send: Any, arrived: Any) -> None:
    said = send()

    queue_id = said.removeprefix("250 2.0.0 Ok: queued as ")
    (path,) = arrived()
    assert queue_id.isalnum()
    assert queue_id in path.name
    assert all(queue_id in line for line in message(path).get_all("Received", []))


def test_received_lines_stand_on_top_with_delivery_above_acceptance(
    relay: PracticeRelay, send: Any, arrived: Any
) -> None:
    relay.set("incoming", delay_s=1.2)
    send()

    delivered, accepted = message(arrived()[0]).get_all("Received", [])
    assert "by relay.practice.test" in delivered
    assert "from prober.test ([127.0.0.1])\n\tby relay.practice.test" in accepted
    assert 1 <= (stamp(delivered) - stamp(accepted)).total_seconds() <= 2


def test_a_plus_detail_reaches_the_mailbox_before_it(send: Any, arrived: Any) -> None:
    send(to="Outgoing+tok7@Practice.Test")

    assert len(arrived(mailbox="outgoing")) == 1


def test_any_local_part_has_a_maildir(send: Any, arrived: Any) -> None:
    send(to="ward-7@practice.test")

    assert len(arrived(mailbox="ward-7")) == 1


def test_each_recipient_gets_the_mail_once(relay: PracticeRelay, arrived: Any) -> None:
    with smtplib.SMTP(relay.host, relay.ports.smtp) as client:
        everybody = ["incoming@practice.test", "internal@practice.test", "incoming+2@practice.test"]
        client.sendmail("probe@practice.test", everybody, "Subject: x\r\n\r\nx\r\n")

    assert len(arrived(2)) == 2
    assert len(arrived(1, "internal")) == 1


@pytest.mark.parametrize(
    "address",
    [
        "someone@nhs.net",
        "x@relay.practice.test",
        "incoming",
        '"../etc"@practice.test',
        ".@practice.test",
    ],
)
def test_nothing_is_relayed_elsewhere(send: Any, address: str) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as caught:
        send(to=address)

    assert next(iter(caught.value.recipients.values()))[0] in {550, 553}


def test_mail_beyond_ten_mebibytes_is_refused(relay: PracticeRelay) -> None:
    with smtplib.SMTP(relay.host, relay.ports.smtp) as client:
        client.ehlo()
        code, _ = client.mail("a@practice.test", ["SIZE=10485761"])

    assert code == 552


def test_the_file_time_is_the_delivery_moment(
    relay: PracticeRelay, send: Any, arrived: Any
) -> None:
    relay.set("incoming", delay_s=0.4)
    began = time.time()
    send()

    assert 0.4 <= arrived()[0].stat().st_mtime - began < 2


def test_a_stranger_cannot_write_header_lines(relay: PracticeRelay, arrived: Any) -> None:
    with socket.create_connection((relay.host, relay.ports.smtp), 5) as client:
        lines = [
            "EHLO a(b)>;evil\x0bX: y",
            "MAIL FROM:<a@practice.test>",
            "RCPT TO:<incoming@practice.test>",
            "DATA",
            "Subject: x\r\n\r\nx\r\n.",
            "QUIT",
        ]
        replies = client.makefile("rb")
        for line in lines:
            client.sendall(line.encode() + b"\r\n")
        assert b"221" in replies.read()
        replies.close()

    assert "from a?b???evil?X:?y" in message(arrived()[0]).get_all("Received", [])[1]


def message(path: Path) -> Any:
    return message_from_bytes(path.read_bytes())


def stamp(line: str) -> Any:
    return parsedate_to_datetime(line.rsplit(";", 1)[1].strip())
