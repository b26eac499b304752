"""An SMTP session that keeps its deadline, and handing one mail over in it."""

import smtplib
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from pydantic import Field

from probes.connection import Watchdog, open_connection
from probes.faults import ProberUnfitError, TargetFailedError
from probes.service import Privacy, Service, tls_context

ACCEPTED = range(200, 300)
DEFERRED = range(400, 500)


class SmtpService(Service):
    """An SMTP server, and the name we give ourselves there."""

    ehlo: str = Field(default_factory=socket.gethostname, min_length=1)


class _Client(smtplib.SMTP):
    """The library's client on a connection that is open already."""

    def __init__(self, opened: socket.socket, service: SmtpService, timeout: float) -> None:
        self._opened = opened
        super().__init__(service.host, service.port, local_hostname=service.ehlo, timeout=timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self._opened


@contextmanager
def smtp_session(service: SmtpService, watchdog: Watchdog) -> Iterator[smtplib.SMTP]:
    """A session after EHLO, TLS and sign-in as the service asks; takes its leave at the end.

    Raises:
        ProbeFaultError: it refused, closed, hung, or is out of our reach.
    """
    opened = open_connection(service.host, service.port, watchdog)
    try:
        if service.tls is Privacy.IMPLICIT:
            opened = tls_context(service.ca_file).wrap_socket(opened, server_hostname=service.host)
        with closing(_Client(opened, service, watchdog.remaining())) as client:
            _introduce(client, service)
            yield client
            with suppress(OSError):
                client.quit()
    except smtplib.SMTPResponseException as error:
        raise refusal(error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPServerDisconnected as error:
        raise watchdog.explain_end(error) from error
    except smtplib.SMTPException as error:
        raise TargetFailedError(
            "protocol", f"It does not speak SMTP as expected: {error}."
        ) from error
    except OSError as error:
        raise watchdog.explain(error) from error
    finally:
        opened.close()


def hand_over(client: smtplib.SMTP, content: bytes, *, sender: str, recipient: str) -> str:
    """Give one mail away; gives what the server said to the final dot.

    Raises:
        TargetFailedError: it refused or deferred a step.
    """
    _expect_yes(client.mail(sender), "MAIL FROM")
    _expect_yes(client.rcpt(recipient), "RCPT TO")
    code, said = client.data(content)
    _expect_yes((code, said), "the message")
    return _words(said)


def refusal(code: int, said: bytes | str, step: str = "the session") -> TargetFailedError:
    """What a reply other than yes means: 4xx asks to come again, 5xx says no."""
    told = f"It answered {code} to {step}: {_words(said)}"
    if code in DEFERRED:
        return TargetFailedError("deferred", told, code=code)
    return TargetFailedError("rejected", told, code=code)


def _introduce(client: smtplib.SMTP, service: SmtpService) -> None:
    client.ehlo_or_helo_if_needed()
    if service.tls is Privacy.STARTTLS:
        if not client.has_extn("starttls"):
            raise TargetFailedError("no-starttls", "It does not offer STARTTLS.")
        client.starttls(context=tls_context(service.ca_file))
        client.ehlo_or_helo_if_needed()
    if service.username is not None:
        _sign_in(client, service.username, service.secret())


def _sign_in(client: smtplib.SMTP, username: str, password: str) -> None:
    try:
        client.login(username, password)
    except smtplib.SMTPAuthenticationError as error:
        if error.smtp_code in DEFERRED:
            raise refusal(error.smtp_code, error.smtp_error, "the sign-in") from error
        raise ProberUnfitError(
            "login-refused",
            f"The sign-in as {username} was refused; has the probe's password run out?",
            code=error.smtp_code,
        ) from error


def _expect_yes(reply: tuple[int, bytes], step: str) -> None:
    code, said = reply
    if code not in ACCEPTED:
        raise refusal(code, said, step)


def _words(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:300]
