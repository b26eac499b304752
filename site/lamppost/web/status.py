"""The status page and one component's page."""

from flask import Blueprint, abort, render_template

from lamppost.generation.actions import Area
from lamppost.status import reads
from lamppost.web.component_page import present_component, say_since
from lamppost.web.context import now, session
from lamppost.web.day_bars import draw_days, say_days
from lamppost.web.htmx import render_page_or_block
from lamppost.web.public import public_page, true_until

blueprint = Blueprint("status", __name__)
blueprint.add_app_template_global(draw_days, "draw_days")
blueprint.add_app_template_filter(say_days, "days")
blueprint.add_app_template_filter(say_since, "since")


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
    return render_template("status/component.html", page=present_component(detail, now=at))
