"""A real practice relay on free ports, and people who send to it and read from it."""

import imaplib
import smtplib
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from lamppost.worker.relay.running import PracticeRelay

Send = Callable[..., str]
Arrived = Callable[..., list[Path]]
SignIn = Callable[..., imaplib.IMAP4]


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[PracticeRelay]:
    """A relay that is prompt and honest until a test says otherwise."""
    with PracticeRelay(tmp_path) as made:
        yield made


@pytest.fixture
def send(relay: PracticeRelay) -> Send:
    """Send one mail; gives what the relay said to the end of DATA."""

    def send_one(word: str = "tok1", to: str = "incoming@practice.test") -> str:
        return deliver(relay, compose(word, to), to)

    return send_one


def compose(token: str, to: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "probe@practice.test"
    message["To"] = to
    message["Subject"] = f"Probe {token}"
    message["X-Lamppost-Probe"] = token
    message.set_content(f"Hello {token}.\n")
    return message


def deliver(relay: PracticeRelay, message: EmailMessage, *recipients: str) -> str:
    with smtplib.SMTP(relay.host, relay.ports.smtp, "prober.test", timeout=5) as client:
        client.ehlo_or_helo_if_needed()
        client.mail("probe@practice.test")
        for recipient in recipients:
            code, said = client.rcpt(recipient)
            if code != 250:
                raise smtplib.SMTPRecipientsRefused({recipient: (code, said)})
        code, said = client.data(message.as_bytes())
    return f"{code} {said.decode()}"


@pytest.fixture
def arrived(relay: PracticeRelay) -> Arrived:
    """Wait until a Maildir holds so many mails; gives their files."""

    def wait(count: int = 1, mailbox: str = "incoming", *, junk: bool = False) -> list[Path]:
        folder = relay.folders.junk(mailbox) if junk else relay.folders.inbox(mailbox)
        until = time.monotonic() + 5
        while len(found := sorted(folder.glob("new/*"))) < count and time.monotonic() < until:
            time.sleep(0.02)
        assert len(found) == count
        return found

    return wait


@pytest.fixture
def sign_in(relay: PracticeRelay) -> Iterator[SignIn]:
    """Open IMAP connections, signed in; closed after the test."""
    opened: list[imaplib.IMAP4] = []

    def make(mailbox: str = "incoming", folder: str | None = "INBOX") -> imaplib.IMAP4:
        client = imaplib.IMAP4(relay.host, relay.ports.imap, timeout=5)
        opened.append(client)
        client.login(mailbox, relay.password(mailbox))
        if folder is not None:
            assert client.select(folder)[0] == "OK"
        return client

    yield make
    for client in opened:
        client.shutdown()
