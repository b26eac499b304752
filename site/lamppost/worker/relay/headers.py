"""What the relay writes into a mail: Received lines, and what careless gateways do to it."""

import re
from datetime import datetime
from email.utils import format_datetime

from lamppost.worker.relay.folders import RELAY_HOST

EXTERNAL = b"[EXTERNAL] "
DISCLAIMER = (
    b"\n-- \nThis message came from outside the organisation.\n"
    b"Take care with links and attachments.\n"
)

_SUBJECT = re.compile(rb"^(subject:)[ \t]*", re.IGNORECASE | re.MULTILINE)
_ENCODED = re.compile(rb"^content-transfer-encoding:[ \t]*base64", re.IGNORECASE | re.MULTILINE)
_UNSAFE = re.compile(r"[^\x21-\x7e]|[()<>;\\]")


def accepted_line(*, helo: str, peer: str, queue_id: str, recipient: str, at: datetime) -> bytes:
    """The Received line of the moment the relay took the mail."""
    return _received(
        f"from {_word(helo)} ([{_word(peer)}])",
        f"by {RELAY_HOST} (Lamppost practice relay) with ESMTP id {queue_id}",
        f"for <{_word(recipient)}>; {format_datetime(at)}",
    )


def delivered_lines(*, queue_id: str, sender: str, recipient: str, at: datetime) -> bytes:
    """What final delivery puts on top: the sender, and the moment it reached the mailbox."""
    path = f"Return-Path: <{_word(sender) if sender else ''}>\n".encode("ascii")
    return path + _received(
        f"from {RELAY_HOST} (localhost [127.0.0.1])",
        f"by {RELAY_HOST} (mailbox store) with LMTP id {queue_id}",
        f"for <{_word(recipient)}>; {format_datetime(at)}",
    )


def mangled(content: bytes) -> bytes:
    """The mail with [EXTERNAL] before its subject and a disclaimer below its text."""
    head, gap, body = content.partition(b"\n\n")
    changed, found = _SUBJECT.subn(rb"\1 " + EXTERNAL, head, count=1)
    if not found:
        changed = head + b"\nSubject: " + EXTERNAL.strip()
    # Text added below base64 would break it; gateways that take care leave it alone.
    return changed + (gap or b"\n\n") + body + (b"" if _ENCODED.search(head) else DISCLAIMER)


def _received(*parts: str) -> bytes:
    return ("Received: " + "\n\t".join(parts) + "\n").encode("ascii")


def _word(text: str) -> str:
    """What a stranger said, with nothing in it that could end the line or the comment."""
    return _UNSAFE.sub("?", text)[:255] or "unknown"
