"""Each behaviour of the script, seen from outside while the relay runs."""

import smtplib
import socket
import time
from typing import Any

import pytest

from lamppost.worker.relay.running import PracticeRelay


def test_a_delay_holds_mail_back_for_that_mailbox_only(
    relay: PracticeRelay, send: Any, arrived: Any
) -> None:
    relay.set("incoming", delay_s=0.5)
    send()
    send(to="internal@practice.test")

    arrived(1, "internal")
    assert not list(relay.folders.inbox("incoming").glob("new/*"))
    arrived(1, "incoming")


def test_shorter_delays_overtake_longer_ones(relay: PracticeRelay, send: Any, arrived: Any) -> None:
    relay.set("incoming", delay_s=0.6)
    send("slow")
    relay.set("incoming", delay_s=0)
    send("fast")

    assert b"fast" in arrived(1)[0].read_bytes()
    assert len(arrived(2)) == 2


@pytest.mark.parametrize(("behaviour", "left"), [({"drop": 0.5}, 3), ({"drop_every": 3}, 4)])
def test_dropped_mail_is_accepted_and_lost(
    relay: PracticeRelay, send: Any, arrived: Any, behaviour: dict[str, float], left: int
) -> None:
    relay.set("incoming", **behaviour)

    assert all(send().startswith("250") for _ in range(6))
    arrived(left)
    time.sleep(0.1)
    arrived(left)


def test_duplicate_delivers_twice_under_two_names(
    relay: PracticeRelay, send: Any, arrived: Any
) -> None:
    relay.set("incoming", duplicate=True)
    send()

    first, second = arrived(2)
    assert first.read_bytes() == second.read_bytes()


def test_defer_answers_451_to_the_first_tries_of_each_mail(
    relay: PracticeRelay, send: Any, arrived: Any
) -> None:
    relay.set("incoming", defer=2)

    codes = [send(token).split()[0] for token in ("one", "one", "one", "two")]

    assert codes == ["451", "451", "250", "451"]
    assert b"one" in arrived(1)[0].read_bytes()


def test_refuse_answers_554(relay: PracticeRelay, send: Any) -> None:
    relay.set("incoming", refuse=True)

    with pytest.raises(smtplib.SMTPRecipientsRefused) as caught:
        send()

    assert caught.value.recipients["incoming@practice.test"][0] == 554


@pytest.mark.parametrize("port", ["smtp", "imap", "http"])
def test_hang_takes_the_connection_and_says_nothing(relay: PracticeRelay, port: str) -> None:
    relay.set(hang=True)

    with connect(relay, port) as client:
        client.settimeout(0.3)
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        with pytest.raises(TimeoutError):
            client.recv(1)


def test_hang_of_one_mailbox_begins_at_its_recipient(relay: PracticeRelay, send: Any) -> None:
    relay.set("incoming", hang=True)

    with smtplib.SMTP(relay.host, relay.ports.smtp, timeout=0.3) as client:
        client.ehlo_or_helo_if_needed()
        client.mail("probe@practice.test")
        with pytest.raises(smtplib.SMTPServerDisconnected):
            client.rcpt("incoming@practice.test")
    assert send(to="internal@practice.test").startswith("250")


@pytest.mark.parametrize("port", ["smtp", "imap", "http"])
def test_drip_sends_one_byte_a_second(relay: PracticeRelay, port: str) -> None:
    relay.set(drip=True)

    with connect(relay, port) as client:
        if port == "http":
            client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        client.settimeout(0.6)
        assert len(client.recv(100)) == 1
        with pytest.raises(TimeoutError):
            client.recv(100)


def test_junk_delivers_to_the_junk_folder(relay: PracticeRelay, send: Any, arrived: Any) -> None:
    relay.set("incoming", junk=True)
    send()

    arrived(1, junk=True)
    arrived(0)


def test_clock_offset_shifts_file_times_and_received_lines(
    relay: PracticeRelay, send: Any, arrived: Any
) -> None:
    relay.set("incoming", clock_offset_s=-7200)
    send()

    (path,) = arrived()
    shown = time.strftime("%H:%M", time.gmtime(path.stat().st_mtime))
    assert 7195 < time.time() - path.stat().st_mtime < 7205
    assert shown in path.read_text().split("Subject")[0]


def test_mangle_marks_the_subject_and_adds_a_disclaimer(
    relay: PracticeRelay, send: Any, arrived: Any
) -> None:
    relay.set("incoming", mangle=True)
    send("tok9")

    text = arrived()[0].read_text()
    assert "Subject: [EXTERNAL] Probe tok9\n" in text
    assert text.endswith("Take care with links and attachments.\n")
    assert "X-Lamppost-Probe: tok9\n" in text


def test_a_section_fills_what_it_leaves_out_from_the_default(
    relay: PracticeRelay, send: Any, arrived: Any
) -> None:
    relay.set(duplicate=True)
    relay.set("incoming", junk=True)
    send()

    arrived(2, junk=True)


def test_reset_makes_it_prompt_and_honest_again(
    relay: PracticeRelay, send: Any, arrived: Any
) -> None:
    relay.set(refuse=True)
    relay.reset()
    send()

    arrived(1)


def connect(relay: PracticeRelay, port: str) -> socket.socket:
    return socket.create_connection((relay.host, getattr(relay.ports, port)), 5)
