"""What the page of one day says, worded before its template sees it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from lamppost.clock import LONDON
from lamppost.status.day_reads import DayDetail
from lamppost.status.report import STATE_WORDS, HourDelay, State
from lamppost.status.slices import Overlay, OverlayKind, Slice
from lamppost.status.uptime.formula import FORMULA
from lamppost.status.uptime.wording import say_uptime
from lamppost.web.component_page import say_figure
from lamppost.wording import say_duration, say_moment, say_time, say_weekday_date


@dataclass(frozen=True, slots=True)
class SliceRow:
    """A state from one time of the day to another."""

    state: State
    words: str
    begins: str
    ends: str
    lasted: str
    why: str


@dataclass(frozen=True, slots=True)
class HourRow:
    """One hour of the day."""

    hour: str
    half: str
    most: str
    longest: str
    checks: str


@dataclass(frozen=True, slots=True)
class OverlayLine:
    """Something announced that lay over the day."""

    ref: str
    address: str
    words: str


@dataclass(frozen=True, slots=True)
class DayPage:
    """All a day's template shows."""

    slug: str
    name: str
    group: str
    title: str
    state: State
    state_words: str
    lasted: str
    uptime: str
    formula: str
    slices: tuple[SliceRow, ...]
    hours: tuple[HourRow, ...]
    overlays: tuple[OverlayLine, ...]
    before: str | None
    after: str | None


def present_day_page(detail: DayDetail) -> DayPage:
    """One day in words."""
    one = timedelta(days=1)
    return DayPage(
        slug=detail.slug,
        name=detail.name,
        group=detail.group,
        title=say_weekday_date(detail.day),
        state=detail.state,
        state_words=STATE_WORDS[detail.state],
        lasted=_lasted(detail),
        uptime=say_uptime(detail.uptime),
        formula=FORMULA.words,
        slices=tuple(_slice(piece, detail) for piece in detail.slices),
        hours=tuple(_hour(hour) for hour in detail.hours),
        overlays=tuple(_overlay(overlay) for overlay in detail.overlays),
        before=None if detail.is_first else (detail.day - one).isoformat(),
        after=(detail.day + one).isoformat() if detail.is_over else None,
    )


def _lasted(detail: DayDetail) -> str:
    if not detail.is_over:
        return "The day is not over."
    hours = (detail.ends_at - detail.starts_at) // timedelta(hours=1)
    if hours == 24:  # noqa: PLR2004 - the hours of any other day
        return ""
    way = "forward" if hours < 24 else "back"  # noqa: PLR2004 - as above
    return f"The clocks went {way}, so this day had {hours} hours."


def _slice(piece: Slice, detail: DayDetail) -> SliceRow:
    over = [one for one in detail.overlays if one.holds(piece.started_at)]
    return SliceRow(
        state=piece.state,
        words=STATE_WORDS[piece.state],
        begins=_time(piece.started_at),
        ends=_time(piece.ended_at),
        lasted=say_duration(piece.ended_at - piece.started_at),
        why=_why(piece, over),
    )


def _why(piece: Slice, over: list[Overlay]) -> str:
    said = [
        f"incident {one.ref}" if one.kind is OverlayKind.INCIDENT else f"planned change {one.ref}"
        for one in over
    ]
    if piece.is_excused:
        said.append("announced in time, so left out of the agreed uptime")
    if not piece.is_measured and piece.state is not State.UNKNOWN:
        said.append("no check was made, so it counts for no uptime")
    words = "; ".join(said)
    return f"{words[:1].upper()}{words[1:]}." if words else ""


def _time(moment: datetime) -> str:
    """`9:05am BST`: with the zone, which may change within the day."""
    return f"{say_time(moment)} {moment.astimezone(LONDON).tzname()}"


def _hour(hour: HourDelay) -> HourRow:
    failed = f", {hour.failed:,} failed" if hour.failed else ""
    return HourRow(
        hour=_time(hour.hour),
        half=say_figure(hour.p50),
        most=say_figure(hour.p95),
        longest=say_figure(hour.longest),
        checks=f"{hour.count + hour.failed:,}{failed}",
    )


def _overlay(overlay: Overlay) -> OverlayLine:
    until = "still open" if overlay.ends_at is None else f"to {say_moment(overlay.ends_at)}"
    when = f"from {say_moment(overlay.starts_at)}, {until}"
    if overlay.kind is OverlayKind.INCIDENT:
        return OverlayLine(overlay.ref, f"/status/incidents/{overlay.ref}/", f"Incident, {when}.")
    excuse = "announced in time" if overlay.is_excused else "not announced in time"
    return OverlayLine(
        overlay.ref, f"/status/changes/#{overlay.ref}", f"Planned change, {excuse}, {when}."
    )
