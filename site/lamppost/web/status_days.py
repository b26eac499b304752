"""One London day of one component."""

from datetime import date

from flask import Blueprint, abort, render_template

from lamppost.generation.actions import Area
from lamppost.status.day_reads import get_day
from lamppost.web.context import now, session
from lamppost.web.day_page import present_day_page
from lamppost.web.public import public_page, true_until

blueprint = Blueprint("status_days", __name__)


@blueprint.get("/status/components/<slug>/days/<day>/")
@public_page(areas=(Area.STATUS,))
def show(slug: str, day: str) -> str:
    """Every change of its state that day, and how long mail or answers took."""
    at = now()
    try:
        wanted = date.fromisoformat(day)
    except ValueError:
        abort(404)
    detail = get_day(session(), slug, wanted, now=at) if wanted.isoformat() == day else None
    if detail is None:
        abort(404)
    true_until(detail.ends_at if detail.ends_at > at else None)
    return render_template("status/day.html", page=present_day_page(detail))
