"""The milter as a process: sockets open, policy kept fresh, everything stopped in order."""

import asyncio
import contextlib
import logging
import signal
import stat
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lamppost.settings import Settings
from lamppost.worker.milter.judging import MessageJudge
from lamppost.worker.milter.knowing import Knowledge
from lamppost.worker.milter.server import Limits, Shared, listen

log = logging.getLogger(__name__)


class AddressError(ValueError):
    """It is no address to listen on; the message says what one looks like."""


@dataclass(frozen=True, slots=True)
class Address:
    """`unix:/path` or `inet:host:port`, as mail servers write them."""

    path: Path | None = None
    host: str | None = None
    port: int = 0

    def __str__(self) -> str:
        return f"unix:{self.path}" if self.path else f"inet:{self.host}:{self.port}"


def read_address(text: str) -> Address:
    """An address from its words.

    Raises:
        AddressError: it is none.
    """
    kind, _, rest = text.partition(":")
    if kind == "unix" and rest:
        return Address(path=Path(rest))
    host, _, port = rest.rpartition(":")
    if kind == "inet" and host and port.isdigit() and int(port) < 2**16:
        return Address(host=host.strip("[]"), port=int(port))
    raise AddressError(f"{text!r} is no address; write unix:/path or inet:host:port.")


def policy_file(settings: Settings) -> Path:
    """The policy last known."""
    return settings.data / "milter" / "policy.json"


def serve(
    judge: MessageJudge,
    knowledge: Knowledge,
    addresses: Sequence[Address],
    *,
    socket_mode: int = 0o660,
    limits: Limits | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = threading.Event()
    keeper = threading.Thread(target=knowledge.keep_fresh, args=(stop,), daemon=True)
    keeper.start()
    try:
        asyncio.run(_serve(judge, addresses, socket_mode, limits or Limits()))
    finally:
        stop.set()
        counts = judge.counts
        log.info(
            "Judged %d messages, noted %d, could not judge %d.",
            counts.judged, counts.noted, counts.failed,
        )  # fmt: skip


async def _serve(
    judge: MessageJudge, addresses: Sequence[Address], mode: int, limits: Limits
) -> None:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    shared = Shared(judge.handle, limits)
    servers = [await _open(shared, address, mode) for address in addresses]
    log.info("Listening on %s.", ", ".join(map(str, addresses)))
    await stopped.wait()
    for server in servers:
        server.close()
    # Messages under way get their answer; then the lines are closed.
    if shared.tasks:
        await asyncio.wait(shared.tasks, timeout=3)
    for connection in list(shared.connections):
        connection.close()
    for address in addresses:
        if address.path is not None:
            address.path.unlink(missing_ok=True)


async def _open(shared: Shared, address: Address, mode: int) -> asyncio.Server:
    if address.path is None:
        return await listen(shared, host=address.host, port=address.port)
    address.path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        if stat.S_ISSOCK(address.path.lstat().st_mode):
            # Left by a process that was killed; a second milter on it would be a fault of setup.
            address.path.unlink()
    server = await listen(shared, path=str(address.path))
    address.path.chmod(mode)
    return server
