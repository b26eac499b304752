"""The sentence of delay: what a sender may expect now, from what the last messages met. Pure."""

from collections.abc import Sequence

from lamppost.status.policy import ProbePolicy
from lamppost.status.probe_state import ProbeState
from lamppost.status.report import DelaySummary, State
from lamppost.status.samples import Sample
from lamppost.status.words import say_delay
from lamppost.wording import say_count

# The figures a sentence may promise, in seconds: round enough to be remembered.
NICE = (5, 10, 15, 20, 30, 40, 60, 90, 120, 180, 300, 600, 900, 1800, 3600)


def summarise(state: ProbeState, policy: ProbePolicy) -> DelaySummary:
    """What the kept messages say, in figures and in a sentence."""
    samples = state.samples
    arrived = sorted(
        one.seconds for one in samples if one.seconds is not None and not one.is_pending
    )
    within, met = _promise(samples, policy)
    return DelaySummary(
        sentence=_sentence(state, within, met),
        count=len(samples),
        within=within,
        met=met,
        failed=sum(one.seconds is None for one in samples),
        pending=sum(one.is_pending for one in samples),
        p50=percentile(arrived, 0.5),
        p95=percentile(arrived, 0.95),
        longest=max((one.seconds for one in samples if one.seconds is not None), default=None),
    )


def percentile(ordered: Sequence[float], share: float) -> float | None:
    """The smallest value that at least this share of the ordered values does not exceed."""
    if not ordered:
        return None
    place = -(-len(ordered) * round(share * 1000) // 1000)
    return ordered[max(place, 1) - 1]


def _promise(samples: Sequence[Sample], policy: ProbePolicy) -> tuple[int | None, int]:
    """The smallest nice figure enough of them stayed under, and how many did."""
    for figure in NICE:
        met = sum(
            one.seconds is not None and not one.is_pending and one.seconds < figure
            for one in samples
        )
        if samples and met * 1000 >= len(samples) * round(policy.sentence_share * 1000):
            return figure, met
    return None, sum(one.seconds is not None and not one.is_pending for one in samples)


def _sentence(state: ProbeState, within: int | None, met: int) -> str:
    samples = state.samples
    if not samples:
        return "No message has been timed yet."
    undelivered = _undelivered(samples)
    if state.verdict is State.OUTAGE:
        return undelivered or "Messages are not being delivered."
    if state.verdict is State.DEGRADED and state.delays:
        middle = sorted(state.delays, key=lambda delay: delay.seconds)[len(state.delays) // 2]
        about = "more than" if middle.is_bound else "about"
        slow = f"Messages are taking {about} {say_delay(middle.seconds)}."
        return f"{slow} {undelivered}".strip()
    if not met:
        return undelivered or "No message has arrived yet."
    if within is None:
        said = f"{met} of the last {say_count(len(samples), 'message')} arrived."
    else:
        said = (
            f"A message sent now should arrive in under {say_delay(within)}; {_did(met, samples)}."
        )
    return f"{said} {undelivered}".strip()


def _did(met: int, samples: Sequence[Sample]) -> str:
    if len(samples) == 1:
        return "the last one did"
    return f"{met} of the last {len(samples)} did"


def _undelivered(samples: Sequence[Sample]) -> str:
    failed = sum(one.seconds is None for one in samples)
    if not failed:
        return ""
    if len(samples) == 1:
        return "The last message was not delivered."
    verb = "was" if failed == 1 else "were"
    return f"{failed} of the last {len(samples)} {verb} not delivered."
