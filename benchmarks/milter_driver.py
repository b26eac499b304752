"""Plays a mail server to a milter: messages of 20 kB on average, one in fifty a spoof."""

import random
import socket
import struct
import sys

from lamppost.worker.milter.wire import LENGTH, packet, write_macros, write_words

OFFER = struct.pack(">III", 6, 0x1FF, 0x1FFFFF)
A_SESSION = 20
SIZES = (4_000, 4_000, 4_000, 20_000, 20_000, 100_000)


def receive(line: socket.socket) -> bytes:
    """One packet's command."""
    length = LENGTH.unpack(read(line, 4))[0]
    return read(line, length)[:1]


def read(line: socket.socket, size: int) -> bytes:
    """So many bytes."""
    got = bytearray()
    while len(got) < size:
        some = line.recv(size - len(got))
        if not some:
            raise SystemExit("the milter closed the line")
        got += some
    return bytes(got)


def send_message(line: socket.socket, number: int, size: int) -> None:
    """One message, and wait for its answer."""
    author = b"clinic@nhs.net" if number % 50 == 0 else b"letters@mailer.example"
    headers = [(b"From", b" " + author), (b"Subject", b" A letter"), (b"To", b" ann@nhs.net")]
    headers += [(f"X-Filler-{one}".encode(), b" words " * 8) for one in range(20)]
    sent = [
        write_macros(b"M", [("{mail_addr}", "a@mailer.example")]),
        packet(b"M", write_words(b"<a@mailer.example>")),
        packet(b"R", write_words(b"<ann@nhs.net>")),
        *(packet(b"L", write_words(name, value)) for name, value in headers),
        packet(b"N"),
    ]
    body = b"Please come on Tuesday at nine.\r\n" * (size // 33)
    sent += [packet(b"B", body[at : at + 65_535]) for at in range(0, len(body), 65_535)]
    sent += [write_macros(b"E", [("i", f"4B{number:05d}")]), packet(b"E")]
    line.sendall(b"".join(sent))
    while receive(line) not in b"acdrty":
        pass


def main() -> None:
    """Send them all, some to a session."""
    path, messages = sys.argv[1], int(sys.argv[2])
    dice = random.Random(7)  # noqa: S311 - the same messages each time
    for start in range(0, messages, A_SESSION):
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(path)
            line.sendall(packet(b"O", OFFER))
            receive(line)
            client = b"mail.mailer.example\x004" + struct.pack(">H", 25) + b"192.0.2.7\x00"
            line.sendall(packet(b"C", client) + packet(b"H", write_words(b"mail.mailer.example")))
            for number in range(start, min(start + A_SESSION, messages)):
                send_message(line, number, dice.choice(SIZES))
            line.sendall(packet(b"Q"))


if __name__ == "__main__":
    main()
