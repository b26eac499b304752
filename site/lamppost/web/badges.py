"""Badges: the state of the service or of one component as a small picture for other sites.

It says the word beside the colour, and the moment it is from: a picture that somebody kept must not
look like the present.
"""

from datetime import datetime
from html import escape

from flask import Blueprint, Response, abort

from lamppost.generation.actions import Area
from lamppost.status import reads
from lamppost.status.report import STATE_COLOURS, STATE_WORDS, State
from lamppost.web.context import now, session, settings
from lamppost.web.public import public_page, true_until
from lamppost.wording import say_moment

blueprint = Blueprint("badges", __name__)
# The NHS tag's colours, dark enough for white letters at 4.5 to 1.
FILLS = {
    "green": "#006747",
    "yellow": "#7a4a00",
    "orange": "#a43a00",
    "red": "#b3231b",
    "blue": "#003087",
    "grey": "#425563",
}
SHAPES = {
    State.OPERATIONAL: "●",
    State.DEGRADED: "▲",
    State.PARTIAL: "◆",
    State.OUTAGE: "■",
    State.MAINTENANCE: "✚",
    State.UNKNOWN: "○",
}
# Widths in units of the picture: Verdana and its kin at 11 take about so much a letter.
LETTER, MARGIN, HEIGHT = 6.8, 8, 22
MEDIA_TYPE = "image/svg+xml"


@blueprint.get("/status/badge.svg")
@public_page(areas=(Area.STATUS,), max_age_s=60)
def service() -> Response:
    """The whole service."""
    status = reads.get_service_status(session(), now=now())
    true_until(status.fresh_until)
    return _answer(settings().service_name, status.state, status.as_at)


@blueprint.get("/status/components/<slug>/badge.svg")
@public_page(areas=(Area.STATUS,), max_age_s=60)
def component(slug: str) -> Response:
    """One component."""
    detail = reads.get_component(session(), slug, now=now())
    if detail is None:
        abort(404)
    true_until(detail.fresh_until)
    return _answer(detail.status.name, detail.status.state, detail.status.as_at)


def _answer(label: str, state: State, as_at: datetime | None) -> Response:
    return Response(draw_badge(label, state, as_at), content_type=f"{MEDIA_TYPE}; charset=utf-8")


def draw_badge(label: str, state: State, as_at: datetime | None) -> str:
    """The picture: the label, then shape and word of the state, and the moment in small."""
    words = f"{SHAPES[state]} {STATE_WORDS[state]}"
    moment = say_moment(as_at) if as_at is not None else "never measured"
    left = _width(label)
    right = max(_width(words), _width(moment))
    title = f"{label}: {STATE_WORDS[state]}, as at {moment}" if as_at else f"{label}: {moment}"
    middle = left + right / 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right:g}" height="{HEIGHT * 2}"'
        f' viewBox="0 0 {left + right:g} {HEIGHT * 2}" role="img"'
        f' aria-label="{escape(title)}"><title>{escape(title)}</title>'
        f'<rect width="{left:g}" height="{HEIGHT * 2}" fill="#212b32"/>'
        f'<rect x="{left:g}" width="{right:g}" height="{HEIGHT * 2}"'
        f' fill="{FILLS[STATE_COLOURS[state]]}"/>'
        '<g fill="#ffffff" font-family="Verdana,Arial,sans-serif" font-size="11"'
        ' text-anchor="middle">'
        f'<text x="{left / 2:g}" y="26">{escape(label)}</text>'
        f'<text x="{middle:g}" y="18" font-weight="bold">{escape(words)}</text>'
        f'<text x="{middle:g}" y="35">{escape(moment)}</text></g></svg>\n'
    )


def _width(words: str) -> float:
    return round(len(words) * LETTER + 2 * MARGIN)
