"""The last 90 days of a component as one picture: a taller bar is a worse day.

Drawn as one path per state and joined in Python: 90 elements a component cost the page more than
all the rest of it. The height says what the colour says, so no colour is needed to read it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape

from markupsafe import Markup

from lamppost.status.report import STATE_WORDS, DayState, State

HEIGHT = 32
STEP = 4
# From best to worst; a bar stands on the ground and is so tall.
HEIGHTS: Mapping[State, int] = {
    State.UNKNOWN: 3,
    State.OPERATIONAL: 10,
    State.MAINTENANCE: 15,
    State.DEGRADED: 20,
    State.PARTIAL: 26,
    State.OUTAGE: HEIGHT,
}


def draw_days(name: str, days: Sequence[DayState]) -> Markup:
    """The bars as inline SVG, titled in words."""
    paths = "".join(
        f'<path class="app-days__{state}" d="{pieces}"/>' for state, pieces in _pieces(days).items()
    )
    title = f"{name}, day by day, the last {len(days)} days: {say_days(days)}"
    return Markup(  # nosec B704 # noqa: S704 - the name is escaped, the rest is ours
        f'<svg class="app-days" viewBox="0 0 {len(days) * STEP} {HEIGHT}"'
        ' preserveAspectRatio="none" role="img" focusable="false">'
        f"<title>{escape(title)}</title>{paths}</svg>"
    )


def say_days(days: Sequence[DayState]) -> str:
    """`85 working, 3 degraded, 2 not measured`: how many days had which worst state."""
    counted = Counter(day.state for day in days)
    words = (
        f"{counted[state]} {STATE_WORDS[state].lower()}" for state in _ORDER if state in counted
    )
    return ", ".join(words)


def _pieces(days: Sequence[DayState]) -> dict[State, str]:
    pieces: dict[State, list[str]] = {}
    for place, day in enumerate(days):
        tall = HEIGHTS[day.state]
        bar = f"M{place * STEP} {HEIGHT - tall}h{STEP - 1}v{tall}h-{STEP - 1}z"
        pieces.setdefault(day.state, []).append(bar)
    return {state: "".join(bars) for state, bars in pieces.items()}


_ORDER = (
    State.OPERATIONAL,
    State.MAINTENANCE,
    State.DEGRADED,
    State.PARTIAL,
    State.OUTAGE,
    State.UNKNOWN,
)
