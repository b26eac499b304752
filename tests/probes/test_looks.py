"""Probes that give one figure: smtp, imap, http, dns and tls, before real and wrong servers."""

import socketserver
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from aiosmtpd.controller import Controller

from lamppost.clock import SystemClock
from lamppost.worker.relay.running import PracticeRelay
from live import free_port
from memory_journal import MemoryJournal
from probes.reading import JsonValue, Outcome, Reading, Target
from probes.registry import PROBES


def look(kind: str, timeout: float = 5, /, **options: JsonValue) -> Reading:
    result = PROBES[kind](
        Target("p", options), MemoryJournal(), timeout=timeout, clock=SystemClock()
    )
    (reading,) = result.readings
    return reading


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[PracticeRelay]:
    with PracticeRelay(tmp_path) as made:
        yield made


@contextmanager
def saying(
    greeting: bytes, pause_s: float = 0, context: ssl.SSLContext | None = None
) -> Iterator[int]:
    """A server that says its greeting, a byte at a time when there is a pause, and no more."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError), ExitStack() as stack:
                connection = stack.enter_context(self.request)
                if context:
                    connection = context.wrap_socket(connection, server_side=True)
                    stack.enter_context(connection)
                for start in range(len(greeting)) if pause_s else ():
                    connection.sendall(greeting[start : start + 1])
                    time.sleep(pause_s)
                connection.sendall(b"" if pause_s else greeting)
                while connection.recv(4096):
                    pass

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield int(server.server_address[1])
        server.shutdown()
        thread.join()


def certificate(folder: Path, *names: str, last: timedelta) -> tuple[ssl.SSLContext, str]:
    """A server's context with a certificate for the names, and the file that makes it trusted."""
    authority = trustme.CA()
    issued = authority.issue_cert(*names, not_after=datetime.now(UTC) + last)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(context)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    return context, str(folder / "ca.pem")


def test_a_good_relay_is_seconds_by_every_kind(relay: PracticeRelay) -> None:
    host, ports = relay.host, relay.ports
    secret = str(relay.folders.password_file("internal"))
    readings = [
        look("smtp", host=host, port=ports.smtp),
        look("imap", host=host, port=ports.imap),
        look("imap", host=host, port=ports.imap, username="internal", password_file=secret),
        look("http", url=f"http://{host}:{ports.http}/portal"),
        look("tls", host="localhost", port=ports.tls, ca_file=str(relay.folders.authority)),
        look("dns", name="localhost", expect=["127.0.0.1", "::1"]),
    ]

    assert [reading.outcome for reading in readings] == [Outcome.OK] * 6
    assert all(reading.unit == "s" and 0 <= (reading.value or -1) < 5 for reading in readings)
    days_left = readings[4].detail["days_left"]
    assert isinstance(days_left, float)
    assert days_left > 0


@pytest.mark.parametrize("kind", ["smtp", "imap", "tls"])
def test_nobody_listening_is_a_failure(kind: str) -> None:
    reading = look(kind, host="127.0.0.1", port=1)

    assert (reading.outcome, reading.detail["reason"]) == (Outcome.FAILED, "refused")


@pytest.mark.parametrize(
    ("kind", "pause_s"), [("smtp", 0), ("smtp", 0.2), ("imap", 0.2), ("tls", 0)]
)
def test_a_server_that_hangs_or_drips_is_left_at_the_deadline(kind: str, pause_s: float) -> None:
    started = time.perf_counter()
    with saying(b"220 slow and steady as can be\r\n" if pause_s else b"", pause_s) as port:
        reading = look(kind, 0.6, host="127.0.0.1", port=port)

    assert (reading.outcome, reading.detail["reason"]) == (Outcome.FAILED, "timeout")
    assert time.perf_counter() - started < 3


@pytest.mark.parametrize(
    ("kind", "greeting", "reason", "code"),
    [
        ("smtp", b"554 no service here\r\n", "rejected", 554),
        ("smtp", b"421 come back later\r\n", "deferred", 421),
        ("imap", b"* BYE no service here\r\n", "protocol", None),
        ("tls", b"HTTP/1.1 400 Bad Request\r\n\r\n", "tls", None),
    ],
)
def test_a_greeting_that_says_no_is_a_failure(
    kind: str, greeting: bytes, reason: str, code: int | None
) -> None:
    with saying(greeting) as port:
        reading = look(kind, host="127.0.0.1", port=port)

    assert reading.outcome is Outcome.FAILED
    assert (reading.detail["reason"], reading.detail.get("code")) == (reason, code)


def test_a_password_that_ran_out_says_nothing_of_the_service(relay: PracticeRelay) -> None:
    reading = look(
        "imap", host=relay.host, port=relay.ports.imap, username="internal", password="old"
    )

    assert (reading.outcome, reading.detail["reason"]) == (Outcome.UNKNOWN, "login-refused")


def test_starttls_is_agreed_where_it_is_offered_and_missed_where_not(tmp_path: Path) -> None:
    context, ca_file = certificate(tmp_path, "localhost", last=timedelta(days=30))
    readings = []
    for offered in (context, None):
        port = free_port()
        server = Controller(object(), hostname="127.0.0.1", port=port, tls_context=offered)
        server.start()
        readings.append(look("smtp", host="localhost", port=port, tls="starttls", ca_file=ca_file))
        server.stop()

    assert [reading.outcome for reading in readings] == [Outcome.OK, Outcome.FAILED]
    assert readings[1].detail["reason"] == "no-starttls"


@pytest.mark.parametrize(
    "source", [{"password_file": "/nowhere/password"}, {"password_env": "LAMPPOST_NOWHERE"}]
)
def test_a_password_that_is_missing_says_nothing_of_the_service(
    relay: PracticeRelay, source: dict[str, JsonValue]
) -> None:
    reading = look("imap", host=relay.host, port=relay.ports.imap, username="internal", **source)

    assert (reading.outcome, reading.detail["reason"]) == (Outcome.UNKNOWN, "password-missing")


@pytest.mark.parametrize(
    ("days", "name", "min_days", "reason"),
    [
        (-1, "localhost", 0, "expired"),
        (3, "localhost", 14, "expires-soon"),
        (30, "elsewhere.test", 0, "untrusted"),
    ],
)
def test_a_certificate_that_will_not_do_is_a_failure(
    tmp_path: Path, days: int, name: str, min_days: int, reason: str
) -> None:
    context, ca_file = certificate(tmp_path, name, last=timedelta(days=days))
    with saying(b"x", context=context) as port:
        reading = look("tls", host="localhost", port=port, ca_file=ca_file, min_days=min_days)

    assert (reading.outcome, reading.detail["reason"]) == (Outcome.FAILED, reason)


def test_a_certificate_of_an_unknown_authority_is_a_failure(tmp_path: Path) -> None:
    context, _ = certificate(tmp_path, "localhost", last=timedelta(days=30))
    with saying(b"x", context=context) as port:
        reading = look("tls", host="localhost", port=port)

    assert reading.detail["reason"] == "untrusted"


def test_trusted_certificates_that_cannot_be_read_say_nothing_of_the_service() -> None:
    reading = look("tls", host="localhost", port=1, ca_file="/nowhere/ca.pem")

    assert (reading.outcome, reading.detail["reason"]) == (Outcome.UNKNOWN, "ca-file")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"expect_status": [204]}, "status"),
        ({"contains": "no such words"}, "content"),
    ],
)
def test_a_page_that_is_not_as_it_should_be_is_a_failure(
    relay: PracticeRelay, options: dict[str, JsonValue], reason: str
) -> None:
    reading = look("http", url=f"http://{relay.host}:{relay.ports.http}/portal", **options)

    assert (reading.outcome, reading.detail["reason"]) == (Outcome.FAILED, reason)


def test_a_name_that_points_elsewhere_is_a_failure() -> None:
    reading = look("dns", name="localhost", expect=["192.0.2.1"])

    assert (reading.outcome, reading.detail["reason"]) == (Outcome.FAILED, "unexpected")


def test_a_resolver_without_an_answer_is_our_fault_unless_other_names_resolve(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def hang(host: str, *_: object, **__: object) -> list[object]:
        if host == "localhost":
            return [(2, 1, 6, "", ("127.0.0.1", 0))]
        time.sleep(1)
        return []

    monkeypatch.setattr("socket.getaddrinfo", hang)

    alone = look("dns", 0.3, name="service.test")
    beside = look("dns", 0.3, name="service.test", canary="localhost")

    assert [alone.outcome, beside.outcome] == [Outcome.UNKNOWN, Outcome.FAILED]
