"""The SMTP side: aiosmtpd with the script's manners; it relays nothing to anywhere else."""

import asyncio
from collections.abc import Callable
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from lamppost.clock import Clock
from lamppost.worker.relay.folders import DOMAIN, RELAY_HOST, mailbox_of
from lamppost.worker.relay.intake import Intake, Letter
from lamppost.worker.relay.script import Script

SIZE_LIMIT = 10 * 1024 * 1024
DRIP_S = 1.0


class DrippingSMTP(SMTP):
    """An SMTP conversation that can answer one byte a second."""

    is_dripping = False

    async def push(self, status: Any) -> None:
        """Send one reply line, whole or in drips."""
        if not self.is_dripping:
            await super().push(status)
            return
        reply = f"{status}\r\n".encode() if isinstance(status, str) else status + b"\r\n"
        for number in reply:
            self._writer.write(bytes([number]))
            await self._writer.drain()
            await asyncio.sleep(DRIP_S)


class SilentProtocol(asyncio.Protocol):
    """Takes a connection and never says a word."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the way to hang up when the relay stops."""
        self.transport: asyncio.BaseTransport | None = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """The caller has had enough."""
        self.transport = None


class SmtpDoor:
    """Makes one conversation per connection and answers aiosmtpd's questions about it."""

    def __init__(
        self,
        script: Callable[[], Script],
        intake: Intake,
        clock: Clock,
        on_queued: Callable[[], None],
    ) -> None:
        self._script = script
        self._intake = intake
        self._clock = clock
        self._on_queued = on_queued
        self._open: set[DrippingSMTP | SilentProtocol] = set()

    def conversation(self) -> asyncio.BaseProtocol:
        """The protocol for a new connection."""
        self._open = {one for one in self._open if one.transport is not None}
        behaviour = self._script().behaviour()
        if behaviour.hang:
            made: DrippingSMTP | SilentProtocol = SilentProtocol()
        else:
            made = DrippingSMTP(
                self,
                data_size_limit=SIZE_LIMIT,
                hostname=RELAY_HOST,
                ident="ESMTP Lamppost practice relay",
                loop=asyncio.get_running_loop(),
            )
            made.is_dripping = behaviour.drip
        self._open.add(made)
        return made

    def hang_up(self) -> None:
        """End every conversation at once."""
        for one in self._open:
            if isinstance(one.transport, asyncio.Transport):
                one.transport.abort()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd looks hooks up by this name
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take practice addresses, as the script says; refuse all others."""
        mailbox = mailbox_of(address)
        if mailbox is None:
            return f"550 5.7.1 Relaying denied: this relay knows only {DOMAIN}"
        behaviour = self._script().behaviour(mailbox)
        server.is_dripping = server.is_dripping or behaviour.drip
        if behaviour.hang:
            await asyncio.Event().wait()  # until the caller hangs up or the relay stops
        if behaviour.refuse:
            return "554 5.7.1 Refused by the practice script"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(  # noqa: N802 - as above
        self, server: Any, session: Session, envelope: Envelope
    ) -> str:
        """Take the mail into the queue; 250 is said only when it is safe on disk."""
        letter = Letter(
            helo=session.host_name or "",
            peer=str(session.peer[0]) if session.peer else "",
            sender=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
            content=bytes(envelope.original_content or b""),
        )
        script = self._script()
        if self._intake.is_put_off(letter, script):
            return "451 4.7.1 Greylisted, try again later"
        try:
            queue_id = await asyncio.to_thread(self._intake.take, letter, script, self._clock.now())
        except OSError:
            return "452 4.3.1 The practice relay could not store the message"
        self._on_queued()
        return f"250 2.0.0 Ok: queued as {queue_id}"
