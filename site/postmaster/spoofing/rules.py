"""The verdict on a message: named questions in order, each answer with its reason.

1. Does any reading bear a protected name, and how?
2. Is it broken, and do its readers disagree?
3. Does an authorised path explain it: a signed-in account, a registered relay, our own signature or
   sender policy, an exception?
4. Which stage holds for its kind, on its network, when it was received?
"""

from dataclasses import dataclass, replace

from postmaster.days import london_day, say_day
from postmaster.spoofing.claims import Claim
from postmaster.spoofing.context import list_context
from postmaster.spoofing.faults import find_disagreement, list_faults
from postmaster.spoofing.infrastructure import list_infrastructure
from postmaster.spoofing.paths import (
    NO_PATH,
    OWN_KINDS,
    Case,
    Path,
    ask_authentication,
    ask_exceptions,
    ask_relay,
    ask_submission,
)
from postmaster.spoofing.reasons import Code, give
from postmaster.spoofing.stages import Held, choose_stage
from postmaster.spoofing.values import Action, SenderDirectory, SpoofKind
from postmaster.spoofing.verdict import Check, Explanation, Reason, Verdict

# What counts as a spoof when nothing explains it; the others are noted.
SPOOF_KINDS = frozenset(
    {
        SpoofKind.EXACT_DOMAIN,
        SpoofKind.SUBDOMAIN,
        SpoofKind.LOOKALIKE,
        SpoofKind.DISPLAY_NAME,
    }
)
_MOST_CLAIMS = 5


@dataclass(frozen=True, slots=True)
class Judged:
    """What a message is, before the stage is asked."""

    kind: SpoofKind | None
    is_spoof: bool
    reasons: tuple[Reason, ...]


def decide(case: Case, senders: SenderDirectory) -> Verdict:
    """The verdict on one message."""
    path = find_path(case, senders)
    judged = judge_claims(case, path)
    held = choose_stage(
        case.policy.stage_rows,
        network=case.envelope.network,
        kind=judged.kind if judged.is_spoof else None,
        at=case.envelope.received_at,
    )
    staged = list_stage(case, judged, held)
    return Verdict(
        header_from=case.facts.header_from,
        envelope_from=case.envelope.mail_from,
        network=case.envelope.network,
        authenticated_as=case.envelope.authenticated_as,
        is_spoof=judged.is_spoof,
        kind=judged.kind,
        checks=case.checks,
        stage=held.stage,
        action=held.action if judged.is_spoof else Action.DELIVER,
        reasons=(*judged.reasons, *path.reasons, *list_context(case), *staged),
        exception=path.exception,
        policy_version=case.policy.version,
        received_at=case.envelope.received_at,
        claimed=case.claims[0].claimed if case.claims else "",
        explained_by=path.explains,
        infrastructure=list_infrastructure(case.envelope, case.checks),
        is_forwarded=case.facts.is_forwarded,
        list_id=case.facts.list_id,
        recipients=case.envelope.recipients,
    )


def find_path(case: Case, senders: SenderDirectory) -> Path:
    """The first authorised path that explains the message; otherwise all that was said on the way.

    Whoever signs in is judged by their account alone: no other path makes up for a wrong one.
    """
    if case.envelope.authenticated_as:
        return ask_submission(case, senders)
    if not case.claims:
        return NO_PATH
    said: list[Reason] = []
    for ask in (ask_relay, ask_authentication, ask_exceptions):
        path = ask(case)
        if path.explains:
            return path
        said.extend(path.reasons)
    return replace(NO_PATH, reasons=tuple(said))


def judge_claims(case: Case, path: Path) -> Judged:
    """What the message is, by its gravest claim that the path leaves standing."""
    standing = [claim for claim in case.claims if not _settles(path, claim, case)]
    reasons = [_say(claim, case) for claim in case.claims[:_MOST_CLAIMS]]
    faults = list(list_faults(case.facts))
    reasons += [reason for reason, _ in faults]
    if disagreement := find_disagreement(case.facts):
        reasons.append(disagreement)
    gravest = standing[0] if standing else None
    is_broken = any(is_grave for _, is_grave in faults)
    if gravest is not None and _is_spoof(gravest):
        if path.explains is Explanation.EXCEPTION:
            return Judged(gravest.kind, False, tuple(reasons))  # noqa: FBT003 - is_spoof
        if path.explains is Explanation.SUBMISSION:
            # An account of ours that shows another's name is for a person to look at.
            return Judged(SpoofKind.SUSPICIOUS, False, tuple(reasons))  # noqa: FBT003 - is_spoof
        reasons.append(give(Code.UNEXPLAINED, gravest.field or "", protected=gravest.protected))
        return Judged(gravest.kind, True, tuple(reasons))  # noqa: FBT003 - is_spoof
    kind = _name_the_rest(case, path, gravest, is_broken=is_broken)
    return Judged(kind, False, tuple(reasons))  # noqa: FBT003 - is_spoof


def _name_the_rest(
    case: Case, path: Path, gravest: Claim | None, *, is_broken: bool
) -> SpoofKind | None:
    if is_broken:
        return SpoofKind.MALFORMED
    if gravest is not None:
        return gravest.kind
    is_doubtful = case.envelope.authenticated_as and not _is_good(path)
    return SpoofKind.SUSPICIOUS if is_doubtful else None


def _is_spoof(claim: Claim) -> bool:
    return claim.kind in SPOOF_KINDS or claim.code is Code.CLAIMS_IN_BODY


def _is_good(path: Path) -> bool:
    return any(reason.code == Code.SUBMISSION_GOOD for reason in path.reasons)


def _settles(path: Path, claim: Claim, case: Case) -> bool:
    """Whether a path takes a claim off the table altogether."""
    if claim.kind is SpoofKind.ENVELOPE:
        is_ours = case.checks.spf is Check.PASS or bool(case.envelope.authenticated_as)
        return is_ours or path.explains is not None
    if path.explains in (None, Explanation.EXCEPTION):
        return False
    if path.explains is Explanation.SUBMISSION and not _is_good(path):
        return claim.kind in OWN_KINDS
    return claim.kind in OWN_KINDS or claim.kind in (SpoofKind.SUSPICIOUS, SpoofKind.BRAND)


def _say(claim: Claim, case: Case) -> Reason:
    author = ", ".join(case.facts.header_from[:2]) or "nobody"
    field = claim.field
    at = field if field is not None else f"MAIL FROM:<{claim.claimed}>"
    return give(
        claim.code,
        at,
        near=claim.domain,
        address=claim.claimed,
        protected=claim.protected,
        how=claim.how,
        author=author,
        field=field.name.title() if field else "",
    )


def list_stage(case: Case, judged: Judged, held: Held) -> list[Reason]:
    """Why the message is treated as it is."""
    network = case.envelope.network.value
    if judged.kind is None:
        return [] if case.claims else [give(Code.CLEAN, _get_from(case))]
    if not judged.is_spoof:
        return [give(Code.NOTED_ONLY)]
    row = held.row
    if row is None or row.from_at is None:
        return [give(Code.NO_STAGE, network=network)]
    if held.is_capped:
        return [
            give(Code.STAGE_CAPPED, shared=row.stage.value, network=network, kind=judged.kind.value)
        ]
    since = say_day(london_day(row.from_at))
    source = row.source or "the service's policy"
    return [give(Code.STAGE, stage=held.stage.value, network=network, since=since, source=source)]


def _get_from(case: Case) -> str:
    fields = case.facts.from_fields
    return give(Code.CLEAN, fields[0]).at if fields else ""
