"""Sockets: takes connections of mail servers, hands whole messages on, sends what is answered.

One thread and one event loop; whoever judges a message does so elsewhere. Memory is bounded: so
much of one message, so much of all together, so many connections; beyond it a message meets the
failure action, and a connection is closed, which a mail server answers with its own default.
"""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from lamppost.worker.milter.dialogue import Dialogue
from lamppost.worker.milter.transaction import Transaction
from lamppost.worker.milter.wire import LENGTH, LONGEST_PACKET, MilterError

log = logging.getLogger(__name__)
# A mail server may keep a session open between two messages; within a packet it may not dawdle.
IDLE_S = 600.0
WITHIN_PACKET_S = 30.0
CHECK_S = 5.0
_HEAD = LENGTH.size


@dataclass(frozen=True, slots=True)
class Answer:
    """What a message is answered with; `on_taken` is called once the mail server goes on after it.

    A mail server says nothing after the last reply. That it goes on with the session, or ends it
    in order, is the sign that it took the reply; a line that breaks is none.
    """

    replies: bytes
    on_taken: Callable[[], None] = lambda: None


Handle = Callable[[Transaction], Awaitable[Answer]]


@dataclass(slots=True)
class Limits:
    """How much may be held at once."""

    message_bytes: int = 64 * 1024 * 1024
    all_bytes: int = 256 * 1024 * 1024
    connections: int = 400
    idle_s: float = IDLE_S
    within_packet_s: float = WITHIN_PACKET_S


@dataclass(slots=True)
class Shared:
    """What all connections share."""

    handle: Handle
    limits: Limits
    held: int = 0
    connections: set["Connection"] = field(default_factory=set)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def reserve(self, size: int) -> bool:
        """Count so many bytes more, or fewer; False when there is no room for them."""
        if size > 0 and self.held + size > self.limits.all_bytes:
            return False
        self.held += size
        return True


class Connection(asyncio.Protocol):
    """One connection of a mail server."""

    def __init__(self, shared: Shared, *, is_quiet: bool) -> None:
        self._shared = shared
        self._loop = asyncio.get_running_loop()
        self._dialogue = Dialogue(
            is_quiet=is_quiet, most_bytes=shared.limits.message_bytes, reserve=shared.reserve
        )
        self._buffer = bytearray()
        self._is_judging = False
        self._on_taken: Callable[[], None] | None = None
        self._heard_at = self._loop.time()
        self._transport: asyncio.Transport | None = None
        self._check: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection, unless there are too many."""
        assert isinstance(transport, asyncio.Transport)  # nosec B101 # noqa: S101 - a stream's
        if len(self._shared.connections) >= self._shared.limits.connections:
            log.warning("Too many connections; one is closed.")
            transport.abort()
            return
        self._transport = transport
        self._shared.connections.add(self)
        self._look()

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        self._buffer += data
        self._heard_at = self._loop.time()
        if not self._is_judging:
            self._work()

    def connection_lost(self, exc: Exception | None) -> None:
        """The line is gone, in order or not."""
        self._shared.connections.discard(self)
        self._transport = None
        if self._check is not None:
            self._check.cancel()
        if not self._is_judging:
            self._dialogue.forget()

    def close(self) -> None:
        """Close the line, not waiting for what is unsent."""
        if self._transport is not None:
            self._transport.abort()

    def _work(self) -> None:
        """Take every whole packet that is here; stop at a message to judge."""
        buffer, start, replies = self._buffer, 0, bytearray()
        try:
            while len(buffer) - start >= _HEAD + 1 and not self._is_judging:
                length = int.from_bytes(buffer[start : start + _HEAD], "big")
                if not 1 <= length <= LONGEST_PACKET:
                    raise MilterError(f"a packet of {length:,} bytes")  # noqa: TRY301 - one way out
                end = start + _HEAD + length
                if len(buffer) < end:
                    break
                command = bytes(buffer[start + _HEAD : start + _HEAD + 1])
                data = bytes(buffer[start + _HEAD + 1 : end])
                start = end
                if not self._take(command, data, replies):
                    return
        except MilterError as error:
            log.warning("A mail server broke the protocol: %s. Its connection is closed.", error)
            self._dialogue.forget()
            self.close()
            return
        del buffer[:start]
        if replies and self._transport is not None:
            self._transport.write(bytes(replies))

    def _take(self, command: bytes, data: bytes, replies: bytearray) -> bool:
        """Take one packet; False when the session is over."""
        if self._on_taken is not None:
            taken, self._on_taken = self._on_taken, None
            taken()
        step = self._dialogue.receive(command, data)
        replies += step.reply
        if step.ends:
            if self._transport is not None:
                self._transport.close()
            return False
        if step.transaction is not None:
            self._is_judging = True
            if self._transport is not None:
                self._transport.pause_reading()
            task = self._loop.create_task(self._judge(step.transaction))
            self._shared.tasks.add(task)
            task.add_done_callback(self._shared.tasks.discard)
        return True

    async def _judge(self, transaction: Transaction) -> None:
        answer = await self._shared.handle(transaction)
        self._is_judging = False
        self._heard_at = self._loop.time()
        self._dialogue.forget()
        if self._transport is None:
            log.warning("The line was gone before message %s had its answer.", transaction.queue_id)
            return
        self._on_taken = answer.on_taken
        self._transport.write(answer.replies)
        self._transport.resume_reading()
        self._work()

    def _look(self) -> None:
        """Close a line that has been silent for too long, a shorter time within a packet."""
        limits = self._shared.limits
        silent = self._loop.time() - self._heard_at
        allowed = limits.within_packet_s if self._buffer else limits.idle_s
        if silent > allowed and not self._is_judging:
            log.info("A connection was silent for %d seconds and is closed.", silent)
            self.close()
            return
        self._check = self._loop.call_later(min(CHECK_S, allowed), self._look)


async def listen(
    shared: Shared, *, path: str | None = None, host: str | None = None, port: int = 0
) -> asyncio.Server:
    """Listen on a unix socket, or on a host and port; connections are served from now on."""
    loop = asyncio.get_running_loop()
    if path is not None:
        return await loop.create_unix_server(lambda: Connection(shared, is_quiet=True), path)
    return await loop.create_server(lambda: _inet(shared), host, port, family=socket.AF_UNSPEC)


def _inet(shared: Shared) -> Connection:
    # With a reply to every step the mail server never sends two small packets in a row, which
    # delayed acknowledgements would stall for 40 ms each.
    return Connection(shared, is_quiet=False)
