"""The verdict: what a message is, what becomes of it, and every reason why.

The names and spellings of `as_json` are a format others rely on.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from postmaster.spoofing.resolving import Resolver
from postmaster.spoofing.values import (
    Action,
    Envelope,
    Network,
    SenderDirectory,
    SpoofKind,
    SpoofPolicy,
    Stage,
)


class Check(StrEnum):
    """The result of one authentication method, in the words of RFC 8601."""

    NONE = "none"
    PASS = "pass"  # nosec B105 # noqa: S105 - a result, no password
    FAIL = "fail"
    SOFTFAIL = "softfail"
    NEUTRAL = "neutral"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


class FoundBy(StrEnum):
    """Which way found the organisational domain that DMARC aligned with."""

    TREE_WALK = "tree-walk"
    PUBLIC_SUFFIX = "public-suffix"


class Explanation(StrEnum):
    """Which authorised path explains that a message bears the protected name."""

    SUBMISSION = "submission"
    RELAY = "relay"
    EXCEPTION = "exception"
    AUTHENTICATED = "authenticated"


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of a verdict: its code, its sentence, and the header bytes it read, made visible."""

    code: str
    text: str
    at: str


@dataclass(frozen=True, slots=True)
class Checks:
    """What SPF, DKIM and DMARC said, and whom they vouch for.

    `dmarc` is the result by `found_by`, `dmarc_by_suffix` that of the older way beside it.
    `signed_by` are the domains whose signatures verified, in the order of the header.
    """

    spf: Check = Check.NONE
    dkim: Check = Check.NONE
    dmarc: Check = Check.NONE
    spf_domain: str = ""
    signed_by: tuple[str, ...] = ()
    header_from_domain: str = ""
    organisational_domain: str = ""
    found_by: FoundBy | None = None
    dmarc_by_suffix: Check = Check.NONE
    organisational_by_suffix: str = ""
    published_policy: str = ""

    def as_json(self) -> dict[str, str]:
        """The three results under the names of their methods."""
        return {"spf": self.spf.value, "dkim": self.dkim.value, "dmarc": self.dmarc.value}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer about one message, with every reason in the order the questions were asked.

    Beyond the JSON: `claimed` is the address or name by which it bears the protected domain, ""
    where it does not. `infrastructure` are the keys of who sent it, the one it is registered under
    first. `is_forwarded` and `list_id` say how it came.
    """

    header_from: tuple[str, ...]
    envelope_from: str | None
    network: Network
    authenticated_as: str | None
    is_spoof: bool
    kind: SpoofKind | None
    checks: Checks
    stage: Stage
    action: Action
    reasons: tuple[Reason, ...]
    exception: str | None
    policy_version: str
    received_at: datetime
    claimed: str = ""
    explained_by: Explanation | None = None
    infrastructure: tuple[str, ...] = ()
    is_forwarded: bool = False
    list_id: str = ""
    recipients: tuple[str, ...] = ()

    def as_json(self, file: str) -> dict[str, object]:
        """The verdict on the file of that name, as one JSON object."""
        return {
            "file": file,
            "header_from": list(self.header_from),
            "envelope_from": self.envelope_from,
            "network": self.network.value,
            "authenticated_as": self.authenticated_as,
            "spoof": self.is_spoof,
            "kind": self.kind.value if self.kind else None,
            "checks": self.checks.as_json(),
            "stage": self.stage.value,
            "action": self.action.value,
            "reasons": [{"code": one.code, "text": one.text, "at": one.at} for one in self.reasons],
            "exception": self.exception,
            "policy_version": self.policy_version,
        }


class Judge(Protocol):
    """The shape of `judging.judge`."""

    def __call__(
        self,
        raw: bytes,
        envelope: Envelope,
        *,
        policy: SpoofPolicy,
        senders: SenderDirectory,
        resolver: Resolver,
    ) -> Verdict:
        """The verdict on any bytes at all; never an exception."""
        ...
