"""A delivery status notification (RFC 3464) read into values; whatever else comes gives nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

from postmaster.outbox.carrying import Action

LARGEST = 1024 * 1024
# Ours are 32 hexadecimal digits; what follows the @ may have changed with the settings.
OUR_ID = re.compile(r"<([0-9a-f]{32})@[^<>\s]{1,255}>")
SHOWN = ("Action", "Status", "Final-Recipient", "Remote-MTA", "Diagnostic-Code")
MOST_RECIPIENTS = 20


@dataclass(frozen=True, slots=True)
class Report:
    """What a mail server says of one message to one recipient.

    `words` are the report's own fields and never the text that came back with it, which may be
    secret.
    """

    mail_message_id: str
    action: Action
    words: str


def read_report(content: bytes) -> tuple[Report, ...]:
    """The reports in a mail; none when it is not a notification about a message of ours."""
    try:
        mail = message_from_bytes(content[:LARGEST], policy=compat32)
        identity = _identity(mail)
        if mail.get_content_type() != "multipart/report" or identity is None:
            return ()
        return tuple(_reports(mail, identity))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        # The parser promises not to raise; what strangers send has taught everybody otherwise.
        return ()


def _identity(mail: Message) -> str | None:
    """The id in the headers of the message that came back."""
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "text/rfc822-headers":
            text = part.get_payload(decode=True)
            headers = message_from_bytes(text if isinstance(text, bytes) else b"")
        elif kind == "message/rfc822":
            inner = part.get_payload()
            first = inner[0] if isinstance(inner, list) and inner else None
            headers = first if isinstance(first, Message) else Message()
        else:
            continue
        found = OUR_ID.fullmatch(str(headers.get("Message-ID", "")).strip())
        if found:
            return found.group(1)
    return None


def _reports(mail: Message, identity: str) -> Iterator[Report]:
    """One report for each recipient that the notification speaks of."""
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        blocks = part.get_payload()
        for block in blocks[:MOST_RECIPIENTS] if isinstance(blocks, list) else ():
            if not isinstance(block, Message):
                continue
            action = str(block.get("Action", "")).strip().lower()
            if action in set(Action):
                yield Report(identity, Action(action), _words(block))


def _words(block: Message) -> str:
    given = ((name, block.get(name)) for name in SHOWN)
    return "; ".join(f"{name}: {value}" for name, value in given if value)
