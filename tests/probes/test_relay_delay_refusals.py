"""What the delay probe says of relays that refuse, put off, hang, drip or fall silent."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from lamppost.clock import FixedClock, SystemClock
from live import free_port
from probes.reading import Outcome
from relay_stage import Stage, only, staged

Serve = Callable[[socket.socket], None]


@pytest.fixture
def stage(tmp_path: Path, clock: FixedClock) -> Iterator[Stage]:
    with staged(tmp_path / "mail", clock) as made:
        yield made


@pytest.fixture
def serve() -> Iterator[Callable[[Serve], int]]:
    """Serve one connection by hand; gives the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def start(answer: Serve) -> int:
        def work() -> None:
            with suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    answer(connection)

        threads.append(threading.Thread(target=work))
        threads[-1].start()
        return int(listener.getsockname()[1])

    yield start
    with suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    for thread in threads:
        thread.join(5)


def drip(connection: socket.socket) -> None:
    for sign in b"220 a relay that takes its time over every word it says\r\n":
        connection.send(bytes([sign]))
        time.sleep(0.1)


def hang(connection: socket.socket) -> None:
    connection.recv(1)


def fall_silent_at_the_end(connection: socket.socket) -> None:
    connection.send(b"220 relay\r\n")
    lines = connection.makefile("rb")
    for line in lines:
        if line == b".\r\n":
            return
        if line == b"DATA\r\n":
            connection.send(b"354 go ahead\r\n")
        elif line.startswith((b"ehlo", b"MAIL", b"mail", b"RCPT", b"rcpt")):
            connection.send(b"250 Ok\r\n")


def test_a_refusal_keeps_the_relays_code_and_words(stage: Stage) -> None:
    stage.answers = ["554 5.7.1 no thanks"]
    reading = only(stage.run(), Outcome.FAILED)
    assert reading.key == reading.detail["token"]
    assert reading.detail["code"] == 554
    assert reading.detail["words"] == "the relay refused the message: 554 5.7.1 no thanks"
    assert not stage.journal.pending()


def test_a_mail_put_off_fails_when_no_second_try_is_asked_for(stage: Stage) -> None:
    stage.answers = ["451 4.7.1 later"]
    reading = only(stage.run(), Outcome.FAILED)
    assert (reading.detail["reason"], reading.detail["code"]) == ("deferred", 451)


def test_a_mail_put_off_is_tried_once_more_when_there_is_time(stage: Stage) -> None:
    stage.answers = ["451 4.7.1 later"]
    stage.options = {"retry_after_s": 1.0}
    assert only(stage.run()).detail["accepted_s"] == pytest.approx(1, abs=0.1)


def test_a_mail_put_off_twice_fails(stage: Stage) -> None:
    stage.answers = ["451 4.7.1 later", "451 4.7.1 later"]
    stage.options = {"retry_after_s": 1.0}
    assert only(stage.run(), Outcome.FAILED).detail["reason"] == "deferred"


def test_a_closed_port_is_a_refused_connection(stage: Stage) -> None:
    stage.options = {"smtp_port": free_port()}
    reading = only(stage.run(), Outcome.FAILED)
    assert reading.detail["words"] == "the relay refused the connection"
    assert not stage.journal.pending()


@pytest.mark.parametrize("manner", [hang, drip])
def test_a_relay_that_keeps_us_waiting_is_left_in_time(
    stage: Stage, serve: Callable[[Serve], int], manner: Serve
) -> None:
    stage.options = {"smtp_port": serve(manner)}
    stage.clock = SystemClock()  # type: ignore[assignment] # only this case needs time to pass
    started = time.monotonic()
    reading = only(stage.look(timeout=1.2), Outcome.FAILED)
    assert time.monotonic() - started < 1.4
    assert reading.detail["reason"] == "timeout"
    assert str(reading.detail["words"]).startswith("the relay did not answer within 0.9")


def test_silence_after_the_whole_mail_leaves_it_awaited(
    stage: Stage, serve: Callable[[Serve], int]
) -> None:
    stage.options = {"smtp_port": serve(fall_silent_at_the_end)}
    assert stage.run() == ()
    (mail,) = stage.journal.pending()
    assert mail.accepted_at is None
