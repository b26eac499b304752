"""Two ways to run the relay: as a process of its own, and in a thread as a context manager."""

import asyncio
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from lamppost.clock import Clock, SystemClock
from lamppost.worker.relay.folders import Folders, folders_in
from lamppost.worker.relay.script import DEFAULT, Script
from lamppost.worker.relay.script_file import load_script, save_script
from lamppost.worker.relay.server import Ports, Relay, RelayError, RelayOptions

START_WITHIN_S = 30.0
STOP_WITHIN_S = 10.0
LOOK_EVERY_S = 0.1


def report_on_stderr(sentence: str) -> None:
    """Where the relay's complaints go unless somebody asks for them."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


def announce_on_stdout(sentence: str) -> None:
    """Where the relay says that it answers."""
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def run_relay(
    options: RelayOptions,
    *,
    stop: threading.Event | None = None,
    announce: Callable[[str], None] = announce_on_stdout,
    report: Callable[[str], None] = report_on_stderr,
) -> int:
    """Run the relay until SIGTERM, SIGINT or `stop`; gives the exit code of the process."""
    try:
        asyncio.run(_run(options, stop, announce, report))
    except RelayError as error:
        report(str(error))
        return 1
    return 0


async def _run(
    options: RelayOptions,
    stop: threading.Event | None,
    announce: Callable[[str], None],
    report: Callable[[str], None],
) -> None:
    ended = asyncio.Event()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
    relay = Relay(options, SystemClock(), report)
    ports = await relay.start()
    try:
        announce(greeting(options.host, ports))
        while not ended.is_set() and not (stop is not None and stop.is_set()):
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S if stop is not None else None):
                    await ended.wait()
    finally:
        await relay.stop()


def greeting(host: str, ports: Ports) -> str:
    """The line that says where the relay answers."""
    shown = f"[{host}]" if ":" in host else host
    return (
        f"The practice relay answers: SMTP {shown}:{ports.smtp}, IMAP {shown}:{ports.imap}, "
        f"HTTP http://{shown}:{ports.http}, TLS https://{shown}:{ports.tls}"
    )


class PracticeRelay:
    """The relay in a thread, on free ports unless told otherwise: `with PracticeRelay(data)`."""

    def __init__(
        self,
        data: Path,
        *,
        clock: Clock | None = None,
        options: RelayOptions | None = None,
    ) -> None:
        self.options = options or RelayOptions(
            data, smtp_port=0, imap_port=0, http_port=0, tls_port=0
        )
        self.folders: Folders = folders_in(self.options.data)
        self.reports: list[str] = []
        self._clock = clock or SystemClock()
        self._ready = threading.Event()
        self._ports: Ports | None = None
        self._fault: BaseException | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._work, name="practice-relay", daemon=True)
        self._thread.start()
        if not self._ready.wait(START_WITHIN_S):
            raise RelayError(f"The practice relay did not start within {START_WITHIN_S:.0f} s.")
        if self._fault is not None:
            self._thread.join(STOP_WITHIN_S)
            raise self._fault
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(STOP_WITHIN_S)

    @property
    def host(self) -> str:
        """The address it listens on."""
        return self.options.host

    @property
    def ports(self) -> Ports:
        """The ports it really has."""
        if self._ports is None:
            raise RelayError("The practice relay has not started.")
        return self._ports

    def password(self, mailbox: str) -> str:
        """The IMAP password of a mailbox."""
        return self.folders.password_file(mailbox).read_text(encoding="utf-8").strip()

    def set(self, mailbox: str = DEFAULT, **behaviour: bool | float) -> None:
        """Change the script of a mailbox, page or the default; in force at once."""
        script = load_script(self.folders.script).changed(mailbox, behaviour)
        save_script(self.folders.script, script)

    def reset(self) -> None:
        """Back to a prompt and honest relay."""
        save_script(self.folders.script, Script())

    def _work(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
            self._fault = error
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        relay = Relay(self.options, self._clock, self.reports.append)
        self._ports = await relay.start()
        self._ready.set()
        await self._ended.wait()
        await relay.stop()
