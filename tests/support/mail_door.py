"""A real SMTP server that answers as the recipient's name says, and keeps what it took."""

import asyncio
import socket
import time
from contextlib import closing
from email import message_from_bytes
from email.message import Message
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from lamppost.delivery.carrying import Route
from lamppost.delivery.composing import Origin
from lamppost.delivery.mail_server import MailServer

ANSWERS = {
    "later": "451 4.7.1 Greylisted",
    "never": "550 5.1.1 No such mailbox",
    "closing": "421 4.3.2 Going down",
}


class MailDoor:
    """`later@…` is put off, `never@…` refused, `drop@…` loses the line after DATA, `hang@…` hangs.

    Args:
        slow_s: how long each message takes.
    """

    def __init__(self, slow_s: float = 0.0) -> None:
        self.slow_s = slow_s
        self.is_open_to_sender = True
        self.connections = 0
        self.taken: list[tuple[str, Message]] = []
        with closing(socket.socket()) as held:
            held.bind(("127.0.0.1", 0))
            self.port: int = held.getsockname()[1]
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._controller.stop()

    def route(self, *, sms_gateway: str | None = None, **times: float) -> Route:
        return Route(
            MailServer.parse(f"smtp://127.0.0.1:{self.port}"),
            Origin("lamppost@practice.test", "Lamppost"),
            sms_gateway,
            **times,
        )

    def wait_for(self, count: int) -> None:
        until = time.monotonic() + 20
        while len(self.taken) < count and time.monotonic() < until:
            time.sleep(0.01)
        assert len(self.taken) >= count

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, said: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return said

    async def handle_MAIL(  # noqa: N802 - as above
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not self.is_open_to_sender:
            return "553 5.7.1 Sender not allowed"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - as above
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        name = address.partition("@")[0]
        if name == "hang":
            await asyncio.sleep(3)
        if name in ANSWERS:
            return ANSWERS[name]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - as above
        self, server: Any, session: Session, envelope: Envelope
    ) -> str:
        await asyncio.sleep(self.slow_s)
        recipient = envelope.rcpt_tos[0]
        self.taken.append((recipient, message_from_bytes(envelope.original_content or b"")))
        if recipient.startswith("drop@"):
            server.transport.abort()
        return "250 OK"
