"""The milter protocol's packets, as bytes: four bytes of length, one of command, then its data.

Version 6 as Postfix and Sendmail speak it. Nothing here waits or remembers.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntFlag

VERSION = 6
OLDEST_VERSION = 2
# Body chunks are at most 64 KiB; a header is at most what the mail server lets one be.
LONGEST_PACKET = 1024 * 1024
LENGTH = struct.Struct(">I")
_NEGOTIATION = struct.Struct(">III")
_BODY_CHUNK = 65_535


class Does(IntFlag):
    """What a milter asks leave to do."""

    ADD_HEADERS = 0x01
    CHANGE_BODY = 0x02
    CHANGE_HEADERS = 0x10
    HOLD = 0x20


class Skips(IntFlag):
    """Steps of the dialogue that are left out, or to which no reply is sent."""

    NO_UNKNOWN = 0x100
    NO_DATA = 0x200
    NO_REPLY_HEADER = 0x80
    NO_REPLY_CONNECT = 0x1000
    NO_REPLY_HELO = 0x2000
    NO_REPLY_MAIL = 0x4000
    NO_REPLY_RCPT = 0x8000
    NO_REPLY_EOH = 0x40000
    NO_REPLY_BODY = 0x80000
    LEADING_SPACE = 0x100000


NEEDED = Does.ADD_HEADERS | Does.CHANGE_BODY | Does.CHANGE_HEADERS
NO_REPLIES = (
    Skips.NO_REPLY_HEADER | Skips.NO_REPLY_CONNECT | Skips.NO_REPLY_HELO | Skips.NO_REPLY_MAIL
    | Skips.NO_REPLY_RCPT | Skips.NO_REPLY_EOH | Skips.NO_REPLY_BODY
)  # fmt: skip
CONTINUE = LENGTH.pack(1) + b"c"
TEMPFAIL = LENGTH.pack(1) + b"t"
DISCARD = LENGTH.pack(1) + b"d"


class MilterError(Exception):
    """The mail server sent what the protocol does not allow; the connection is closed."""


@dataclass(frozen=True, slots=True)
class Negotiated:
    """What both sides agreed on."""

    does: Does
    skips: Skips

    @property
    def keeps_leading_space(self) -> bool:
        """Whether header values arrive with the blank after the colon."""
        return Skips.LEADING_SPACE in self.skips


def packet(command: bytes, data: bytes = b"") -> bytes:
    """One packet."""
    return LENGTH.pack(1 + len(data)) + command + data


def negotiate(data: bytes, *, is_quiet: bool) -> tuple[Negotiated, bytes]:
    """What is agreed on, and the reply that says so.

    Args:
        data: the mail server's offer.
        is_quiet: whether to ask for no replies before the end of the message. Over TCP the small
            writes that then follow each other meet delayed acknowledgements and stall.

    Raises:
        MilterError: it offers too little to enforce anything with.
    """
    if len(data) < _NEGOTIATION.size:
        raise MilterError("the offer is too short")
    version, does, skips = _NEGOTIATION.unpack_from(data)
    if version < OLDEST_VERSION or (does & NEEDED) != NEEDED:
        raise MilterError(f"version {version} with actions {does:#x} lets nothing be enforced")
    wished = Skips.LEADING_SPACE | Skips.NO_UNKNOWN | Skips.NO_DATA
    if is_quiet:
        wished |= NO_REPLIES
    agreed = Negotiated((NEEDED | Does.HOLD) & Does(does & 0x1FF), wished & Skips(skips & 0x1FFFFF))
    words = _NEGOTIATION.pack(min(version, VERSION), agreed.does, agreed.skips)
    return agreed, packet(b"O", words)


def split_words(data: bytes) -> list[bytes]:
    """The texts of a packet, each ended by a NUL; a last one may lack it."""
    words = data.split(b"\x00")
    if words[-1] == b"":
        words.pop()
    return words


def read_macros(data: bytes) -> tuple[bytes, dict[str, str]]:
    """The command the macros are for, and the macros by their names without braces."""
    words = split_words(data[1:])
    pairs = zip(words[::2], words[1::2], strict=False)
    return data[:1], {
        name.strip(b"{}").decode("latin-1"): value.decode("utf-8", "replace")
        for name, value in pairs
    }


def read_connect(data: bytes) -> tuple[str | None, str | None]:
    """The client's name, None where it has none, and its address, None where it has none."""
    name, _, rest = data.partition(b"\x00")
    host = name.decode("utf-8", "replace")
    family, address = rest[:1], rest[3:].split(b"\x00", 1)[0].decode("ascii", "replace")
    is_named = bool(host) and not host.startswith("[") and host != "unknown"
    if family not in {b"4", b"6"}:
        return (host if is_named else None), None
    return (host if is_named else None), address.removeprefix("IPv6:")


def read_header(data: bytes) -> tuple[bytes, bytes]:
    """A header's name and value."""
    name, _, value = data.partition(b"\x00")
    return name, value.removesuffix(b"\x00")


def insert_header(index: int, name: bytes, value: bytes) -> bytes:
    """Put a header at a place; 0 is above all, the mail server's own trace included."""
    return packet(b"i", LENGTH.pack(index) + name + b"\x00" + value + b"\x00")


def change_header(number: int, name: bytes, value: bytes) -> bytes:
    """Change the so-manieth header of that name, counted from 1; an empty value removes it."""
    return packet(b"m", LENGTH.pack(number) + name + b"\x00" + value + b"\x00")


def replace_body(body: bytes) -> bytes:
    """The whole new body, in as many packets as it takes."""
    starts = range(0, max(len(body), 1), _BODY_CHUNK)
    return b"".join(packet(b"b", body[start : start + _BODY_CHUNK]) for start in starts)


def refuse(code: str, words: str) -> bytes:
    """An SMTP answer of our own; a per cent sign is doubled, as the protocol asks."""
    plain = "".join(letter for letter in words if letter.isprintable() and letter.isascii())
    return packet(b"y", f"{code} {plain}".replace("%", "%%").encode() + b"\x00")


def hold(reason: str) -> bytes:
    """Put the message in the hold queue, where nobody sees it until an operator acts."""
    return packet(b"q", reason.encode("ascii", "replace")[:100] + b"\x00") + CONTINUE


def write_words(*words: bytes) -> bytes:
    """Texts as the mail server sends them; what tests and benchmarks speak with."""
    return b"".join(word + b"\x00" for word in words)


def write_macros(command: bytes, macros: Sequence[tuple[str, str]]) -> bytes:
    """A packet of macros, as the mail server sends it."""
    pairs = [part.encode() for pair in macros for part in pair]
    return packet(b"D", command + write_words(*pairs))
