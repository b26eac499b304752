"""The probe mail: composing it, and knowing it again however it was mangled on its way."""

import re
import secrets
import string
from collections.abc import Collection
from collections.abc import Set as AbstractSet
from datetime import datetime
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

TOKEN_LENGTH = 26
TOKEN_HEADER = "X-Lamppost-Probe"  # nosec B105 # noqa: S105 - the name of a header
OWNER_HEADER = "X-Lamppost-Probe-Owner"

# Search indexes split words at dashes and dots, so a token is one plain word.
_ALPHABET = string.ascii_lowercase + string.digits
_TOKEN = re.compile(rf"(?<![a-z0-9])[a-z0-9]{{{TOKEN_LENGTH}}}(?![a-z0-9])")


def new_token() -> str:
    """A word nobody can guess, which no mail carries by chance."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(TOKEN_LENGTH))


def compose(*, token: str, owner: str, mail_from: str, rcpt_to: str, sent_at: datetime) -> bytes:
    """A probe mail as it goes over the wire; `owner` is the probe it belongs to."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = mail_from
    mail["To"] = rcpt_to
    mail["Subject"] = f"Lamppost delay test {token}"
    mail["Date"] = format_datetime(sent_at)
    # Not made of the token: an answer quotes it in References and must not pass for the mail.
    mail["Message-ID"] = make_msgid(domain=mail_from.rpartition("@")[2] or "localhost")
    mail[TOKEN_HEADER] = token
    mail[OWNER_HEADER] = owner
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(
        "This message measures how long mail takes to be delivered; nobody needs to read it.\n"
        f"\n{token}\n"
    )
    return mail.as_bytes()


def tokens_in(content: bytes) -> AbstractSet[str]:
    """Every word of a mail's subject, header and text that could be a token.

    A report or an answer that quotes a probe mail carries none: it says nothing of delivery.
    """
    mail = message_from_bytes(content)
    if _is_answer(mail):
        return frozenset()
    parts = [_header(mail, TOKEN_HEADER), _header(mail, "Subject"), *_texts(mail)]
    return {token for part in parts for token in _TOKEN.findall(part)}


def is_owned(content: bytes, owner: str, tokens: Collection[str]) -> bool:
    """Whether a mail says it is this probe's own and carries one of the tokens."""
    mail = message_from_bytes(content)
    return _header(mail, OWNER_HEADER) == owner and _header(mail, TOKEN_HEADER) in tokens


def _is_answer(mail: "Message[str, str]") -> bool:
    return (
        mail.get_content_type() == "multipart/report"
        or "In-Reply-To" in mail
        or _header(mail, "Auto-Submitted").lower().startswith("auto-replied")
    )


def _header(mail: "Message[str, str]", name: str) -> str:
    value = str(mail.get(name, ""))
    try:
        return str(make_header(decode_header(value))).strip()
    except (MessageError, LookupError, ValueError):
        return value.strip()


def _texts(mail: "Message[str, str]") -> list[str]:
    texts = []
    for part in mail.walk():
        if part.is_multipart():
            continue
        raw = part.get_payload(decode=False)
        decoded = part.get_payload(decode=True)
        # A gateway may change a text and leave its encoding label standing, so both are read.
        texts.append(raw if isinstance(raw, str) else "")
        texts.append(decoded.decode("latin-1") if isinstance(decoded, bytes) else "")
    return texts
