"""The status page and one component's page."""

from flask import Blueprint, abort, render_template

from lamppost.generation.actions import Area
from lamppost.status import reads
from lamppost.status.uptime.formula import FORMULA
from lamppost.status.uptime.wording import say_uptime
from lamppost.web.component_page import present_component, say_since
from lamppost.web.context import now, session
from lamppost.web.day_bars import draw_days, say_days
from lamppost.web.htmx import render_page_or_block
from lamppost.web.public import public_page, true_until

blueprint = Blueprint("status", __name__)
OWN_FEEDS = (
    ("atom", "application/atom+xml", "Atom"),
    ("rss", "application/rss+xml", "RSS"),
    ("json", "application/feed+json", "JSON Feed"),
)
blueprint.add_app_template_global(draw_days, "draw_days")
blueprint.add_app_template_filter(say_days, "days")
blueprint.add_app_template_filter(say_since, "since")
blueprint.add_app_template_filter(say_uptime, "uptime")


@blueprint.get("/status/")
@public_page(areas=(Area.STATUS,))
def index() -> str:
    """Everything at a glance; htmx is given the one block that moves."""
    at = now()
    status = reads.get_service_status(session(), now=at)
    true_until(status.fresh_until)
    return render_page_or_block(
        "status/index.html",
        "status_now",
        status=status,
        hssis=reads.list_recent_hssis(session(), now=at),
        window=reads.get_next_window(session(), now=at),
        formula=FORMULA,
    )


@blueprint.get("/status/components/<slug>/")
@public_page(areas=(Area.STATUS,))
def component(slug: str) -> str:
    """One component: delays, days, probes, HSSIs."""
    at = now()
    detail = reads.get_component(session(), slug, now=at)
    if detail is None:
        abort(404)
    true_until(detail.fresh_until)
    return render_template(
        "status/component.html",
        page=present_component(detail, now=at),
        page_feeds=_feed_links(slug, detail.status.name),
    )


def _feed_links(slug: str, name: str) -> list[tuple[str, str, str]]:
    """The component's own feeds and calendar, for readers to find."""
    folder = f"/status/components/{slug}"
    return [
        (f"{folder}/feed.{ending}", kind, f"{name} ({words})") for ending, kind, words in OWN_FEEDS
    ] + [(f"{folder}/calendar.ics", "text/calendar", f"{name} (calendar)")]
