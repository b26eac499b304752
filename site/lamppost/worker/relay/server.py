"""The relay inside an event loop: its four ports, the delivery loop, its start and its end."""

import asyncio
import fcntl
import os
from asyncio import Server
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from lamppost.clock import Clock
from lamppost.worker.relay import passwords
from lamppost.worker.relay.certificate import ensure_certificate, tls_context
from lamppost.worker.relay.delivery import deliver_due
from lamppost.worker.relay.folders import MAILBOXES, folders_in, make_maildir
from lamppost.worker.relay.imap.door import LINE_LIMIT, ImapDoor
from lamppost.worker.relay.imap.store import Store
from lamppost.worker.relay.intake import Intake
from lamppost.worker.relay.pages import HEAD_LIMIT, PageDoor
from lamppost.worker.relay.queue import MailQueue
from lamppost.worker.relay.script_file import ScriptFile
from lamppost.worker.relay.smtp import SmtpDoor

LOOK_EVERY_S = 0.25
RENEWAL_LOOK_EVERY = timedelta(hours=6)


class RelayError(Exception):
    """The relay cannot start; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class RelayOptions:
    """Where the relay works and listens; port 0 takes any free one."""

    data: Path
    host: str = "127.0.0.1"
    smtp_port: int = 2525
    imap_port: int = 1143
    http_port: int = 8025
    tls_port: int = 8465


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports the relay really has."""

    smtp: int
    imap: int
    http: int
    tls: int


class Relay:
    """The relay of one data folder. Made, started and stopped in the same event loop."""

    def __init__(self, options: RelayOptions, clock: Clock, report: Callable[[str], None]) -> None:
        self._options, self._clock, self._report = options, clock, report
        self._folders = folders_in(options.data)
        self._script = ScriptFile(self._folders.script, report)
        self._woken = asyncio.Event()
        self._servers: list[Server] = []
        self._hang_ups: list[Callable[[], None]] = []
        self._delivery: asyncio.Task[None] | None = None
        self._lock: int | None = None
        self._is_ending = False

    async def start(self) -> Ports:
        """Make what is missing on disk, open the four ports, deliver what is due from now on.

        Raises:
            RelayError: a port or the folder is taken, or the folder cannot be written.
        """
        try:
            queue = self._prepare()
            ports = await self._open_ports(queue)
        except BaseException:
            await self.stop()
            raise
        self._delivery = asyncio.create_task(self._deliver_for_ever(queue))
        return ports

    async def stop(self) -> None:
        """Close the ports, end every conversation, let a delivery under way finish."""
        for server in self._servers:
            server.close()
        for hang_up in self._hang_ups:
            hang_up()
        self._is_ending = True
        self._woken.set()
        if self._delivery is not None:
            await self._delivery
        await asyncio.sleep(0)  # the conversations see that they are over
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _prepare(self) -> MailQueue:
        folders = self._folders
        try:
            folders.root.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(folders.lock, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for mailbox in MAILBOXES:
                make_maildir(folders.inbox(mailbox))
                make_maildir(folders.junk(mailbox))
            passwords.make_missing(folders)
            ensure_certificate(folders, self._clock.now())
            return MailQueue(folders.queue)
        except BlockingIOError:
            raise RelayError(
                f"Another practice relay works in {folders.root}; give this one its own --data."
            ) from None
        except OSError as error:
            raise RelayError(f"{folders.root} cannot be used ({error.strerror}).") from None

    async def _open_ports(self, queue: MailQueue) -> Ports:
        script, host = self._script.current, self._options.host
        smtp = SmtpDoor(script, Intake(queue), self._clock, self._woken.set)
        imap = ImapDoor(Store(self._folders, script, self._clock))
        pages = PageDoor(script)
        self._hang_ups = [smtp.hang_up, imap.hang_up, pages.hang_up]
        self._tls = tls_context(self._folders)
        loop, start = asyncio.get_running_loop(), asyncio.start_server
        return Ports(
            smtp=await self._listen(
                "smtp", lambda port: loop.create_server(smtp.conversation, host, port)
            ),
            imap=await self._listen(
                "imap", lambda port: start(imap.welcome, host, port, limit=LINE_LIMIT)
            ),
            http=await self._listen(
                "http", lambda port: start(pages.welcome, host, port, limit=HEAD_LIMIT)
            ),
            tls=await self._listen(
                "tls",
                lambda port: start(pages.welcome, host, port, limit=HEAD_LIMIT, ssl=self._tls),
            ),
        )

    async def _listen(self, name: str, serve: Callable[[int], Awaitable[Server]]) -> int:
        wanted: int = getattr(self._options, f"{name}_port")
        try:
            server = await serve(wanted)
        except OSError as error:
            why = os.strerror(error.errno or 0)
            raise RelayError(
                f"Port {wanted} on {self._options.host} cannot be had ({why}); "
                f"choose another with --{name}-port."
            ) from None
        self._servers.append(server)
        port: int = server.sockets[0].getsockname()[1]
        return port

    async def _deliver_for_ever(self, queue: MailQueue) -> None:
        """Deliver what is due; wake for new mail, for the next due moment, and for the script."""
        renewal_at = self._clock.now() + RENEWAL_LOOK_EVERY
        while not self._is_ending:
            self._woken.clear()
            self._script.current()
            now = self._clock.now()
            try:
                next_at = await asyncio.to_thread(
                    deliver_due, queue, self._folders, now, self._report
                )
                if now >= renewal_at:
                    renewal_at = now + RENEWAL_LOOK_EVERY
                    self._renew()
            except OSError as error:
                self._report(f"The practice relay could not deliver ({error}); it tries again.")
                next_at = None
            wait = LOOK_EVERY_S
            if next_at is not None:
                wait = min(wait, max(0.0, (next_at - self._clock.now()).total_seconds()))
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._woken.wait()

    def _renew(self) -> None:
        if ensure_certificate(self._folders, self._clock.now()):
            self._tls.load_cert_chain(self._folders.server_certificate)
