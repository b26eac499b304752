"""What a component's page says, worded and drawn before its template sees it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup

from lamppost.status.parts import PARTS_DAYS
from lamppost.status.report import (
    STATE_WORDS,
    ComponentDetail,
    ComponentStatus,
    DayState,
    HourDelay,
    PartDelay,
    ProbeStatus,
    State,
)
from lamppost.status.uptime.formula import FORMULA
from lamppost.status.uptime.wording import say_uptime
from lamppost.status.words import say_delay
from lamppost.web.day_bars import draw_days
from lamppost.web.delay_chart import draw_delays, last_hours
from lamppost.wording import say_date, say_duration, say_moment

# What a probe of each kind does, as its page says it.
KINDS = {
    "relay_delay": "sends a message through the relay and looks for it in a mailbox",
    "smtp": "opens a connection to the mail server and asks for a greeting",
    "imap": "opens a mailbox as a mail program would",
    "http": "opens the web page",
    "dns": "looks the name up",
    "tls": "checks the certificate",
}
NETWORKS = {"internet": "from the internet", "hscn": "from HSCN"}
HOURS = "the last 48 hours"
MESSAGES = f"How long messages took, {HOURS}"
ANSWERS = f"How long answers took, {HOURS}"


@dataclass(frozen=True, slots=True)
class HourRow:
    """One row of the table under the chart."""

    hour: str
    half: str
    most: str
    checks: str


@dataclass(frozen=True, slots=True)
class DayRow:
    """One row of the table of days."""

    day: str
    address: str
    state: State
    words: str
    minutes: str


@dataclass(frozen=True, slots=True)
class PartRow:
    """One row of the table of parts of the day."""

    part: str
    half: str
    most: str
    nearly_all: str
    longest: str
    checks: str


@dataclass(frozen=True, slots=True)
class ProbeLine:
    """One probe in a sentence and a light."""

    state: State
    words: str
    name: str
    does: str
    read: str
    reason: str


@dataclass(frozen=True, slots=True)
class ComponentPage:
    """All a component's template shows."""

    status: ComponentStatus
    detail: ComponentDetail
    since_words: str
    uptime: str
    formula: str
    chart_title: str
    chart: Markup
    parts_title: str
    parts: tuple[PartRow, ...]
    bars: Markup
    hours: tuple[HourRow, ...]
    days: tuple[DayRow, ...]
    probes: tuple[ProbeLine, ...]


def present_component(detail: ComponentDetail, *, now: datetime) -> ComponentPage:
    """The page of a component, tables newest first."""
    status = detail.status
    title = MESSAGES if status.delay is not None else ANSWERS
    hours = last_hours(detail.hours, now=now)
    return ComponentPage(
        status=status,
        detail=detail,
        since_words=say_since(status),
        uptime=say_uptime(status.uptime),
        formula=FORMULA.words,
        chart_title=title,
        chart=draw_delays(title, hours, detail.hssis, now=now),
        parts_title=f"{title[: -len(HOURS)]}by part of the day, the last {PARTS_DAYS} days",
        parts=tuple(present_part(part) for part in detail.parts),
        bars=draw_days(status.name, status.days),
        hours=tuple(present_hour(hour) for hour in reversed(hours)),
        days=tuple(present_day(status.slug, day) for day in reversed(status.days)),
        probes=tuple(present_probe(probe) for probe in detail.probes),
    )


def say_since(status: ComponentStatus) -> str:
    """Since when it stands so, unless its sentence says that already."""
    if status.since is None or " since " in status.sentence:
        return ""
    return f"Since {say_moment(status.since)}."


def present_hour(hour: HourDelay) -> HourRow:
    """An hour in words; what was not measured says so."""
    failed = f", {hour.failed:,} failed" if hour.failed else ""
    return HourRow(
        hour=say_moment(hour.hour),
        half=say_figure(hour.p50),
        most=say_figure(hour.p95),
        checks=f"{hour.count + hour.failed:,}{failed}",
    )


def present_part(part: PartDelay) -> PartRow:
    """A part of the day in words."""
    failed = f", {part.failed:,} failed" if part.failed else ""
    return PartRow(
        part=part.words,
        half=say_figure(part.p50),
        most=say_figure(part.p95),
        nearly_all=say_figure(part.p99),
        longest=say_figure(part.longest),
        checks=f"{part.count + part.failed:,}{failed}",
    )


def say_figure(seconds: float | None) -> str:
    """A delay in words, or that there is none."""
    return "no figure" if seconds is None else say_delay(seconds)


def present_day(slug: str, day: DayState) -> DayRow:
    """A day in words, its states in whole minutes."""
    minutes = (f"{STATE_WORDS[state].lower()} {day.minutes(state):,}" for state in day.seconds)
    return DayRow(
        day=say_date(day.day),
        address=f"/status/components/{slug}/days/{day.day.isoformat()}/",
        state=day.state,
        words=STATE_WORDS[day.state],
        minutes=", ".join(minutes),
    )


def present_probe(probe: ProbeStatus) -> ProbeLine:
    """A probe in words: what it does, from where, how often, when last."""
    often = say_duration(timedelta(seconds=probe.interval_s))
    does = KINDS.get(probe.kind, "checks that it answers")
    where = NETWORKS.get(probe.network, probe.network)
    last = f"Last reading {say_moment(probe.as_at)}." if probe.as_at else "No reading yet."
    return ProbeLine(
        state=probe.state,
        words=STATE_WORDS[probe.state],
        name=probe.name,
        does=f"{does[:1].upper()}{does[1:]}, {where}, every {often}.",
        read=last,
        reason=f"{probe.reason[:1].upper()}{probe.reason[1:]}." if probe.reason else "",
    )
