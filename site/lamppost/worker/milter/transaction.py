"""One message as a mail server tells it to a milter, step by step."""

import re
from dataclasses import dataclass, field

# More recipients than a mail server lets one message have.
MOST_RECIPIENTS = 10_000
_BARE_LF = re.compile(rb"(?<!\r)\n")


@dataclass(slots=True)
class Transaction:
    """The envelope, headers and body of one message, and the macros told with them.

    `is_too_big`: it went over what may be held in memory, and what was held has been let go.
    """

    client_ip: str | None = None
    client_name: str | None = None
    helo: str | None = None
    mail_from: str | None = None
    recipients: list[str] = field(default_factory=list)
    macros: dict[str, str] = field(default_factory=dict)
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=list)
    size: int = 0
    is_too_big: bool = False

    @property
    def queue_id(self) -> str:
        """The mail server's own id of the message, "" before it has one."""
        return self.macros.get("i", "")

    @property
    def authenticated_as(self) -> str | None:
        """The login that submitted it."""
        return self.macros.get("auth_authen") or None

    @property
    def daemon(self) -> str:
        """The name the mail server gave the service that took it, such as ORIGINATING."""
        return self.macros.get("daemon_name", "")

    def let_go(self) -> None:
        """Hold nothing of it any more; it is too big."""
        self.headers.clear()
        self.chunks.clear()
        self.recipients.clear()
        self.is_too_big = True

    def body(self) -> bytes:
        """The body as it came."""
        return b"".join(self.chunks)

    def raw(self) -> bytes:
        """The message as it was before it came, but for the mail server's own trace headers."""
        lines = [
            name + b":" + (_BARE_LF.sub(b"\r\n", value) if b"\n" in value else value) + b"\r\n"
            for name, value in self.headers
        ]
        return b"".join([*lines, b"\r\n", *self.chunks])


def plain_address(word: bytes) -> str:
    """`<ann@nhs.net>` without its brackets."""
    text = word.decode("utf-8", "surrogateescape")
    return text[1:-1] if text.startswith("<") and text.endswith(">") else text
