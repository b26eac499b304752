"""What is planned and what was: changes, BCDR test windows, Portal releases."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import Blueprint, render_template

from lamppost.clock import london_date, london_midnight
from lamppost.generation.actions import Area
from lamppost.status import reads
from lamppost.status.notices import Change, ReleaseState, WindowState
from lamppost.status.plans.texts import EFFECT_WORDS
from lamppost.web.about_windows import about_windows
from lamppost.web.component_names import name_components
from lamppost.web.context import now, session
from lamppost.web.public import public_page, true_until
from lamppost.wording import say_date_range

blueprint = Blueprint("plans", __name__)
blueprint.add_app_template_filter(say_date_range, "date_range")
AHEAD = (WindowState.RUNNING, WindowState.OVERRUN, WindowState.UPCOMING)
DAYS_BACK = 90
CLOSED_SHOWN = 20


@blueprint.get("/status/changes/")
@public_page(areas=(Area.STATUS,))
def changes() -> str:
    """The forward schedule of change with the tests ahead, and what was lately."""
    at = now()
    listed = reads.list_changes(session(), now=at, days_back=DAYS_BACK)
    _true_until_something_turns(listed, at)
    slugs = {slug for change in listed for slug in change.components}
    windows = reads.list_windows(session(), now=at)
    return render_template(
        "status/changes.html",
        ahead=[change for change in listed if change.ends_at > at],
        past=[change for change in reversed(listed) if change.ends_at <= at],
        effects=EFFECT_WORDS,
        windows=[window for window in windows if window.state in AHEAD],
        **about_windows(session(), windows),
        names=dict(name_components(session(), slugs, now=at)),
    )


@blueprint.get("/status/bcdr/")
@public_page(areas=(Area.STATUS,))
def bcdr() -> str:
    """Every BCDR test window, those ahead first."""
    at = now()
    _true_until_something_turns((), at)
    windows = reads.list_windows(session(), now=at)
    return render_template(
        "status/bcdr.html",
        ahead=[window for window in windows if window.state in AHEAD],
        past=[window for window in reversed(windows) if window.state not in AHEAD],
        **about_windows(session(), windows),
    )


@blueprint.get("/status/known-issues/")
@public_page(areas=(Area.STATUS,))
def known_issues() -> str:
    """What does not work and is no incident, with what to do meanwhile."""
    at = now()
    _true_until_something_turns((), at)
    return render_template(
        "status/known_issues.html",
        issues=reads.list_known_issues(session(), now=at),
        closed=reads.list_known_issues(session(), now=at, is_open=False)[:CLOSED_SHOWN],
        today=london_date(at),
    )


@blueprint.get("/status/releases/")
@public_page(areas=(Area.STATUS,))
def releases() -> str:
    """Portal releases: planned ones, the next first, then those that were made."""
    listed = reads.list_releases(session())
    planned = [one for one in reversed(listed) if one.state is ReleaseState.PLANNED]
    made = [one for one in listed if one.state is not ReleaseState.PLANNED]
    return render_template("status/releases.html", planned=planned, made=made)


def _true_until_something_turns(listed: Sequence[Change], at: datetime) -> None:
    """A day in London ends, or a change begins or is over: the words of the page change then."""
    true_until(london_midnight(london_date(at) + timedelta(days=1)))
    for change in listed:
        for moment in (change.starts_at, change.ends_at):
            true_until(moment if moment > at else None)
