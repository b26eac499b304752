"""The last 48 hours of delay as one picture with words: lines, gaps where nothing was measured.

Half of all messages took at most the solid line, 95 in 100 at most the dashed one. Units of the
drawing are close to pixels on a telephone, so that its letters can be read there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from markupsafe import Markup

from lamppost.status.notices import Hssi
from lamppost.status.report import HourDelay
from lamppost.status.words import say_delay
from lamppost.wording import say_count, say_moment

WIDTH, HEIGHT = 400, 230
LEFT, RIGHT, TOP, BOTTOM = 66, 392, 14, 180
HOUR = timedelta(hours=1)
SHOWN_HOURS = 48
# Where the scale may end, in seconds; half of each is a round figure too.
_ENDS = (1, 2, 4, 10, 20, 40, 60, 120, 240, 600, 1200, 2400, 3600, 7200, 14400, 43200, 86400)


@dataclass(frozen=True, slots=True)
class Frame:
    """How moments and seconds become places in the drawing."""

    first: datetime
    most_s: float

    def x(self, moment: datetime) -> float:
        """From the left; moments outside the 48 hours stop at the edge."""
        share = (moment - self.first) / (SHOWN_HOURS * HOUR)
        return round(LEFT + min(max(share, 0.0), 1.0) * (RIGHT - LEFT), 1)

    def y(self, seconds: float) -> float:
        """From the top; a delay above the scale stops at the edge."""
        share = min(seconds / self.most_s, 1.0)
        return round(BOTTOM - share * (BOTTOM - TOP), 1)


def draw_delays(
    title: str, hours: Sequence[HourDelay], hssis: Iterable[Hssi], *, now: datetime
) -> Markup:
    """The chart as inline SVG with its title and a description in words."""
    shown = last_hours(hours, now=now)
    frame = Frame(first_hour(now), _end_of_scale(shown))
    parts = (
        *_shades(frame, hssis, now),
        *_grid(frame),
        f'<path class="app-chart__p95" d="{_line(frame, [(h.hour, h.p95) for h in shown])}"/>',
        f'<path class="app-chart__p50" d="{_line(frame, [(h.hour, h.p50) for h in shown])}"/>',
        f'<path class="app-chart__failed" d="{_crosses(frame, shown)}"/>',
    )
    return Markup(  # nosec B704 # noqa: S704 - title and description are escaped, the rest is ours
        f'<svg class="app-chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        ' aria-labelledby="chart-title" aria-describedby="chart-description" focusable="false">'
        f'<title id="chart-title">{escape(title)}</title>'
        f'<desc id="chart-description">{escape(describe(shown))} </desc>{"".join(parts)}</svg>'
    )


def last_hours(hours: Iterable[HourDelay], *, now: datetime) -> tuple[HourDelay, ...]:
    """The 48 hours that end with the present one."""
    return tuple(hour for hour in hours if hour.hour >= first_hour(now))


def first_hour(now: datetime) -> datetime:
    """When the first of the 48 hours began."""
    return now.replace(minute=0, second=0, microsecond=0) - (SHOWN_HOURS - 1) * HOUR


def describe(hours: Sequence[HourDelay]) -> str:
    """What the lines say, in sentences."""
    timed = [hour for hour in hours if hour.p50 is not None and hour.p95 is not None]
    if not timed:
        return "Nothing was timed in the last 48 hours."
    last, worst = timed[-1], max(timed, key=lambda hour: hour.p95 or 0.0)
    half, most = say_delay(last.p50 or 0.0), say_delay(last.p95 or 0.0)
    said = [
        f"In the hour from {say_moment(last.hour)} half took at most {half}, 95 in 100 {most}.",
        f"The slowest hour was from {say_moment(worst.hour)}: {say_delay(worst.p95 or 0.0)}.",
    ]
    failed = sum(hour.failed for hour in hours)
    if failed:
        said.append(f"{say_count(failed, 'check')} failed.")
    missing = SHOWN_HOURS - len(timed)
    if missing:
        said.append(f"{say_count(missing, 'hour')} without a figure.")
    return " ".join(said)


def _end_of_scale(hours: Sequence[HourDelay]) -> float:
    most = max((hour.p95 for hour in hours if hour.p95 is not None), default=1.0)
    return float(next((end for end in _ENDS if end >= most), most))


def _line(frame: Frame, points: Iterable[tuple[datetime, float | None]]) -> str:
    """Path data: neighbouring hours are joined, a gap lifts the pen, a lone hour is a dash."""
    runs: list[list[tuple[datetime, float]]] = []
    for hour, seconds in points:
        if seconds is None:
            continue
        if runs and runs[-1][-1][0] + HOUR == hour:
            runs[-1].append((hour, seconds))
        else:
            runs.append([(hour, seconds)])
    return "".join(_run(frame, run) for run in runs)


def _run(frame: Frame, run: Sequence[tuple[datetime, float]]) -> str:
    places = [f"{frame.x(hour + HOUR / 2)} {frame.y(seconds)}" for hour, seconds in run]
    return f"M{places[0]}h3" if len(places) == 1 else "M" + "L".join(places)


def _crosses(frame: Frame, hours: Iterable[HourDelay]) -> str:
    return "".join(
        f"M{frame.x(hour.hour + HOUR / 2) - 4} {BOTTOM - 10}l8 8m0-8l-8 8"
        for hour in hours
        if hour.failed
    )


def _shades(frame: Frame, hssis: Iterable[Hssi], now: datetime) -> Iterable[str]:
    for hssi in hssis:
        begin, end = frame.x(hssi.raised_at), frame.x(hssi.resolved_at or now)
        if (hssi.resolved_at or now) > frame.first:
            width = round(max(end - begin, 2.0), 1)
            yield (
                f'<rect class="app-chart__hssi" x="{begin}" y="{TOP}"'
                f' width="{width}" height="{BOTTOM - TOP}"/>'
            )


def _grid(frame: Frame) -> Iterable[str]:
    for seconds in (0.0, frame.most_s / 2, frame.most_s):
        y = frame.y(seconds)
        yield f'<path class="app-chart__grid" d="M{LEFT} {y}H{RIGHT}"/>'
        yield (
            f'<text class="app-chart__label app-chart__label--left" x="{LEFT - 6}" y="{y + 5}">'
            f"{_say_short(seconds)} </text>"
        )
    for place, kind, words in (
        (LEFT, "first", "48 hours ago"),
        ((LEFT + RIGHT) / 2, "middle", "24 hours ago"),
        (RIGHT, "last", "now"),
    ):
        yield (
            f'<text class="app-chart__label app-chart__label--{kind}" x="{place}"'
            f' y="{BOTTOM + 22}">{words} </text>'
        )


def _say_short(seconds: float) -> str:
    """`0`, `0.5 sec`, `2 min`, `12 hr`: short enough to stand beside an axis."""
    for size, unit in ((3600, "hr"), (60, "min")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} sec" if seconds else "0"
