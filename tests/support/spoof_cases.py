"""A verdict with nothing but the message: policy, senders and DNS as the tests' words set them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from lamppost.nameservers import ZoneResolver
from postmaster.spoofing.judging import judge
from postmaster.spoofing.preset import get_preset
from postmaster.spoofing.values import Envelope, Network, SenderStanding, SpoofPolicy
from postmaster.spoofing.verdict import Verdict

RECEIVED_AT = datetime(2018, 4, 9, 8, 0, tzinfo=UTC)
POLICY = replace(get_preset(), authserv_id="mx.nhs.test")
OUTSIDE = Envelope(
    network=Network.INTERNET,
    received_at=RECEIVED_AT,
    client_ip="192.0.2.7",
    client_name="mail.evil.example",
    helo="mail.evil.example",
    mail_from="bounce@evil.example",
    recipients=("nurse@nhs.net",),
)
GOOD = SenderStanding("application", is_active=True, is_granted=True, is_locked=False)


class Directory:
    """Senders by their address."""

    def __init__(self, **standings: SenderStanding) -> None:
        self.standings = {f"{name}@nhs.net": standing for name, standing in standings.items()}

    def standing(self, address: str) -> SenderStanding | None:
        return self.standings.get(address)


NOBODY = Directory()


def judged(
    message: bytes,
    envelope: Envelope = OUTSIDE,
    *,
    policy: SpoofPolicy = POLICY,
    senders: Directory = NOBODY,
    zones: Mapping[str, Sequence[Any]] | None = None,
) -> Verdict:
    """The verdict on a message, by default from a stranger on the internet."""
    resolver = ZoneResolver(zones or {})
    return judge(message, envelope, policy=policy, senders=senders, resolver=resolver)


def codes(verdict: Verdict) -> set[str]:
    """The codes of a verdict's reasons."""
    return {reason.code for reason in verdict.reasons}


def said(from_value: str | bytes) -> bytes:
    """A plain message with this From."""
    value = from_value if isinstance(from_value, bytes) else from_value.encode()
    return b"From: " + value + b"\r\nTo: nurse@nhs.net\r\nSubject: hello\r\n\r\nhello\r\n"
