"""The service and its components."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from lamppost.status.report import (
    ComponentDetail,
    ComponentStatus,
    DayState,
    DelaySummary,
    ProbeStatus,
    ServiceStatus,
    State,
)
from lamppost.web.api_v1.shapes.paging import Shape


class ServiceShape(Shape):
    """How the whole service stands; good to show until `fresh_until`."""

    state: State
    state_words: str
    sentence: str
    as_at: datetime | None = Field(description="the newest reading of all")
    fresh_until: datetime

    @classmethod
    def of(cls, status: ServiceStatus) -> "ServiceShape":
        """From what the page shows."""
        return cls(
            state=status.state,
            state_words=status.state_words,
            sentence=status.sentence,
            as_at=status.as_at,
            fresh_until=status.fresh_until,
        )


class DelayShape(Shape):
    """How long the last messages took, at most 100 of them; seconds."""

    sentence: str
    count: int
    within_s: int | None = Field(description="the round figure that enough of them stayed under")
    met: int = Field(description="how many did")
    failed: int
    pending: int
    p50_s: float | None
    p95_s: float | None
    longest_s: float | None

    @classmethod
    def of(cls, delay: DelaySummary) -> "DelayShape":
        """From what the page shows."""
        return cls(
            sentence=delay.sentence,
            count=delay.count,
            within_s=delay.within,
            met=delay.met,
            failed=delay.failed,
            pending=delay.pending,
            p50_s=delay.p50,
            p95_s=delay.p95,
            longest_s=delay.longest,
        )


class ComponentShape(Shape):
    """One line of the status page."""

    slug: str
    name: str
    group: str
    state: State
    state_words: str
    since: datetime | None
    as_at: datetime | None = Field(description="the oldest of its probes' last readings")
    sentence: str
    detail: str
    delay: DelayShape | None

    @classmethod
    def of(cls, one: ComponentStatus) -> "ComponentShape":
        """From what the page shows."""
        return cls(**_line(one))


class ProbeShape(Shape):
    """One probe that looks at a component."""

    name: str
    kind: str
    network: str
    state: State
    since: datetime | None
    as_at: datetime | None
    interval_s: int
    reason: str

    @classmethod
    def of(cls, probe: ProbeStatus) -> "ProbeShape":
        """From what the page shows."""
        return cls(
            name=probe.name,
            kind=probe.kind,
            network=probe.network,
            state=probe.state,
            since=probe.since,
            as_at=probe.as_at,
            interval_s=probe.interval_s,
            reason=probe.reason,
        )


class DayShape(Shape):
    """One London day: its worst state, and the seconds in each state that had any."""

    day: date
    state: State
    seconds: dict[State, int]

    @classmethod
    def of(cls, day: DayState) -> "DayShape":
        """From what the page shows."""
        return cls(day=day.day, state=day.state, seconds=dict(day.seconds))


class ComponentDetailShape(ComponentShape):
    """One component with its probes and its last 90 days, oldest first."""

    probes: list[ProbeShape]
    days: list[DayShape]

    @classmethod
    def of_detail(cls, detail: ComponentDetail) -> "ComponentDetailShape":
        """From what the component's page shows."""
        return cls(
            **_line(detail.status),
            probes=[ProbeShape.of(probe) for probe in detail.probes],
            days=[DayShape.of(day) for day in detail.status.days],
        )


def _line(one: ComponentStatus) -> dict[str, Any]:
    return {
        "slug": one.slug,
        "name": one.name,
        "group": one.group,
        "state": one.state,
        "state_words": one.state_words,
        "since": one.since,
        "as_at": one.as_at,
        "sentence": one.sentence,
        "detail": one.detail_sentence,
        "delay": None if one.delay is None else DelayShape.of(one.delay),
    }
