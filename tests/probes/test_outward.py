"""A fetch stays out of networks it has no business in, however the address is spelled."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lamppost.clock import SystemClock
from probes.connection import Watchdog
from probes.faults import ProberUnfitError, TargetFailedError
from probes.outward import Reach, inner_kind
from probes.web_session import answer

INNER = (
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:10.0.0.1",
    "2002:7f00:1::",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
)
PUBLIC = ("8.8.8.8", "155.231.231.1", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8")


class Turns(BaseHTTPRequestHandler):
    """`/to/<address>` redirects there; anything else is a page. Every request is counted."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.headers["Host"] + self.path)
        is_turn = self.path.startswith("/to/")
        self.send_response(302 if is_turn else 200)
        if is_turn:
            self.send_header("Location", self.path.removeprefix("/to/"))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the tests' output to the tests."""


@pytest.fixture
def server() -> Iterator[tuple[int, list[str]]]:
    """The port of a web server on loopback, and what it was asked."""
    asked: list[str] = []
    handler = type("Asked", (Turns,), {"asked": asked})
    made = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=made.serve_forever, args=(0.05,))
    thread.start()
    yield made.server_address[1], asked
    made.shutdown()
    thread.join()
    made.server_close()


def get(url: str, reach: Reach = Reach.ANY) -> int:
    with (
        Watchdog(10, SystemClock()) as watchdog,
        answer(url, watchdog, ca_file=None, reach=reach) as response,
    ):
        return response.status_code


@pytest.mark.parametrize("address", INNER)
def test_an_inner_address_is_known_as_one(address: str) -> None:
    assert inner_kind(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_let_through(address: str) -> None:
    assert inner_kind(address) is None


@pytest.mark.parametrize(
    "spelled", ["127.0.0.1", "localhost", "LOCALHOST.", "2130706433", "0x7f000001", "0177.0.0.1"]
)
def test_a_public_target_is_never_asked_on_loopback_however_it_is_spelled(
    server: tuple[int, list[str]], spelled: str
) -> None:
    port, asked = server
    with pytest.raises(ProberUnfitError, match="loopback address"):
        get(f"http://{spelled}:{port}/", Reach.PUBLIC)
    assert asked == []


def test_an_inner_target_an_operator_wrote_down_is_asked(server: tuple[int, list[str]]) -> None:
    port, asked = server

    assert get(f"http://127.0.0.1:{port}/page") == 200
    assert get(f"http://127.0.0.1:{port}/to//page") == 200
    assert len(asked) == 3


def test_a_redirect_to_another_inner_host_is_not_followed(server: tuple[int, list[str]]) -> None:
    port, asked = server
    with pytest.raises(TargetFailedError, match="redirects to localhost"):
        get(f"http://127.0.0.1:{port}/to/http://localhost:{port}/secret")
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ("ftp://127.0.0.1/", "a ftp: address"),
        ("file:///etc/passwd", "a file: address"),
        ("http://user:word@127.0.0.1/", "user name"),
    ],
)
def test_a_redirect_is_refused_that_is_no_plain_web_address(
    server: tuple[int, list[str]], to: str, words: str
) -> None:
    port, asked = server
    with pytest.raises(TargetFailedError, match=words):
        get(f"http://127.0.0.1:{port}/to/{to}")
    assert len(asked) == 1
