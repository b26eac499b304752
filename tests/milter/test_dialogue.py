"""The milter's dialogue over real sockets: order, limits, lies, nothing kept between messages."""

import asyncio
import struct
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamppost.worker.milter.dialogue import Dialogue
from lamppost.worker.milter.server import Answer, Limits, Shared, listen
from lamppost.worker.milter.transaction import Transaction
from lamppost.worker.milter.wire import CONTINUE, MilterError, hold, packet, refuse, write_words
from live import free_port, wait_until
from milter_client import OFFER, MilterClient

HEADERS = [(b"From", b" a@b.example"), (b"Subject", b" one\n\ttwo")]


@dataclass
class Served:
    """A milter that says yes to everything and remembers what it was handed."""

    path: str
    port: int
    shared: Shared
    seen: list[Transaction] = field(default_factory=list)
    raws: list[bytes] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)


@dataclass
class Loop:
    """An event loop in a thread of its own, and everything that listens on it."""

    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    shared: list[Shared] = field(default_factory=list)
    servers: list[asyncio.Server] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop).result(5)

    async def listen(self, served: Served) -> None:
        self.shared.append(served.shared)
        self.servers.append(await listen(served.shared, path=served.path))
        self.servers.append(await listen(served.shared, host="127.0.0.1", port=served.port))

    async def close(self) -> None:
        for server in self.servers:
            server.close()
        for one in (one for shared in self.shared for one in list(shared.connections)):
            one.close()
        await asyncio.sleep(0.01)

    def end(self) -> None:
        self.run(self.close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        self.loop.close()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    loop = Loop()

    def start(limits: Limits | None = None, answer: bytes = CONTINUE) -> Served:
        async def handle(transaction: Transaction) -> Answer:
            served.seen.append(transaction)
            served.raws.append(transaction.raw())
            return Answer(answer, lambda: served.taken.append(transaction.queue_id))

        path = str(tmp_path / "milter.sock")
        served = Served(path, free_port(), Shared(handle, limits or Limits()))
        loop.run(loop.listen(served))
        return served

    yield start
    loop.end()


@pytest.mark.parametrize("kind", ["unix", "inet"])
def test_a_message_arrives_whole_over_either_socket(
    serve: Callable[..., Served], kind: str
) -> None:
    served = serve()
    address = served.path if kind == "unix" else ("127.0.0.1", served.port)

    with MilterClient(address) as client:
        client.connect(ip="2001:db8::7", name="mail.example", helo="me")
        reply = client.message(HEADERS, b"a\r\n" * 50_000, login="app@nhs.net", to=("x@y", "z@y"))

    (seen,) = served.seen
    assert reply.final == b"c"
    assert (seen.client_ip, seen.client_name, seen.helo) == ("2001:db8::7", "mail.example", "me")
    assert (seen.mail_from, seen.recipients) == ("a@b.example", ["x@y", "z@y"])
    assert (seen.authenticated_as, seen.queue_id) == ("app@nhs.net", "4XQ1")
    assert served.raws == [
        b"From: a@b.example\r\nSubject: one\r\n\ttwo\r\n\r\n" + b"a\r\n" * 50_000
    ]


def test_only_over_a_unix_socket_are_replies_left_out(serve: Callable[..., Served]) -> None:
    served = serve()

    with MilterClient(served.path) as quiet, MilterClient(("127.0.0.1", served.port)) as spoken:
        assert quiet.skips & 0x80
        assert not spoken.skips & 0x80
        assert quiet.skips & 0x100000


def test_a_second_message_of_a_session_knows_nothing_of_the_first(
    serve: Callable[..., Served],
) -> None:
    served = serve()
    with MilterClient(served.path) as client:
        client.connect()
        client.message([(b"From", b" first@nhs.net")], b"first", login="app@nhs.net")
        client.begin(mail_from="aborted@b.example", login="other@nhs.net")
        client.headers([(b"From", b" aborted@nhs.net")])
        client.send(b"A")
        client.message([(b"From", b" second@nhs.net")], b"second", to=("z@y",), queue_id="Q2")

    second = served.seen[1]
    assert len(served.seen) == 2
    assert second.authenticated_as is None
    assert second.recipients == ["z@y"]
    assert served.raws[1] == b"From: second@nhs.net\r\n\r\nsecond"
    assert second.client_ip == "192.0.2.7"


def test_a_second_connection_on_one_line_brings_its_own_client(
    serve: Callable[..., Served],
) -> None:
    served = serve()
    with MilterClient(served.path) as client:
        client.connect(ip="192.0.2.7", helo="first")
        client.message(HEADERS)
        client.send(b"K")
        client.connect(ip="192.0.2.8", name="unknown", helo="second")
        client.message(HEADERS)

    assert [(one.client_ip, one.client_name, one.helo) for one in served.seen] == [
        ("192.0.2.7", "mail.example", "first"),
        ("192.0.2.8", None, "second"),
    ]


def test_an_answer_is_taken_once_the_mail_server_goes_on_and_not_when_the_line_breaks(
    serve: Callable[..., Served],
) -> None:
    served = serve()
    with MilterClient(served.path) as client:
        client.connect()
        client.message(HEADERS, queue_id="Q1")
        client.send(b"A")
        client.message(HEADERS, queue_id="Q2")
    with MilterClient(served.path) as client:
        client.connect()
        client.message(HEADERS, queue_id="Q3")
        client.send(b"Q")
        assert client.is_closed()

    wait_until(lambda: len(served.taken) == 2, within_s=5, what="two answers are taken")
    assert served.taken == ["Q1", "Q3"]


@pytest.mark.parametrize(
    "bytes_",
    [
        b"\x00\x00\x00\x00",
        b"\x7f\xff\xff\xffB",
        b"\xff\xff\xff\xffO",
        packet(b"Z"),
        packet(b"C"),
        packet(b"O", b"short"),
        packet(b"O", struct.pack(">III", 6, 0, 0)),
        packet(b"O", struct.pack(">III", 1, 0x1FF, 0)),
        packet(b"O", OFFER) + packet(b"L", b"From\x00x\x00"),
        packet(b"O", OFFER) + packet(b"E"),
        packet(b"O", OFFER) + packet(b"?"),
    ],
)
def test_whoever_breaks_the_protocol_loses_the_line_and_nobody_else(
    serve: Callable[..., Served], bytes_: bytes
) -> None:
    served = serve()
    with MilterClient(served.path) as liar, suppress(ConnectionError):
        liar.socket.sendall(bytes_ + packet(b"E"))
        while liar.socket.recv(1000):
            pass

    with MilterClient(served.path) as client:
        client.connect()
        assert client.message(HEADERS).final == b"c"


def test_a_gigabyte_is_counted_and_not_held(serve: Callable[..., Served]) -> None:
    served = serve(Limits(message_bytes=1_000_000))
    with MilterClient(served.path) as client:
        client.connect()
        client.begin()
        client.headers(HEADERS)
        chunk = packet(b"B", bytes(65_535))
        for _ in range(1600):
            client.socket.sendall(chunk * 10)
            assert served.shared.held <= 1_000_000
        assert client.end().final == b"c"

    (seen,) = served.seen
    assert seen.is_too_big
    assert seen.chunks == []
    assert served.shared.held == 0


def test_a_million_empty_headers_are_not_held_either(serve: Callable[..., Served]) -> None:
    served = serve(Limits(message_bytes=1_000_000))
    with MilterClient(served.path) as client:
        client.connect()
        client.begin()
        client.socket.sendall(packet(b"L", b"\x00\x00") * 100_000)
        client.send(b"N")
        client.end()

    assert served.seen[0].is_too_big


def test_all_sessions_together_hold_no_more_than_they_may(serve: Callable[..., Served]) -> None:
    served = serve(Limits(message_bytes=600_000, all_bytes=1_000_000))
    with MilterClient(served.path) as first, MilterClient(served.path) as second:
        for client in (first, second):
            client.connect()
            client.begin()
            client.headers(HEADERS)
        first.body(bytes(550_000))
        wait_until(lambda: served.shared.held > 500_000, within_s=5, what="the first is held")
        second.body(bytes(550_000))
        second.end("second")
        first.end("first")

    assert {one.queue_id: one.is_too_big for one in served.seen} == {
        "second": True,
        "first": False,
    }
    assert served.shared.held == 0


def test_a_line_that_dies_gives_back_what_it_held(serve: Callable[..., Served]) -> None:
    served = serve()
    with MilterClient(served.path) as client:
        client.connect()
        client.begin()
        client.body(bytes(100_000))
        wait_until(lambda: served.shared.held > 0, within_s=5, what="it is held")

    wait_until(lambda: served.shared.held == 0, within_s=5, what="it is given back")


def test_one_connection_too_many_is_closed(serve: Callable[..., Served]) -> None:
    served = serve(Limits(connections=1))
    with MilterClient(served.path), pytest.raises(ConnectionError):
        MilterClient(served.path)


def test_a_line_that_stops_inside_a_packet_is_closed(serve: Callable[..., Served]) -> None:
    served = serve(Limits(within_packet_s=0.1))
    with MilterClient(served.path) as client:
        client.socket.sendall(b"\x00\x00\x01\x00B")
        assert client.is_closed()


def test_replies_are_what_the_protocol_asks() -> None:
    assert refuse("550 5.7.1", "50% no\r\nX: y") == packet(b"y", b"550 5.7.1 50%% noX: y\x00")
    assert hold("x" * 300) == packet(b"q", b"x" * 100 + b"\x00") + CONTINUE


commands = st.sampled_from([bytes([one]) for one in b"OCHDMRTLNBEAQKU?"])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(commands, st.binary(max_size=60)), max_size=30))
def test_any_packets_at_all_end_in_a_step_or_in_the_protocols_own_error(
    packets: list[tuple[bytes, bytes]],
) -> None:
    held = [0]

    def reserve(size: int) -> bool:
        held[0] += size
        return True

    dialogue = Dialogue(is_quiet=True, most_bytes=500, reserve=reserve)
    dialogue.receive(b"O", OFFER)
    for command, data in packets:
        try:
            step = dialogue.receive(command, data)
        except MilterError:
            break
        assert 0 <= held[0] <= 500
        if step.transaction is not None:
            step.transaction.raw()
            dialogue.forget()
        if step.ends:
            break
    dialogue.forget()

    assert held[0] == 0


def test_macros_may_lack_their_last_nul() -> None:
    dialogue = Dialogue(is_quiet=True, most_bytes=500, reserve=lambda _size: True)
    dialogue.receive(b"O", OFFER)
    dialogue.receive(b"D", b"M" + b"{auth_authen}\x00app@nhs.net")
    dialogue.receive(b"M", write_words(b"<>"))

    step = dialogue.receive(b"E", b"last words")

    assert step.transaction is not None
    assert step.transaction.authenticated_as == "app@nhs.net"
    assert step.transaction.mail_from == ""
    assert step.transaction.body() == b"last words"
