"""Every reason a verdict can give: its code, its sentence, and the header bytes made visible."""

from enum import StrEnum

from postmaster.spoofing.raw import Field
from postmaster.spoofing.verdict import Reason

_LONGEST_EXCERPT = 240
_BEFORE = 80
_LONGEST_WORD = 200
_ELLIPSIS = "..."


class Code(StrEnum):
    """The codes, in the order in which the questions are asked."""

    CLAIMS_DOMAIN = "claims-domain"
    CLAIMS_SUBDOMAIN = "claims-subdomain"
    CLAIMS_LOOKALIKE = "claims-lookalike"
    CLAIMS_IN_NAME = "claims-in-name"
    CLAIMS_IN_BODY = "claims-in-body"
    CLAIMS_AS_SENDER = "claims-as-sender"
    CLAIMS_ENVELOPE = "claims-envelope"
    SENDER_CLAIMS = "sender-claims"
    ROUTE_CLAIMS = "route-claims"
    LOCAL_PART_CLAIMS = "local-part-claims"
    BRAND_IN_NAME = "brand-in-name"
    READERS_DISAGREE = "readers-disagree"
    SEVERAL_FROM = "several-from-headers"
    NO_FROM = "no-from-header"
    NO_AUTHOR = "no-author"
    UNREADABLE = "unreadable"
    MALFORMED = "malformed"
    SUBMISSION_GOOD = "submission-good"
    SUBMISSION_OTHER_FROM = "submission-other-from"
    SUBMISSION_UNKNOWN = "submission-unknown-account"
    SUBMISSION_INACTIVE = "submission-inactive"
    SUBMISSION_UNGRANTED = "submission-ungranted"
    SUBMISSION_LOCKED = "submission-locked"
    RELAY_REGISTERED = "relay-registered"
    VOUCHED = "vouched-for"
    EXCEPTION_HOLDS = "exception-holds"
    EXCEPTION_LAPSED = "exception-lapsed"
    UNEXPLAINED = "unexplained"
    CHECKS = "checks"
    DNS_TROUBLE = "dns-trouble"
    REPLY_ELSEWHERE = "reply-elsewhere"
    NULL_SENDER = "null-sender"
    FORWARDED = "forwarded"
    LIST_MAIL = "list-mail"
    FORGED_RESULTS = "forged-results"
    STAGE = "stage"
    STAGE_CAPPED = "stage-capped"
    NO_STAGE = "no-stage"
    NOTED_ONLY = "noted-only"
    CLEAN = "clean"


# What an LA reads. A word in braces is filled in from the message, made visible.
SENTENCES: dict[Code, str] = {
    Code.CLAIMS_DOMAIN: "The From header gives {address}, an address of {protected}.",
    Code.CLAIMS_SUBDOMAIN: "The From header gives {address}, an address under {protected}.",
    Code.CLAIMS_LOOKALIKE: (
        "The From header gives {address}, whose domain passes for {protected}: {how}."
    ),
    Code.CLAIMS_IN_NAME: (
        "The name that readers show holds {address}, but the message is from {author}."
    ),
    Code.CLAIMS_IN_BODY: (
        "There is no From header; the body begins with one that gives {address}, and some readers"
        " would show it."
    ),
    Code.CLAIMS_AS_SENDER: (
        "No From is seen by every reader, and some show the {field} header in its place: {address}."
    ),
    Code.CLAIMS_ENVELOPE: (
        "It was handed over as from {address}, which the From header does not say."
    ),
    Code.SENDER_CLAIMS: (
        "The {field} header gives {address}; some readers show it as who sent on behalf."
    ),
    Code.ROUTE_CLAIMS: "{address} stands in a route before the address, as a decoy.",
    Code.LOCAL_PART_CLAIMS: "{protected} stands inside the part before the @ of {address}.",
    Code.BRAND_IN_NAME: "The name shown says {how}, and the message is from {author}.",
    Code.READERS_DISAGREE: (
        "Mail readers disagree about who wrote it: a strict one shows {strict}, others show"
        " {others}."
    ),
    Code.SEVERAL_FROM: "It has {count} From headers; a message has one.",
    Code.NO_FROM: "It has no From header.",
    Code.NO_AUTHOR: "Its From header names nobody.",
    Code.UNREADABLE: "It cannot be read as a message: {how}.",
    Code.MALFORMED: "Its header breaks the rules of mail: {how}.",
    Code.SUBMISSION_GOOD: (
        "{account} signed in to send it, the From header is that account's, and the account may"
        " send."
    ),
    Code.SUBMISSION_OTHER_FROM: (
        "{account} signed in to send it, but the From header gives {others}; it must be the"
        " account's own address."
    ),
    Code.SUBMISSION_UNKNOWN: "{account} signed in to send it, but no such account is known.",
    Code.SUBMISSION_INACTIVE: "{account} signed in to send it, but the account is not active.",
    Code.SUBMISSION_UNGRANTED: (
        "{account} signed in to send it, but the account was never granted, or has lost, the right"
        " to send so."
    ),
    Code.SUBMISSION_LOCKED: "{account} signed in to send it, but the account is locked.",
    Code.RELAY_REGISTERED: "It came from {client}, a registered relay for {domain}.",
    Code.VOUCHED: "{how} vouches for it: it was sent by {domain}'s own systems.",
    Code.EXCEPTION_HOLDS: (
        "Exception {exception} covers {claimed} from {infrastructure} until {until}."
    ),
    Code.EXCEPTION_LAPSED: (
        "Exception {exception} for {claimed} from {infrastructure} ended on {until}."
    ),
    Code.UNEXPLAINED: (
        "It came from outside, and nothing explains the name it bears: no signed-in account, no"
        " registered relay, no signature or sender policy of {protected}, no exception."
    ),
    Code.CHECKS: (
        "SPF: {spf}. DKIM: {dkim}. DMARC: {dmarc}; its organisational domain {domain} was found by"
        " the {way}. By the list of public suffixes it would be {other}, and DMARC {older}."
    ),
    Code.DNS_TROUBLE: "The DNS did not answer in time, so some checks are not certain.",
    Code.REPLY_ELSEWHERE: "A reply would go to {address}, outside {protected}.",
    Code.NULL_SENDER: "It has no return address, as automatic replies and delivery reports have.",
    Code.FORWARDED: "It was forwarded on its way, which breaks sender policy.",
    Code.LIST_MAIL: "It came by the mailing list {how}.",
    Code.FORGED_RESULTS: (
        "It carries an Authentication-Results header in our own name that came in with it; it was"
        " not believed."
    ),
    Code.STAGE: "The {stage} stage holds for {network} mail since {since}: {source}.",
    Code.STAGE_CAPPED: (
        "The {shared} stage holds for {network} mail, but a {kind} spoof is only tagged."
    ),
    Code.NO_STAGE: "No stage holds for {network} mail at that time.",
    Code.NOTED_ONLY: "It is noted and delivered.",
    Code.CLEAN: "Nothing in it bears a protected name.",
}


def give(code: Code, at: Field | str = "", *, near: str = "", **words: str) -> Reason:
    """A reason with its sentence filled in; `near` is what the excerpt of the header is about."""
    filled = {name: show(word) for name, word in words.items()}
    where = at if isinstance(at, str) else excerpt(at.raw, near)
    return Reason(code.value, SENTENCES[code].format(**filled), where)


def excerpt(raw: bytes, near: str) -> str:
    """The bytes of a field around what was read in it, every sign outside of ASCII spelt out."""
    start = 0
    if near and len(raw) > _LONGEST_EXCERPT:
        found = raw.lower().find(near.lower().encode("utf-8", "replace"))
        start = max(0, found - _BEFORE)
    part = raw[start : start + _LONGEST_EXCERPT]
    before = _ELLIPSIS if start else ""
    after = _ELLIPSIS if start + len(part) < len(raw) else ""
    return before + spell_out(part) + after


def spell_out(raw: bytes) -> str:
    r"""Bytes as text that shows what they are: `\x00`, `\xe2`, line ends as `\r\n`."""
    return "".join(
        chr(byte) if 0x20 <= byte < 0x7F and byte != 0x5C else _spell(byte)  # noqa: PLR2004 - ASCII
        for byte in raw
    )


def _spell(byte: int) -> str:
    return {0x0A: "\\n", 0x0D: "\\r", 0x09: "\\t", 0x5C: "\\\\"}.get(byte, f"\\x{byte:02x}")


def show(word: str) -> str:
    """A word from a message as a person may be shown it: what is not drawn is spelt out."""
    cut = word[:_LONGEST_WORD] + (_ELLIPSIS if len(word) > _LONGEST_WORD else "")
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")
        for letter in cut
    )
