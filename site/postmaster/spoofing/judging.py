"""The one door: any bytes and how they came in, a verdict out."""

from postmaster.spoofing.authentication import authenticate
from postmaster.spoofing.claims import find_claims
from postmaster.spoofing.lookups import Lookups
from postmaster.spoofing.message import read_message
from postmaster.spoofing.paths import OWN_KINDS, Case
from postmaster.spoofing.resolving import Resolver
from postmaster.spoofing.rules import decide
from postmaster.spoofing.values import Envelope, SenderDirectory, SpoofPolicy
from postmaster.spoofing.verdict import Checks, Verdict


def judge(
    raw: bytes,
    envelope: Envelope,
    *,
    policy: SpoofPolicy,
    senders: SenderDirectory,
    resolver: Resolver,
) -> Verdict:
    """The verdict on any bytes at all, with SPF, DKIM and DMARC; never an exception.

    It asks the DNS through `resolver` only, so many questions at most (`lookups.py`), and nothing
    else: it neither stores nor changes anything.
    """
    facts = read_message(raw)
    claims = find_claims(facts, envelope, policy)
    first = [claim.domain for claim in claims if claim.kind in OWN_KINDS]
    checks = authenticate(raw, facts, envelope, Lookups(resolver), first=first)
    return decide(Case(facts, envelope, policy, checks, claims), senders)


def judge_header(
    raw: bytes, envelope: Envelope, *, policy: SpoofPolicy, senders: SenderDirectory
) -> Verdict:
    """The verdict by the header and the envelope alone; nothing is asked of the DNS."""
    facts = read_message(raw)
    claims = find_claims(facts, envelope, policy)
    return decide(Case(facts, envelope, policy, Checks(), claims), senders)
