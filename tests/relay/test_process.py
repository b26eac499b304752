"""The relay as a process: its line, its signals, its ports, a kill with mail waiting."""

import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lamppost.clock import FixedClock
from lamppost.worker.relay.certificate import ensure_certificate
from lamppost.worker.relay.folders import folders_in
from lamppost.worker.relay.running import PracticeRelay
from lamppost.worker.relay.server import RelayError, RelayOptions

FREE = [f"--{name}-port=0" for name in ("smtp", "imap", "http", "tls")]


@contextmanager
def process(data: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "lamppost", "relay", *(words or FREE), "--data", str(data)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as started:
        yield started
        started.kill()


def smtp_port(started: subprocess.Popen[str]) -> int:
    """The port told in the line that says the relay answers."""
    line = started.stdout.readline() if started.stdout else ""
    assert line.startswith("The practice relay answers: SMTP 127.0.0.1:")
    return int(line.split(":")[2].split(",")[0])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_on_a_signal_within_two_seconds_with_exit_0(
    tmp_path: Path, number: signal.Signals
) -> None:
    with process(tmp_path) as started:
        with socket.create_connection(("127.0.0.1", smtp_port(started)), 5):
            began = time.monotonic()
            started.send_signal(number)
            assert started.wait(5) == 0
        assert time.monotonic() - began < 2
        assert started.communicate()[1] == ""


def test_mail_waiting_at_a_kill_is_delivered_once_by_the_next_start(tmp_path: Path) -> None:
    folders = folders_in(tmp_path)
    folders.root.mkdir()
    folders.script.write_text("[default]\ndelay_s = 2.5\n")
    with process(tmp_path) as started:
        with smtplib.SMTP("127.0.0.1", smtp_port(started)) as client:
            for _ in range(5):
                client.sendmail("", "incoming@practice.test", "Subject: x\r\n\r\nx\r\n")
        os.kill(started.pid, signal.SIGKILL)
        started.wait()
    assert len(list(folders.queue.glob("*.mail"))) == 5

    with PracticeRelay(tmp_path) as relay:
        until = time.monotonic() + 5
        while list(folders.queue.glob("*")) and time.monotonic() < until:
            time.sleep(0.05)
        assert len(list(relay.folders.inbox("incoming").glob("new/*"))) == 5


@pytest.mark.parametrize("name", ["smtp", "imap", "http", "tls"])
def test_a_taken_port_ends_the_start_with_a_sentence(tmp_path: Path, name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        words = [word for word in FREE if name not in word] + [f"--{name}-port={taken}"]
        with process(tmp_path, *words) as started:
            assert started.wait(10) == 1
            _, said = started.communicate()

    assert said == (
        f"Port {taken} on 127.0.0.1 cannot be had (Address already in use); "
        f"choose another with --{name}-port.\n"
    )


def test_one_folder_has_one_relay(relay: PracticeRelay) -> None:
    options = RelayOptions(relay.options.data, "127.0.0.1", 0, 0, 0, 0)

    with (
        pytest.raises(RelayError, match="Another practice relay works in"),
        PracticeRelay(relay.options.data, options=options),
    ):
        pass


def test_passwords_are_made_once_and_for_their_owner_only(tmp_path: Path) -> None:
    with PracticeRelay(tmp_path) as first:
        password = first.password("incoming")
    with PracticeRelay(tmp_path) as second:
        assert second.password("incoming") == password
        assert len({second.password(name) for name in ("incoming", "outgoing", "internal")}) == 3
        mode = second.folders.password_file("incoming").stat().st_mode
    assert len(password) == 32
    assert mode & 0o777 == 0o600


def test_the_certificate_is_kept_until_thirty_days_before_its_end(tmp_path: Path) -> None:
    clock, folders = FixedClock(datetime(2026, 1, 1, tzinfo=UTC)), folders_in(tmp_path)
    folders.root.mkdir()
    made = []
    for days in (0, 366, 2):
        clock.set_to(clock.now() + timedelta(days=days))
        made.append(ensure_certificate(folders, clock.now()))

    assert made == [True, False, True]
    folders.server_certificate.write_text("broken")
    assert ensure_certificate(folders, clock.now())
    assert folders.server_certificate.stat().st_mode & 0o777 == 0o600
