"""DMARC records (RFC 9989 section 4.7): which are valid, and what they ask for."""

import re
from dataclasses import dataclass
from functools import lru_cache

from postmaster.spoofing.resolving import DnsAnswer

# The version is told apart by case, the tag's name is not; blanks may stand around the sign.
_VERSION = re.compile(r"[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|\Z)")
_POLICIES = ("none", "quarantine", "reject")
_REPORT_ADDRESS = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]*:[^\s,;]+")
_LONGEST_RECORD = 4_096


@dataclass(frozen=True, slots=True)
class Record:
    """A valid record: what it asks for, for itself, for names under it, and for those that are not.

    `policy` None: it asks for nothing that can be read, so DMARC does not apply.
    """

    policy: str | None
    subdomain_policy: str | None
    missing_policy: str | None
    is_dkim_strict: bool
    is_spf_strict: bool
    is_test: bool
    suffix: str


def find_record(answer: DnsAnswer) -> Record | None:
    """The one valid record of an answer; two at one name count as none."""
    found = [
        value.decode("utf-8", "replace").strip()
        for value in answer.values
        if isinstance(value, bytes)
    ]
    records = [text for text in found if _VERSION.match(text)]
    return read_record(records[0][:_LONGEST_RECORD]) if len(records) == 1 else None


@lru_cache(maxsize=1024)
def read_record(text: str) -> Record:
    """A record's tags; tags that are unknown or gone from the standard are passed over."""
    tags: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            tags.setdefault(name.strip().lower(), value.strip())
    low = {name: value.lower() for name, value in tags.items()}
    policy = low.get("p")
    if policy not in _POLICIES:
        # Section 4.7: without a policy that can be read, reports alone make it one of `none`.
        policy = "none" if _REPORT_ADDRESS.match(tags.get("rua", "")) else None
    return Record(
        policy=policy,
        subdomain_policy=_pick(low.get("sp")),
        missing_policy=_pick(low.get("np")),
        is_dkim_strict=low.get("adkim") == "s",
        is_spf_strict=low.get("aspf") == "s",
        is_test=low.get("t") == "y",
        suffix=low.get("psd", "u"),
    )


def _pick(said: str | None) -> str | None:
    return said if said in _POLICIES else None
