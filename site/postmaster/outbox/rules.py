"""What may be owed, how long to wait between tries, and the states of a message."""

import re
from datetime import timedelta
from enum import StrEnum

LONGEST_RECIPIENT = 254
LONGEST_SUBJECT = 200
LONGEST_TEXT = 64 * 1024
LONGEST_REPORT = 4000
# Two text messages joined; more is no temporary password.
LONGEST_SMS = 306
# RFC 5321, 4.5.4.1: try again for four to five days.
GIVE_UP_AFTER = timedelta(days=5)
SHORTEST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
# How long a claim holds; a process that died while sending is followed after this.
CLAIM_HOLDS = timedelta(minutes=10)

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_MOBILE = re.compile(r"07[0-9]{9}")
_DOMAIN = re.compile(
    r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*"
)


class MessageState(StrEnum):
    """What became of a message. `accepted`: a mail server has it; `bounced`: one gave it back."""

    OWED = "owed"
    SENDING = "sending"
    ACCEPTED = "accepted"
    BOUNCED = "bounced"
    FAILED = "failed"


class MessageChannel(StrEnum):
    """By what a message goes: mail to an address, or a text message to a UK mobile."""

    EMAIL = "email"
    SMS = "sms"


class UnsendableError(Exception):
    """The message cannot be owed; the words say why, and never repeat what was given."""


def check_message(
    *,
    cause: str,
    recipient: str,
    subject: str,
    text: str,
    template: str,
    channel: MessageChannel = MessageChannel.EMAIL,
) -> None:
    """Refuse what would break a header, or no server would take.

    Raises:
        UnsendableError: with the reason.
    """
    for name in (cause, template):
        if not _NAME.fullmatch(name):
            raise UnsendableError("A cause or template is lower-case letters, digits, . _ and -.")
    if channel is MessageChannel.SMS:
        check_mobile(recipient)
        if len(text) > LONGEST_SMS:
            raise UnsendableError(f"A text message has up to {LONGEST_SMS} characters.")
    else:
        check_recipient(recipient)
    if not subject.strip() or len(subject) > LONGEST_SUBJECT:
        raise UnsendableError(f"A subject has 1 to {LONGEST_SUBJECT} characters.")
    if not subject.isprintable():
        raise UnsendableError("A subject is one line, with no control characters.")
    if "\0" in text or len(text) > LONGEST_TEXT:
        raise UnsendableError(f"A text has up to {LONGEST_TEXT} characters, none of them zero.")


def check_recipient(recipient: str) -> None:
    """Refuse an address that is not one plain ASCII address.

    Raises:
        UnsendableError: with the reason.
    """
    local, at, domain = recipient.rpartition("@")
    good = at and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain)
    if not good or len(recipient) > LONGEST_RECIPIENT:
        raise UnsendableError(
            "A recipient is one plain address such as ann.other@example.nhs.uk, on one line."
        )


def check_mobile(recipient: str) -> None:
    """Refuse a number that is not a UK mobile as accounts keep it.

    Raises:
        UnsendableError: with the reason.
    """
    if not _MOBILE.fullmatch(recipient):
        raise UnsendableError("A text message goes to a UK mobile such as 07700900123.")


def wait_after(tries: int) -> timedelta:
    """How long to wait after so many tries: a minute, doubling, six hours at most."""
    doublings = min(max(tries, 1) - 1, 16)
    return min(LONGEST_WAIT, SHORTEST_WAIT * (1 << doublings))


def is_given_up(tries: int) -> bool:
    """Whether the waits after so many tries come to more than anybody waits."""
    waited = sum((wait_after(done) for done in range(1, tries + 1)), timedelta())
    return waited > GIVE_UP_AFTER


def clip(words: str, longest: int = LONGEST_REPORT) -> str:
    """What a server said, bounded and printable, on one line."""
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())[:longest]
