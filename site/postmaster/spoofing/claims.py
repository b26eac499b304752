"""What in a message bears a protected name, by any reader's reading, the gravest first."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from postmaster.spoofing.authors import Place
from postmaster.spoofing.domains import fold_domain, is_within
from postmaster.spoofing.lookalikes import find_likeness
from postmaster.spoofing.message import Facts, Seen
from postmaster.spoofing.raw import Field, Oddity
from postmaster.spoofing.reasons import Code
from postmaster.spoofing.values import Envelope, SpoofKind, SpoofPolicy

_PROPER = re.compile(r"[\w.-]+")
_GRAVITY = {kind: place for place, kind in enumerate(SpoofKind)}


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that bears a protected name: as what, by which words, read where."""

    kind: SpoofKind
    code: Code
    claimed: str
    protected: str
    field: Field | None
    how: str = ""

    @property
    def domain(self) -> str:
        """The domain of the claimed address."""
        return self.claimed.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Kinship:
    """How a domain stands to a protected one."""

    kind: SpoofKind
    protected: str
    how: str = ""


def find_claims(facts: Facts, envelope: Envelope, policy: SpoofPolicy) -> tuple[Claim, ...]:
    """Every claim, the gravest first, each address once a kind."""
    found = [*_in_from(facts, policy), *_in_other_fields(facts, policy)]
    if not any(claim.kind in (SpoofKind.EXACT_DOMAIN, SpoofKind.SUBDOMAIN) for claim in found):
        found.extend(_in_envelope(envelope, policy))
    if not found:
        found.extend(_in_words(facts, policy))
    found.sort(key=lambda claim: _GRAVITY[claim.kind])
    return tuple(found)


def find_kinship(domain: str, policy: SpoofPolicy) -> Kinship | None:
    """How a folded domain stands to the protected ones; None for a stranger or a sister.

    A reader may stop at a sign that no domain has, so what stands before one is looked at too.
    """
    found = _find_kinship(domain, policy.protected_domains, policy.sister_domains)
    if found is None and (start := _PROPER.match(domain)) and start.end() < len(domain):
        return _find_kinship(start[0], policy.protected_domains, policy.sister_domains)
    return found


@lru_cache(maxsize=4096)
def _find_kinship(
    domain: str, protected_domains: tuple[str, ...], sisters: tuple[str, ...]
) -> Kinship | None:
    for protected in protected_domains:
        if domain == protected:
            return Kinship(SpoofKind.EXACT_DOMAIN, protected)
        if is_within(domain, protected):
            return Kinship(SpoofKind.SUBDOMAIN, protected)
    if any(is_within(domain, sister) for sister in sisters):
        return None
    for protected in protected_domains:
        if how := find_likeness(domain, protected):
            return Kinship(SpoofKind.LOOKALIKE, protected, how)
    return None


def _in_from(facts: Facts, policy: SpoofPolicy) -> Iterator[Claim]:
    own = {address.lower() for address in facts.header_from}
    codes = {
        SpoofKind.EXACT_DOMAIN: Code.CLAIMS_DOMAIN,
        SpoofKind.SUBDOMAIN: Code.CLAIMS_SUBDOMAIN,
        SpoofKind.LOOKALIKE: Code.CLAIMS_LOOKALIKE,
    }
    for seen in facts.seen:
        kin = find_kinship(seen.domain, policy)
        if kin is None:
            continue
        if seen.author.place is Place.AUTHOR:
            if seen.field.oddity is Oddity.IN_BODY:
                yield _claim(SpoofKind.MALFORMED, Code.CLAIMS_IN_BODY, seen, kin)
            else:
                yield _claim(kin.kind, codes[kin.kind], seen, kin)
        elif kin.kind is not SpoofKind.LOOKALIKE:
            if seen.author.place is Place.ROUTE:
                yield _claim(SpoofKind.SUSPICIOUS, Code.ROUTE_CLAIMS, seen, kin)
            elif seen.author.place is Place.LOCAL:
                yield _claim(SpoofKind.SUSPICIOUS, Code.LOCAL_PART_CLAIMS, seen, kin)
            elif seen.address.lower() not in own:
                yield _claim(SpoofKind.DISPLAY_NAME, Code.CLAIMS_IN_NAME, seen, kin)


def _in_other_fields(facts: Facts, policy: SpoofPolicy) -> Iterator[Claim]:
    has_from = any(seen.field.oddity is None for seen in facts.authors)
    for name, seen in facts.others:
        kin = find_kinship(seen.domain, policy) if name != "reply-to" else None
        if kin is None or kin.kind is SpoofKind.LOOKALIKE:
            continue
        if name in ("sender", "resent-from") and not has_from:
            # Readers that see no From show these in its place (espoofer, A12 and A13).
            yield _claim(kin.kind, Code.CLAIMS_AS_SENDER, seen, kin)
        else:
            yield _claim(SpoofKind.SUSPICIOUS, Code.SENDER_CLAIMS, seen, kin)


def _in_envelope(envelope: Envelope, policy: SpoofPolicy) -> Iterator[Claim]:
    if not envelope.mail_from:
        return
    kin = find_kinship(fold_domain(envelope.mail_from.rpartition("@")[2]), policy)
    if kin is not None and kin.kind is not SpoofKind.LOOKALIKE:
        claimed = envelope.mail_from
        yield Claim(SpoofKind.ENVELOPE, Code.CLAIMS_ENVELOPE, claimed, kin.protected, None)


def _in_words(facts: Facts, policy: SpoofPolicy) -> Iterator[Claim]:
    """A brand in the name shown, from somebody who is neither ours nor a sister."""
    if not policy.brand_words or not facts.names:
        return
    homes = (*policy.protected_domains, *policy.sister_domains)
    if all(any(is_within(one.domain, home) for home in homes) for one in facts.authors):
        return
    for name, field in facts.names:
        said = next((word for word in policy.brand_words if word.lower() in name.lower()), None)
        if said is not None:
            yield Claim(
                SpoofKind.BRAND, Code.BRAND_IN_NAME, name, policy.protected_domains[0], field, said
            )
            return


def _claim(kind: SpoofKind, code: Code, seen: Seen, kin: Kinship) -> Claim:
    return Claim(kind, code, seen.address, kin.protected, seen.field, kin.how)
