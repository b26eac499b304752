"""The words of spoof policy: what is known about a message besides its bytes, and by which rows.

Every value is frozen. The answer is in `verdict.py`, the DNS in `resolving.py`.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Network(StrEnum):
    """Where a message came from; stages are switched for each by itself."""

    INTERNET = "internet"
    HSCN = "hscn"


class SpoofKind(StrEnum):
    """What a message does with the protected name, the gravest first."""

    EXACT_DOMAIN = "exact-domain"
    SUBDOMAIN = "subdomain"
    LOOKALIKE = "lookalike"
    DISPLAY_NAME = "display-name"
    MALFORMED = "malformed"
    ENVELOPE = "envelope"
    SUSPICIOUS = "suspicious"
    BRAND = "brand"


class Stage(StrEnum):
    """How far the policy goes, from nothing to neither delivered nor junked."""

    OFF = "off"
    TAG = "tag"
    JUNK = "junk"
    DELETE = "delete"


class Action(StrEnum):
    """What becomes of one message."""

    DELIVER = "deliver"
    TAG = "tag"
    JUNK = "junk"
    DISCARD = "discard"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the mail server knows about a message besides its bytes.

    `mail_from` is None where nobody knows it and "" for the null sender; `client_name` is the name
    that the client's address has in both directions, None where it has none.
    """

    network: Network
    received_at: datetime
    client_ip: str | None = None
    client_name: str | None = None
    helo: str | None = None
    mail_from: str | None = None
    recipients: tuple[str, ...] = ()
    authenticated_as: str | None = None


@dataclass(frozen=True, slots=True)
class StageRow:
    """One row of the policy: on which network, for which kind, from when to when.

    `kind` None: for the kinds that follow the stage. `from_at` None: to be confirmed, so it does
    not hold. `action` overrides what the stage does, discard against reject. `is_approved`: two
    people approved it, without which a row of its own cannot take a kind beyond tag.
    """

    network: Network
    stage: Stage
    from_at: datetime | None
    kind: SpoofKind | None = None
    action: Action | None = None
    to_at: datetime | None = None
    rolled_back_at: datetime | None = None
    is_approved: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class SpoofException:
    """A dated leave for one pair of claimed name and sending infrastructure.

    `claimed` is an address or a domain. `infrastructure` is one key of those a message has:
    `ip:192.0.2.7`, `ip:192.0.2.0/24`, `ptr:mailer.example`, `dkim:mailer.example`.
    `network` None: on both.
    """

    id: str
    claimed: str
    infrastructure: str
    from_at: datetime
    to_at: datetime
    network: Network | None = None


@dataclass(frozen=True, slots=True)
class RelaySource:
    """A registered relay: from this network mail of this domain, and of those under it, may come.

    `network` is in CIDR notation.
    """

    domain: str
    network: str


@dataclass(frozen=True, slots=True)
class SenderStanding:
    """Whether an account may submit mail: active, granted the protocol, not locked."""

    kind: str
    is_active: bool
    is_granted: bool
    is_locked: bool


class SenderDirectory(Protocol):
    """Who may submit mail; handed in, so that judging knows no storage."""

    def standing(self, address: str) -> SenderStanding | None:
        """The standing of the account with this address; None where there is no such account."""
        ...


@dataclass(frozen=True, slots=True)
class SpoofPolicy:
    """All that judging goes by. Domains in small letters, without a final dot."""

    protected_domains: tuple[str, ...]
    sister_domains: tuple[str, ...]
    stage_rows: tuple[StageRow, ...]
    version: str
    exceptions: tuple[SpoofException, ...] = ()
    relay_sources: tuple[RelaySource, ...] = ()
    brand_words: tuple[str, ...] = ()
    # The name our own host writes in Authentication-Results; one that comes in with it is forged.
    authserv_id: str = ""
