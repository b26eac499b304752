"""A message owed as the bytes that go over the wire."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Self

from postmaster.outbox.carrying import Claimed
from postmaster.outbox.rules import MessageChannel

# 7 bits, so that a server without 8BITMIME takes it as it is.
POLICY = SMTP.clone(cte_type="7bit")
# Causes whose messages go to everybody who asked for them, by the name of their list.
LISTS = {"bulletins": "Bulletins", "status": "Service status"}


@dataclass(frozen=True, slots=True)
class Origin:
    """Who mail is from; the address is also the envelope's, so that bounces come back to it."""

    address: str
    name: str = ""

    @classmethod
    def parse(cls, mail_from: str) -> Self:
        """From `lamppost@example.nhs.uk` or `Lamppost <lamppost@example.nhs.uk>`."""
        name, address = parseaddr(mail_from)
        return cls(address, name)

    @property
    def domain(self) -> str:
        """The right part of the address, and of our Message-IDs."""
        return self.address.rpartition("@")[2] or "localhost"


def address_of(message: Claimed, *, sms_gateway: str | None) -> str | None:
    """Where the message goes by mail; a text message to its number at the gateway, None without."""
    if message.channel is MessageChannel.EMAIL:
        return message.recipient
    return f"{message.recipient}@{sms_gateway}" if sms_gateway else None


def compose(message: Claimed, *, origin: Origin, now: datetime, to: str | None = None) -> bytes:
    """The message with its headers (RFC 5322; Auto-Submitted by RFC 3834, List-Id by RFC 2919).

    The reader of a list lets go by one click in their mail program (RFC 8058). `to` is the address
    it goes to where that is not the recipient itself: a text message's is at the gateway.
    """
    made = EmailMessage(policy=POLICY)
    made["From"] = Address(origin.name, addr_spec=origin.address)
    made["To"] = Address(addr_spec=to or message.recipient)
    made["Subject"] = message.subject
    made["Date"] = format_datetime(now)
    made["Message-ID"] = f"<{message.mail_message_id}@{origin.domain}>"
    made["Auto-Submitted"] = "auto-generated"
    room = message.cause.partition(".")[0]
    if room in LISTS:
        made["List-Id"] = f"{LISTS[room]} <{room}.{origin.domain}>"
    if message.unsubscribe is not None:
        made["List-Unsubscribe"] = f"<{message.unsubscribe}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(message.body, charset="utf-8")
    return made.as_bytes()
