"""An IMAP session that keeps its deadline."""

import imaplib
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from probes.connection import Watchdog, open_connection
from probes.faults import ProberUnfitError, TargetFailedError
from probes.service import Privacy, Service, tls_context


class _Client(imaplib.IMAP4):
    """The library's client on a connection that is open already."""

    def __init__(self, opened: socket.socket, service: Service, timeout: float) -> None:
        self._opened = opened
        super().__init__(service.host, service.port, timeout=timeout)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return self._opened

    def hang_up(self) -> None:
        """Close the connection whatever its state; `close` is a command that expunges mail."""
        self.file.close()
        self.sock.close()


@contextmanager
def imap_session(service: Service, watchdog: Watchdog) -> Iterator[imaplib.IMAP4]:
    """A session after TLS and sign-in as the service asks; takes its leave at the end.

    Raises:
        ProbeFaultError: it refused, closed, hung, or is out of our reach.
    """
    opened = open_connection(service.host, service.port, watchdog)
    try:
        if service.tls is Privacy.IMPLICIT:
            opened = tls_context(service.ca_file).wrap_socket(opened, server_hostname=service.host)
        with ExitStack() as stack:
            client = _Client(opened, service, watchdog.remaining())
            stack.callback(client.hang_up)
            if service.tls is Privacy.STARTTLS:
                client.starttls(tls_context(service.ca_file))
            if service.username is not None:
                _sign_in(client, service.username, service.secret())
            yield client
            with suppress(OSError, imaplib.IMAP4.error):
                client.logout()
    except imaplib.IMAP4.abort as error:
        raise watchdog.explain_end(error) from error
    except imaplib.IMAP4.error as error:
        raise TargetFailedError(
            "protocol", f"It does not speak IMAP as expected: {error}."
        ) from error
    except OSError as error:
        raise watchdog.explain(error) from error
    finally:
        opened.close()


def _sign_in(client: imaplib.IMAP4, username: str, password: str) -> None:
    try:
        client.login(username, password)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        raise ProberUnfitError(
            "login-refused",
            f"The sign-in as {username} was refused; has the probe's password run out?",
        ) from error
