"""The authorised paths by which a message may bear a protected name, in the order they are asked.

Each answers with the path and its reasons, or only with reasons why it is not that path.
"""

from dataclasses import dataclass

from postmaster.days import london_day, say_day
from postmaster.spoofing.claims import Claim
from postmaster.spoofing.domains import fold_domain, is_within
from postmaster.spoofing.infrastructure import find_relay, is_key_of, rank_key
from postmaster.spoofing.message import Facts
from postmaster.spoofing.reasons import Code, give
from postmaster.spoofing.values import (
    Envelope,
    SenderDirectory,
    SpoofException,
    SpoofKind,
    SpoofPolicy,
)
from postmaster.spoofing.verdict import Check, Checks, Explanation, Reason

# What an author of ours may bear by right; a look-alike, or a name beside another author, is not.
OWN_KINDS = frozenset({SpoofKind.EXACT_DOMAIN, SpoofKind.SUBDOMAIN})


@dataclass(frozen=True, slots=True)
class Case:
    """All that the paths look at: one message, how it came, and the policy."""

    facts: Facts
    envelope: Envelope
    policy: SpoofPolicy
    checks: Checks
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Path:
    """A path's answer: whether it explains the claims, and why or why not."""

    explains: Explanation | None
    reasons: tuple[Reason, ...] = ()
    exception: str | None = None


NO_PATH = Path(None)


def ask_submission(case: Case, senders: SenderDirectory) -> Path:
    """Somebody signed in to send it: is From theirs, and may the account send?"""
    account = case.envelope.authenticated_as
    if not account:
        return NO_PATH
    at = f"AUTH={account}"
    own = fold_address(account)
    others = [one for one in case.facts.header_from if fold_address(one) != own]
    if others or not case.facts.authors:
        said = ", ".join(others[:3]) or "nobody"
        return Path(None, (give(Code.SUBMISSION_OTHER_FROM, at, account=account, others=said),))
    standing = senders.standing(own)
    code = Code.SUBMISSION_GOOD
    if standing is None:
        code = Code.SUBMISSION_UNKNOWN
    elif not standing.is_active:
        code = Code.SUBMISSION_INACTIVE
    elif standing.is_locked:
        code = Code.SUBMISSION_LOCKED
    elif not standing.is_granted:
        code = Code.SUBMISSION_UNGRANTED
    # Whoever signed in owns the name; where the account should not send, that is no spoof of it.
    return Path(Explanation.SUBMISSION, (give(code, at, account=account),))


def ask_relay(case: Case) -> Path:
    """Did it come from a registered relay of every domain it claims?"""
    claimed = [claim for claim in case.claims if claim.kind in OWN_KINDS]
    if not claimed or not case.facts.has_one_plain_author:
        return NO_PATH
    relay = find_relay(case.policy.relay_sources, claimed[0].domain, case.envelope)
    if relay is None:
        return NO_PATH
    client = case.envelope.client_ip or ""
    reason = give(Code.RELAY_REGISTERED, f"client={client}", client=client, domain=relay.domain)
    return Path(Explanation.RELAY, (reason,))


def ask_authentication(case: Case) -> Path:
    """Do our own signature or sender policy vouch for the one author that every reader shows?

    A signature covers one From: where readers disagree, it vouches for none of their readings.
    """
    claimed = [claim for claim in case.claims if claim.kind in OWN_KINDS]
    if not claimed or not case.facts.has_one_plain_author:
        return NO_PATH
    claim, checks = claimed[0], case.checks
    by_key = [name for name in checks.signed_by if _may_vouch(name, claim, checks)]
    if by_key:
        how, domain = "A signature (DKIM)", by_key[0]
    elif checks.spf is Check.PASS and _may_vouch(checks.spf_domain, claim, checks):
        how, domain = "Sender policy (SPF)", checks.spf_domain
    else:
        return NO_PATH
    return Path(
        Explanation.AUTHENTICATED,
        (give(Code.VOUCHED, claim.field or "", how=how, domain=domain),),
    )


def ask_exceptions(case: Case) -> Path:
    """Is there a dated exception for this claim from this sender? The narrowest key goes first."""
    lapsed: list[Reason] = []
    for one in sorted(case.policy.exceptions, key=_rank):
        claim = next((claim for claim in case.claims if _covers(one, claim)), None)
        if claim is None or (one.network and one.network is not case.envelope.network):
            continue
        if not is_key_of(one.infrastructure, case.envelope, case.checks):
            continue
        at = case.envelope.received_at
        words = {
            "exception": one.id,
            "claimed": one.claimed,
            "infrastructure": one.infrastructure,
            "until": say_day(london_day(one.to_at)),
        }
        if one.from_at <= at < one.to_at:
            reason = give(Code.EXCEPTION_HOLDS, claim.field or "", near=claim.domain, **words)
            return Path(Explanation.EXCEPTION, (reason,), one.id)
        if at >= one.to_at:
            lapsed.append(give(Code.EXCEPTION_LAPSED, claim.field or "", **words))
    return Path(None, tuple(lapsed[:1]))


def fold_address(address: str) -> str:
    """An address as accounts are compared: small letters, a folded domain."""
    local, _, domain = address.strip().strip("<>").rpartition("@")
    return f"{local.lower()}@{fold_domain(domain)}"


def _may_vouch(domain: str, claim: Claim, checks: Checks) -> bool:
    """The author's own domain or the protected one; another in the tree when DMARC aligns it."""
    if domain in (claim.domain, claim.protected):
        return True
    return checks.dmarc is Check.PASS and is_within(domain, claim.protected)


def _covers(exception: SpoofException, claim: Claim) -> bool:
    if "@" in exception.claimed:
        return fold_address(exception.claimed) == fold_address(claim.claimed)
    return bool(exception.claimed) and fold_domain(exception.claimed) == claim.domain


def _rank(exception: SpoofException) -> tuple[bool, int, bool]:
    return ("@" not in exception.claimed, rank_key(exception.infrastructure), not exception.network)
