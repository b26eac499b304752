"""A mail server's side of the milter dialogue, over a real socket: well-behaved or not."""

import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

from lamppost.worker.milter.wire import LENGTH, packet, write_macros, write_words

OFFER = struct.pack(">III", 6, 0x1FF, 0x1FFFFF)
FINAL = b"acdrtyq"
Headers = Sequence[tuple[bytes, bytes]]


@dataclass
class Reply:
    """What came back for one message: the last reply, and every change before it."""

    final: bytes
    changes: list[tuple[bytes, bytes]] = field(default_factory=list)
    text: bytes = b""

    def inserted(self, name: bytes) -> list[bytes]:
        found = [data[4:].split(b"\x00") for code, data in self.changes if code == b"i"]
        return [words[1].strip() for words in found if words[0] == name]

    def changed(self, name: bytes) -> list[tuple[int, bytes]]:
        found = [
            (int.from_bytes(data[:4], "big"), data[4:].split(b"\x00"))
            for code, data in self.changes
            if code == b"m"
        ]
        return [(number, words[1]) for number, words in found if words[0] == name]

    @property
    def body(self) -> bytes:
        return b"".join(data for code, data in self.changes if code == b"b")


class MilterClient:
    """Speaks as Postfix does, waiting for replies where it was not told to expect none."""

    def __init__(self, address: str | tuple[str, int], *, offer: bytes = OFFER) -> None:
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.settimeout(10)
        self.socket.connect(address)
        self.skips = 0
        try:
            self.send(b"O", offer)
            code, data = self.receive()
        except ConnectionError:
            self.socket.close()
            raise
        assert code == b"O"
        _, self.actions, self.skips = struct.unpack(">III", data)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, command: bytes, data: bytes = b"") -> None:
        self.socket.sendall(packet(command, data))

    def receive(self) -> tuple[bytes, bytes]:
        length = LENGTH.unpack(self.read(4))[0]
        data = self.read(length)
        return data[:1], data[1:]

    def read(self, size: int) -> bytes:
        read = bytearray()
        while len(read) < size:
            some = self.socket.recv(size - len(read))
            if not some:
                raise ConnectionError("the milter closed the line")
            read += some
        return bytes(read)

    def is_closed(self) -> bool:
        try:
            return self.socket.recv(1) == b""
        except ConnectionError:
            return True

    def step(self, command: bytes, data: bytes, quiet: int) -> None:
        self.send(command, data)
        if not self.skips & quiet:
            assert self.receive()[0] == b"c"

    def connect(
        self, *, ip: str = "192.0.2.7", name: str = "mail.example", helo: str = "h"
    ) -> None:
        family = b"6" if ":" in ip else b"4"
        data = name.encode() + b"\x00" + family + struct.pack(">H", 25) + ip.encode() + b"\x00"
        self.step(b"C", data, 0x1000)
        self.step(b"H", write_words(helo.encode()), 0x2000)

    def begin(
        self, *, mail_from: str = "a@b.example", to: Sequence[str] = ("ann@nhs.net",),
        login: str | None = None,
    ) -> None:  # fmt: skip
        macros = [("{auth_authen}", login)] if login else []
        self.socket.sendall(write_macros(b"M", [*macros, ("{mail_addr}", mail_from)]))
        self.step(b"M", write_words(f"<{mail_from}>".encode(), b"SIZE=100"), 0x4000)
        for one in to:
            self.step(b"R", write_words(f"<{one}>".encode()), 0x8000)

    def headers(self, headers: Headers) -> None:
        for name, value in headers:
            self.step(b"L", write_words(name, value), 0x80)
        self.step(b"N", b"", 0x40000)

    def body(self, body: bytes) -> None:
        for start in range(0, len(body), 65_535):
            self.step(b"B", body[start : start + 65_535], 0x80000)

    def end(self, queue_id: str = "4XQ1") -> Reply:
        self.socket.sendall(write_macros(b"E", [("i", queue_id)]))
        self.send(b"E")
        changes: list[tuple[bytes, bytes]] = []
        while True:
            code, data = self.receive()
            if code in FINAL and code != b"q":
                return Reply(code, changes, data)
            changes.append((code, data))

    def message(
        self, headers: Headers, body: bytes = b"words\r\n", *, login: str | None = None,
        to: Sequence[str] = ("ann@nhs.net",), queue_id: str = "4XQ1",
    ) -> Reply:  # fmt: skip
        self.begin(to=to, login=login)
        self.headers(headers)
        self.body(body)
        return self.end(queue_id)
