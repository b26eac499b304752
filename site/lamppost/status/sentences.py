"""What is said beside a component's light, and since when it holds. Pure."""

from datetime import datetime

from lamppost.status.report import ProbeStatus, State
from lamppost.status.standing import Standing
from lamppost.wording import say_moment

_NEVER = "Not measured yet."


def since(standing: Standing) -> datetime | None:
    """Since when the component stands as it does, as far as its parts can say."""
    state = standing.state
    if state is not standing.measured:
        return min((hssi.raised_at for hssi in standing.hssis), default=None)
    if state is State.MAINTENANCE and standing.change is not None:
        return standing.change.starts_at
    moments = [probe.since for probe in _deciding(standing) if probe.since is not None]
    if not moments:
        return None
    # Everything must be well, or down, for the whole to be; one slow or down part is enough.
    return max(moments) if state in {State.OPERATIONAL, State.OUTAGE} else min(moments)


def as_at(standing: Standing) -> datetime | None:
    """The oldest of its probes' last readings: everything shown is at least so fresh."""
    moments = [probe.as_at for probe in standing.probes if probe.as_at is not None]
    return min(moments, default=None)


def sentence(standing: Standing) -> str:
    """How it stands, in a sentence."""
    if standing.state is not standing.measured and standing.hssis:
        hssi = standing.hssis[0]
        return f"{hssi.severity_words} incident {hssi.ref}: {hssi.title}".rstrip(".") + "."
    begun = since(standing)
    spoken = f" since {say_moment(begun)}" if begun is not None else ""
    if standing.state is State.UNKNOWN:
        return f"Not measured{spoken}." if begun is not None else _NEVER
    if standing.state is State.MAINTENANCE and standing.change is not None:
        change = standing.change
        return f"{change.title}, until {say_moment(change.ends_at)}."
    return {
        State.OPERATIONAL: "Working normally.",
        State.DEGRADED: f"Slower than usual{spoken}.",
        State.PARTIAL: f"Partly not working{spoken}.",
        State.OUTAGE: f"Not working{spoken}.",
    }[standing.state]


def detail_sentence(standing: Standing) -> str:
    """Why, or what to expect: the delay of messages, or the reason of what is wrong."""
    reasons = [probe.reason for probe in _deciding(standing) if probe.reason]
    reason = f"{_capital(reasons[0])}." if reasons else ""
    if standing.measured is State.UNKNOWN:
        return reason
    delay = standing.delays[0].sentence if standing.delays else ""
    if standing.measured in {State.OUTAGE, State.PARTIAL}:
        return f"{reason} {delay}".strip()
    return delay or reason


def _deciding(standing: Standing) -> list[ProbeStatus]:
    """The probes whose state made the component's."""
    wanted = {
        State.OUTAGE: State.OUTAGE,
        State.PARTIAL: State.OUTAGE,
        State.DEGRADED: State.DEGRADED,
        State.UNKNOWN: State.UNKNOWN,
    }.get(standing.measured, State.OPERATIONAL)
    return [probe for probe in standing.probes if probe.state is wanted]


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
