"""One SMTP conversation with the deployment's mail server, within one deadline."""

import smtplib
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

STEP_TIMEOUT_S = 15.0
DEADLINE_S = 120.0
FIRST_REFUSAL = 400
CLOSING = 421
DEFAULT_PORTS = {"smtp": 25, "smtps": 465}


class MailServerUrlError(ValueError):
    """LAMPPOST_SMTP_URL is smtp://[user:password@]host[:port][?plain=yes&all-to=…], or smtps."""


class ConversationError(Exception):
    """The mail server could not be spoken to, or fell silent; the message says how."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over. `smtps` is TLS from the start; `smtp` asks for STARTTLS.

    Without TLS nothing is sent, but to this machine itself or where `?plain=yes` allows it. With
    `all_to`, every message goes to that one mailbox, its headers untouched: for practice.
    """

    host: str
    port: int
    has_tls: bool = False
    may_be_plain: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    all_to: str | None = None

    @classmethod
    def parse(cls, url: str) -> Self:
        """The server an address names.

        Raises:
            MailServerUrlError: it names none.
        """
        try:
            parts = urlsplit(url)
            port = parts.port or DEFAULT_PORTS[parts.scheme]
            options = parse_qs(parts.query)
        except (ValueError, KeyError):
            raise MailServerUrlError(MailServerUrlError.__doc__) from None
        if not parts.hostname or parts.path.strip("/") or set(options) - {"plain", "all-to"}:
            raise MailServerUrlError(MailServerUrlError.__doc__)
        return cls(
            host=parts.hostname,
            port=port,
            has_tls=parts.scheme == "smtps",
            may_be_plain=options.get("plain") == ["yes"] or _is_here(parts.hostname),
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            all_to=options["all-to"][0] if "all-to" in options else None,
        )


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server said at the end of a message, and to which question."""

    code: int
    words: str

    @property
    def is_accepted(self) -> bool:
        """Whether the server has the message now."""
        return self.code < FIRST_REFUSAL

    @property
    def is_final(self) -> bool:
        """Whether asking again is of no use."""
        return self.code >= FIRST_REFUSAL + 100


class Conversation:
    """Connected and signed in while the block lasts; ended by force at the deadline.

    `timeout=` of smtplib is per read, so that a server sending a byte now and then could hold the
    worker for ever; a timer shuts the socket down.
    """

    def __init__(
        self, server: MailServer, *, step_s: float = STEP_TIMEOUT_S, deadline_s: float = DEADLINE_S
    ) -> None:
        self._server = server
        self._context = ssl.create_default_context()
        self._client: smtplib.SMTP = (
            smtplib.SMTP_SSL(timeout=step_s, context=self._context)
            if server.has_tls
            else smtplib.SMTP(timeout=step_s)
        )
        # smtplib checks the certificate against the host it was made with, and it has none yet.
        vars(self._client)["_host"] = server.host
        # After half of the time no further message is begun, so that none is cut in its middle.
        self._begin_until = time.monotonic() + deadline_s / 2
        self._timer = threading.Timer(deadline_s, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        """Connect, secure, sign in.

        Raises:
            ConversationError: it could not.
        """
        self._timer.start()
        try:
            self._open()
        except (OSError, smtplib.SMTPException) as error:
            self._end()
            raise ConversationError(_words(error)) from None
        except ConversationError:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Say goodbye, whatever happened."""
        with suppress(OSError, smtplib.SMTPException):
            self._client.quit()
        self._end()

    @property
    def has_time(self) -> bool:
        """Whether there is time to begin another message."""
        return time.monotonic() < self._begin_until

    def send(self, *, sender: str, recipient: str, content: bytes) -> Reply:
        """Hand one message over.

        Raises:
            ConversationError: no answer came; nobody knows whether the server has it.
        """
        try:
            reply = self._send(sender, recipient, content)
            if reply.code == CLOSING:
                raise ConversationError(f"The mail server hangs up: {reply.words}")
            if not reply.is_accepted:
                self._client.rset()
        except (OSError, smtplib.SMTPException) as error:
            raise ConversationError(_words(error)) from None
        return reply

    def _open(self) -> None:
        server, client = self._server, self._client
        code, said = client.connect(server.host, server.port)
        if code >= FIRST_REFUSAL:
            raise ConversationError(f"The mail server does not want to talk: {_said(code, said)}")
        client.ehlo_or_helo_if_needed()
        if not server.has_tls and client.has_extn("starttls") and not _is_here(server.host):
            client.starttls(context=self._context)
            client.ehlo()
        elif not server.has_tls and not server.may_be_plain:
            raise ConversationError(
                "The mail server offers no STARTTLS; use smtps://, or allow it with ?plain=yes."
            )
        if server.username is not None:
            client.login(server.username, server.password or "")

    def _send(self, sender: str, recipient: str, content: bytes) -> Reply:
        client = self._client
        code, said = client.mail(sender)
        if code >= FIRST_REFUSAL:
            # Our own address is refused, not this message: mending the settings mends all of them.
            now = code if code == CLOSING else min(code, FIRST_REFUSAL + 51)
            return Reply(now, f"{_said(code, said)} (said of the sender)")
        code, said = client.rcpt(recipient)
        if code >= FIRST_REFUSAL:
            return Reply(code, _said(code, said))
        try:
            code, said = client.data(content)
        except smtplib.SMTPDataError as error:
            return Reply(error.smtp_code, _said(error.smtp_code, error.smtp_error))
        return Reply(code, _said(code, said))

    def _cut(self) -> None:
        held = self._client.sock
        if held is not None:
            with suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)

    def _end(self) -> None:
        self._timer.cancel()
        with suppress(OSError):
            self._client.close()


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _said(code: int, said: bytes | str) -> str:
    words = said.decode(errors="replace") if isinstance(said, bytes) else said
    return f"{code} {words}"


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "The mail server did not answer in time."
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"The mail server refuses the sign-in ({error.smtp_code})."
    return f"The mail server could not be spoken to ({error.__class__.__name__}: {error})."
