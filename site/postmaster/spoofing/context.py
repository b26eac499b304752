"""What else is worth saying about how a message came; none of it changes what the message is."""

from collections.abc import Iterator

from postmaster.spoofing.claims import find_kinship
from postmaster.spoofing.paths import Case
from postmaster.spoofing.reasons import Code, give
from postmaster.spoofing.results_field import FIELD_NAME, is_by
from postmaster.spoofing.values import SpoofKind
from postmaster.spoofing.verdict import Check, FoundBy, Reason

_FORWARDED = frozenset({"resent-from", "resent-to", "x-forwarded-to", "x-forwarded-for"})
_LIST = frozenset({"list-id", "list-post", "mailing-list"})
_OWN = (SpoofKind.EXACT_DOMAIN, SpoofKind.SUBDOMAIN)
_WAYS = {FoundBy.TREE_WALK: "tree walk", FoundBy.PUBLIC_SUFFIX: "list of public suffixes"}


def list_context(case: Case) -> Iterator[Reason]:
    """What the checks said, how the message came, where a reply would go."""
    yield from _list_checks(case)
    yield from _list_replies(case)
    if case.envelope.mail_from == "":
        yield give(Code.NULL_SENDER, "MAIL FROM:<>")
    fields = case.facts.raw.fields
    if case.facts.is_forwarded:
        yield give(Code.FORWARDED, next(one for one in fields if one.name in _FORWARDED))
    if case.facts.list_id:
        field = next(one for one in fields if one.name in _LIST)
        yield give(Code.LIST_MAIL, field, how=case.facts.list_id)
    for field in fields:
        if field.name == FIELD_NAME and is_by(field.value, case.policy.authserv_id):
            yield give(Code.FORGED_RESULTS, field)


def _list_checks(case: Case) -> Iterator[Reason]:
    checks = case.checks
    if checks.found_by is not None:
        yield give(
            Code.CHECKS,
            case.facts.from_fields[0] if case.facts.from_fields else "",
            near=checks.header_from_domain,
            spf=checks.spf.value,
            dkim=checks.dkim.value,
            dmarc=checks.dmarc.value,
            domain=checks.organisational_domain or "unknown",
            way=_WAYS[checks.found_by],
            other=checks.organisational_by_suffix,
            older=checks.dmarc_by_suffix.value,
        )
    if Check.TEMPERROR in (checks.spf, checks.dkim, checks.dmarc):
        yield give(Code.DNS_TROUBLE)


def _list_replies(case: Case) -> Iterator[Reason]:
    """A reply that leads away from the name that is borne."""
    claimed = next((claim for claim in case.claims if claim.kind in _OWN), None)
    if claimed is None:
        return
    for name, seen in case.facts.others:
        if name == "reply-to" and find_kinship(seen.domain, case.policy) is None:
            yield give(
                Code.REPLY_ELSEWHERE,
                seen.field,
                address=seen.address,
                protected=claimed.protected,
            )
            return
