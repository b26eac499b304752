"""DMARC (RFC 9989): the tree walk, alignment, and beside it the older way by public suffixes.

The two ways differ where it matters here: the list has `nhs.uk` as a public suffix, so that every
trust under it stands alone; by the walk a record there makes all of them one organisation.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from publicsuffixlist import PublicSuffixList

from postmaster.spoofing.alignment_records import Record, find_record
from postmaster.spoofing.lookups import Lookups
from postmaster.spoofing.resolving import DnsTrouble
from postmaster.spoofing.verdict import Check, FoundBy

# RFC 9989 section 4.10: at most eight questions; a longer name goes on with its last seven labels.
_MOST_LABELS = 8
_LABELS_LEFT = 7
_TROUBLES = (DnsTrouble.TIMEOUT, DnsTrouble.SERVER)
_WEAKER = {"reject": "quarantine", "quarantine": "none", "none": "none"}


class WalkTroubleError(Exception):
    """The DNS gave no answer to a step of the walk."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """DMARC's answer for one author domain: the result, the policy asked for, the domain found."""

    check: Check
    policy: str
    organisational_domain: str
    found_by: FoundBy


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom SPF and DKIM vouch for: the domains that passed."""

    spf: str
    dkim: tuple[str, ...]


Finder = Callable[[str], str]


def list_steps(domain: str) -> list[str]:
    """The domains a tree walk asks about, the longest first."""
    labels = domain.split(".")
    rest = labels[-_LABELS_LEFT:] if len(labels) > _MOST_LABELS else labels[1:]
    return [domain, *(".".join(rest[start:]) for start in range(len(rest)))]


def walk(domain: str, lookups: Lookups) -> list[tuple[str, Record]]:
    """The valid records met on the way up, the longest name first.

    Raises:
        WalkTroubleError: a question timed out.
    """
    found = []
    for step in list_steps(domain):
        answer = lookups.lookup(f"_dmarc.{step}", "TXT")
        if answer.trouble in _TROUBLES:
            raise WalkTroubleError(f"_dmarc.{step}: {answer.trouble}")
        if record := find_record(answer):
            found.append((step, record))
            if record.suffix in ("y", "n"):
                break
    return found


def find_organisational(domain: str, records: Sequence[tuple[str, Record]]) -> str:
    """The organisational domain by the records of a walk (section 4.10.2)."""
    for name, record in records:
        if record.suffix == "n":
            return name
        if record.suffix == "y" and name != domain:
            below = domain.removesuffix("." + name).rpartition(".")[2]
            return f"{below}.{name}"
    return records[-1][0] if records else domain


def align_by_walk(domain: str, vouched: Vouched, lookups: Lookups) -> Alignment:
    """The result for an author domain by RFC 9989."""
    try:
        records = walk(domain, lookups)
        organisational = find_organisational(domain, records)
        record, at = _find_policy_record(domain, organisational, records)
        if record is None or record.policy is None:
            return Alignment(Check.NONE, "", organisational, FoundBy.TREE_WALK)

        def find(other: str) -> str:
            return find_organisational(other, walk(other, lookups))

        is_aligned = _is_aligned(domain, organisational, vouched, record, find)
        policy = _choose_policy(domain, at, record, lookups)
    except WalkTroubleError:
        return Alignment(Check.TEMPERROR, "", "", FoundBy.TREE_WALK)
    check = Check.PASS if is_aligned else Check.FAIL
    return Alignment(check, policy, organisational, FoundBy.TREE_WALK)


def align_by_suffix(domain: str, vouched: Vouched, lookups: Lookups) -> Alignment:
    """The result by the older way, RFC 7489: the list of public suffixes, one step up at most."""
    organisational = find_by_suffix(domain)
    for at in dict.fromkeys((domain, organisational)):
        answer = lookups.lookup(f"_dmarc.{at}", "TXT")
        if answer.trouble in _TROUBLES:
            return Alignment(Check.TEMPERROR, "", organisational, FoundBy.PUBLIC_SUFFIX)
        record = find_record(answer)
        if record is None or record.policy is None:
            continue
        is_aligned = _is_aligned(domain, organisational, vouched, record, find_by_suffix)
        policy = record.policy if at == domain else record.subdomain_policy or record.policy
        check = Check.PASS if is_aligned else Check.FAIL
        return Alignment(check, policy, organisational, FoundBy.PUBLIC_SUFFIX)
    return Alignment(Check.NONE, "", organisational, FoundBy.PUBLIC_SUFFIX)


def find_by_suffix(domain: str) -> str:
    """The organisational domain by the list: one label more than the suffix."""
    return _get_suffixes().privatesuffix(domain) or domain


@cache
def _get_suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def _find_policy_record(
    domain: str, organisational: str, records: Sequence[tuple[str, Record]]
) -> tuple[Record | None, str]:
    """The author domain's own record, else the organisation's, else the suffix's above it."""
    by_name = dict(records)
    for name in (domain, organisational):
        if name in by_name:
            return by_name[name], name
    for name, record in records:
        if record.suffix == "y":
            return record, name
    return None, ""


def _is_aligned(
    domain: str, organisational: str, vouched: Vouched, record: Record, find: Finder
) -> bool:
    pairs = [(name, record.is_dkim_strict) for name in vouched.dkim]
    if vouched.spf:
        pairs.append((vouched.spf, record.is_spf_strict))
    return any(
        name == domain or (not is_strict and find(name) == organisational)
        for name, is_strict in pairs
    )


def _choose_policy(domain: str, at: str, record: Record, lookups: Lookups) -> str:
    policy = record.policy or ""
    if at != domain:
        under = record.subdomain_policy or policy
        is_missing = lookups.lookup(domain, "A").trouble is DnsTrouble.NO_SUCH_NAME
        policy = (record.missing_policy or under) if is_missing else under
    return _WEAKER.get(policy, policy) if record.is_test else policy
