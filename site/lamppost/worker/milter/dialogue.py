"""Which step of the milter dialogue follows which, and what is kept of each. No waiting, no I/O.

A session carries many messages. Whatever belongs to one message goes with it: a message that was
aborted, judged or never ended leaves nothing for the next.
"""

from collections.abc import Callable
from dataclasses import dataclass

from lamppost.worker.milter.transaction import MOST_RECIPIENTS, Transaction, plain_address
from lamppost.worker.milter.wire import (
    CONTINUE,
    MilterError,
    Negotiated,
    Skips,
    negotiate,
    read_connect,
    read_header,
    read_macros,
    split_words,
)

# What a list entry costs beside its bytes; without it a million empty headers would cost nothing.
_ENTRY = 100
# Macros that stay for the whole session; all others go with their message.
_SESSION_MACROS = (b"C", b"H")


@dataclass(frozen=True, slots=True)
class Step:
    """What a packet leads to: bytes to send, a message to judge, or the end of the session."""

    reply: bytes = b""
    transaction: Transaction | None = None
    ends: bool = False


NOTHING = Step()
GO_ON = Step(CONTINUE)


class Dialogue:
    """One connection of a mail server.

    Args:
        is_quiet: whether to ask for no replies before the end of a message.
        most_bytes: how much of one message is held.
        reserve: asked for so many bytes more of the memory all sessions share; a negative number
            gives back. It answers whether there is room.
    """

    def __init__(self, *, is_quiet: bool, most_bytes: int, reserve: Callable[[int], bool]) -> None:
        self._is_quiet = is_quiet
        self._most_bytes = most_bytes
        self._reserve = reserve
        self._agreed: Negotiated | None = None
        self._client: tuple[str | None, str | None] = (None, None)
        self._helo: str | None = None
        self._macros: dict[bytes, dict[str, str]] = {}
        self._open: Transaction | None = None

    def receive(self, command: bytes, data: bytes) -> Step:
        """Take one packet.

        Raises:
            MilterError: it cannot come here; the session is over.
        """
        if command == b"O":
            self._agreed, reply = negotiate(data, is_quiet=self._is_quiet)
            return Step(reply)
        if self._agreed is None:
            raise MilterError("the first packet was no offer")
        handler = _HANDLERS.get(command)
        if handler is None:
            raise MilterError(f"command {command!r} is not known")
        return handler(self, data)

    def forget(self) -> None:
        """Let go of the message under way, if any: aborted, answered, or its line is dead."""
        if self._open is not None:
            self._reserve(-self._open.size)
        self._open = None
        self._macros = {one: self._macros[one] for one in _SESSION_MACROS if one in self._macros}

    def _answer(self, flag: Skips) -> Step:
        agreed = self._agreed
        return NOTHING if agreed is not None and flag in agreed.skips else GO_ON

    def _hold(self, size: int) -> Transaction | None:
        """The message under way, with room for so much more of it; None when there is none."""
        message = self._open
        if message is None:
            raise MilterError("no message is under way")
        if message.is_too_big:
            return None
        if message.size + size > self._most_bytes or not self._reserve(size):
            self._reserve(-message.size)
            message.size = 0
            message.let_go()
            return None
        message.size += size
        return message

    def _on_macros(self, data: bytes) -> Step:
        command, macros = read_macros(data)
        self._macros[command] = macros
        return NOTHING

    def _on_connect(self, data: bytes) -> Step:
        self.forget()
        self._client, self._helo = read_connect(data), None
        return self._answer(Skips.NO_REPLY_CONNECT)

    def _on_helo(self, data: bytes) -> Step:
        self._helo = data.rstrip(b"\x00").decode("utf-8", "replace")
        return self._answer(Skips.NO_REPLY_HELO)

    def _on_mail(self, data: bytes) -> Step:
        told = self._macros.get(b"M", {})
        self.forget()
        self._macros[b"M"] = told
        words = split_words(data)
        name, address = self._client
        self._open = Transaction(address, name, self._helo)
        message = self._hold(len(data))
        if message is not None:
            message.mail_from = plain_address(words[0]) if words else ""
        return self._answer(Skips.NO_REPLY_MAIL)

    def _on_rcpt(self, data: bytes) -> Step:
        message = self._hold(len(data) + _ENTRY)
        words = split_words(data)
        if message is not None and words and len(message.recipients) < MOST_RECIPIENTS:
            message.recipients.append(plain_address(words[0]))
        return self._answer(Skips.NO_REPLY_RCPT)

    def _on_header(self, data: bytes) -> Step:
        message = self._hold(len(data) + _ENTRY)
        if message is not None:
            name, value = read_header(data)
            is_whole = self._agreed is not None and self._agreed.keeps_leading_space
            message.headers.append((name, value if is_whole else b" " + value))
        return self._answer(Skips.NO_REPLY_HEADER)

    def _on_end_of_headers(self, data: bytes) -> Step:
        return self._answer(Skips.NO_REPLY_EOH)

    def _on_body(self, data: bytes) -> Step:
        message = self._hold(len(data) + _ENTRY)
        if message is not None:
            message.chunks.append(data)
        return self._answer(Skips.NO_REPLY_BODY)

    def _on_end(self, data: bytes) -> Step:
        if data:
            self._on_body(data)
        message = self._open
        if message is None:
            raise MilterError("no message is under way")
        for macros in self._macros.values():
            message.macros.update(macros)
        return Step(transaction=message)

    def _on_abort(self, data: bytes) -> Step:
        self.forget()
        return NOTHING

    def _on_quit(self, data: bytes) -> Step:
        self.forget()
        return Step(ends=True)

    def _on_new_connection(self, data: bytes) -> Step:
        self.forget()
        self._client, self._helo, self._macros = (None, None), None, {}
        return NOTHING

    def _on_other(self, data: bytes) -> Step:
        return GO_ON


_HANDLERS: dict[bytes, Callable[[Dialogue, bytes], Step]] = {
    b"D": Dialogue._on_macros,  # noqa: SLF001 - its own table
    b"C": Dialogue._on_connect,  # noqa: SLF001 - as above
    b"H": Dialogue._on_helo,  # noqa: SLF001 - as above
    b"M": Dialogue._on_mail,  # noqa: SLF001 - as above
    b"R": Dialogue._on_rcpt,  # noqa: SLF001 - as above
    b"L": Dialogue._on_header,  # noqa: SLF001 - as above
    b"N": Dialogue._on_end_of_headers,  # noqa: SLF001 - as above
    b"B": Dialogue._on_body,  # noqa: SLF001 - as above
    b"E": Dialogue._on_end,  # noqa: SLF001 - as above
    b"A": Dialogue._on_abort,  # noqa: SLF001 - as above
    b"Q": Dialogue._on_quit,  # noqa: SLF001 - as above
    b"K": Dialogue._on_new_connection,  # noqa: SLF001 - as above
    b"T": Dialogue._on_other,  # noqa: SLF001 - as above
    b"U": Dialogue._on_other,  # noqa: SLF001 - as above
}
