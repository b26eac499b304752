"""Sockets that cannot outlast their time.

A timeout on each read is not enough: a server that sends one byte a second never meets it. So a
watchdog shuts every connection it watches when the time of the whole look is up.
"""

import errno
import ipaddress
import queue
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Self, TypeAlias

from probes.faults import ProbeFaultError, ProberUnfitError, TargetFailedError
from probes.reading import Clock

Address: TypeAlias = tuple[socket.AddressFamily, tuple[Any, ...]]
Check: TypeAlias = Callable[[str, list[str]], None]

SHORTEST_S = 0.01
# Errors of the machine the prober runs on: they say nothing about the target.
OWN_ERRORS = frozenset(
    {
        errno.ENETDOWN,
        errno.ENETUNREACH,
        errno.EADDRNOTAVAIL,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOBUFS,
        errno.ENOMEM,
    }
)
EXPIRED = 10  # OpenSSL's X509_V_ERR_CERT_HAS_EXPIRED


class Watchdog:
    """Shuts what it watches when the time is up, whatever the connection is doing."""

    def __init__(self, seconds: float, clock: Clock) -> None:
        self._clock = clock
        self._seconds = max(SHORTEST_S, seconds)
        self._until = clock.monotonic() + self._seconds
        self._lock = threading.Lock()
        self._watched: list[socket.socket] = []
        self._timer = self._start()
        self.has_bitten = False

    def __enter__(self) -> Self:
        """Watch until the block is left."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop watching."""
        self._timer.cancel()
        with self._lock:
            for watched in self._watched:
                watched.close()
            self._watched.clear()

    def allow(self, seconds: float) -> None:
        """Give the time anew, from now on."""
        self._timer.cancel()
        self._seconds = max(SHORTEST_S, seconds)
        self._until = self._clock.monotonic() + self._seconds
        self._timer = self._start()

    def remaining(self) -> float:
        """Seconds left, never nothing: a socket reads 0 as `do not wait`."""
        return max(SHORTEST_S, self._until - self._clock.monotonic())

    def watch(self, connection: socket.socket) -> None:
        """Take a connection on; a duplicate is kept, so wrapping it in TLS does not hide it."""
        with self._lock:
            self._watched.append(connection.dup())
            if self.has_bitten:
                self._shut()

    def explain(self, error: Exception) -> ProbeFaultError:
        """The fault behind an error of the network."""
        if isinstance(error, ProbeFaultError):
            return error
        if self.has_bitten or isinstance(error, TimeoutError):
            return TargetFailedError("timeout", f"It did not finish within {self._seconds:g} s.")
        return _fault_of(error)

    def explain_end(self, error: Exception) -> ProbeFaultError:
        """The fault behind a library's word that the conversation ended.

        The libraries raise their own error over that of the socket, a timeout among them.
        """
        beneath = error.__context__
        return self.explain(beneath if isinstance(beneath, OSError) else EOFError())

    def _start(self) -> threading.Timer:
        timer = threading.Timer(self._seconds, self._bite)
        timer.daemon = True
        timer.start()
        return timer

    def _bite(self) -> None:
        with self._lock:
            self.has_bitten = True
            self._shut()

    def _shut(self) -> None:
        for watched in self._watched:
            with suppress(OSError):
                watched.shutdown(socket.SHUT_RDWR)


@contextmanager
def watching(seconds: float, clock: Clock) -> Iterator[Watchdog]:
    """A watchdog for a block; errors of the network leave the block as faults.

    Raises:
        ProbeFaultError: what the network error means.
    """
    with Watchdog(seconds, clock) as watchdog:
        try:
            yield watchdog
        except OSError as error:
            raise watchdog.explain(error) from error


def open_connection(
    host: str, port: int, watchdog: Watchdog, check: Check | None = None
) -> socket.socket:
    """A connected socket, watched; every address of the name is tried in turn.

    `check` is told the name and the very addresses that would be tried, and may raise.

    Raises:
        ProbeFaultError: the name has no address, or nobody answers there.
        OSError: the last address refused or did not answer.
    """
    addresses = resolve(host, port, watchdog.remaining())
    if check is not None:
        check(host, [str(address[0]) for _, address in addresses])
    for left, (family, address) in zip(range(len(addresses), 0, -1), addresses, strict=True):
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            connection.settimeout(watchdog.remaining() / left)
            connection.connect(address)
        except OSError:
            connection.close()
            if left == 1:
                raise
            continue
        connection.settimeout(watchdog.remaining())
        watchdog.watch(connection)
        return connection
    raise TargetFailedError("no-such-name", f"{host} has no address.")


def resolve(host: str, port: int, seconds: float) -> list[Address]:
    """The addresses of a name, from the machine's own resolver, within a time.

    The resolver knows no deadline, so it is asked in a thread that is left behind if need be.

    Raises:
        TargetFailedError: there is no such name.
        ProberUnfitError: the resolver did not answer.
    """
    flags = socket.AI_NUMERICHOST if _is_address(host) else 0
    answers: queue.SimpleQueue[list[Address] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
        except (OSError, UnicodeError) as error:
            answers.put(error if isinstance(error, OSError) else OSError(str(error)))
        else:
            answers.put([(family, address) for family, _, _, _, address in found])

    if flags:
        ask()
    else:
        threading.Thread(target=ask, name=f"resolve {host}", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise ProberUnfitError(
            "resolver", f"The resolver of this machine gave no answer for {host} in {seconds:g} s."
        ) from None
    if isinstance(answer, list):
        return answer
    raise _name_fault(host, answer) from answer


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _name_fault(host: str, error: OSError) -> ProbeFaultError:
    if error.errno in (socket.EAI_AGAIN, socket.EAI_FAIL, socket.EAI_SYSTEM):
        return ProberUnfitError(
            "resolver", f"The resolver of this machine cannot answer for {host}: {error.strerror}."
        )
    return TargetFailedError("no-such-name", f"There is no address for the name {host}.")


def _fault_of(error: Exception) -> ProbeFaultError:
    if isinstance(error, ssl.SSLError):
        return _tls_fault(error)
    if isinstance(error, ConnectionRefusedError):
        return TargetFailedError("refused", "Nobody listens there: the connection was refused.")
    if isinstance(error, OSError) and error.errno in OWN_ERRORS:
        return ProberUnfitError("network", f"This machine cannot reach out: {error.strerror}.")
    if isinstance(error, ConnectionError | EOFError):
        return TargetFailedError("closed", "It closed the connection before the end.")
    return TargetFailedError("network", f"The connection failed: {error}.")


def _tls_fault(error: ssl.SSLError) -> ProbeFaultError:
    if not isinstance(error, ssl.SSLCertVerificationError):
        return TargetFailedError("tls", f"TLS could not be agreed: {error.reason or error}.")
    if error.verify_code == EXPIRED:
        return TargetFailedError("expired", "Its certificate has expired.")
    return TargetFailedError(
        "untrusted", f"Its certificate is not trusted: {error.verify_message}."
    )
