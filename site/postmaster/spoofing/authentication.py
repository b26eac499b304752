"""SPF, DKIM and DMARC of one message over one parse and one budget of questions to the DNS.

Room is left for another signature method (DKIM2), for ARC and for aggregate reports: a method is a
function from the signed message and the lookups to a result and the domains it vouches for.
"""

from collections.abc import Iterable
from dataclasses import replace

from postmaster.spoofing.alignment import Vouched, align_by_suffix, align_by_walk
from postmaster.spoofing.domains import to_dns_name
from postmaster.spoofing.lookups import Lookups
from postmaster.spoofing.message import Facts
from postmaster.spoofing.sender_policy import check_sender_policy
from postmaster.spoofing.signatures import check_signatures
from postmaster.spoofing.signed_message import SignedMessage
from postmaster.spoofing.values import Envelope
from postmaster.spoofing.verdict import Check, Checks

# A message with more author domains than this is judged by the first of them and the protected
# ones; every reading is still searched for a claim.
_MOST_DOMAINS = 10
# The worst result over several author domains stands for the message.
_WORST = (Check.FAIL, Check.TEMPERROR, Check.PERMERROR, Check.NONE, Check.PASS)


def authenticate(
    message: bytes,
    facts: Facts,
    envelope: Envelope,
    lookups: Lookups,
    *,
    first: Iterable[str] = (),
) -> Checks:
    """What the three methods say; `first` are the author domains that must be asked about."""
    spf, spf_domain = check_sender_policy(envelope, lookups)
    signed = cut_signed(message, facts)
    dkim, signed_by = check_signatures(signed, lookups, at=envelope.received_at)
    base = Checks(spf=spf, dkim=dkim, spf_domain=spf_domain, signed_by=signed_by)
    vouched = Vouched(spf_domain if spf is Check.PASS else "", tuple(map(to_dns_name, signed_by)))
    domains = dict.fromkeys([*first, *(one.domain for one in facts.authors)])
    names = [to_dns_name(domain) for domain in domains if domain][:_MOST_DOMAINS]
    aligned = [(name, align_by_walk(name, vouched, lookups)) for name in names]
    if not aligned:
        return base
    name, found = min(aligned, key=lambda one: _WORST.index(one[1].check))
    older = align_by_suffix(name, vouched, lookups)
    return replace(
        base,
        dmarc=found.check,
        header_from_domain=name,
        organisational_domain=found.organisational_domain,
        found_by=found.found_by,
        dmarc_by_suffix=older.check,
        organisational_by_suffix=older.organisational_domain,
        published_policy=found.policy,
    )


def cut_signed(message: bytes, facts: Facts) -> SignedMessage:
    """The message as DKIM reads it: fields by their name as written, and the body."""
    headers = [
        (field.raw.partition(b":")[0], field.value)
        for field in facts.raw.fields
        if field.oddity is None
    ]
    return SignedMessage(headers, message[facts.raw.body_at :])
