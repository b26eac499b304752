"""Months: the list of them, one with its figures, and what anybody needs to check them."""

from datetime import date

from flask import Blueprint, Response, abort, render_template

from lamppost import paths
from lamppost.generation.actions import Area
from lamppost.status.uptime.document import write_document
from lamppost.status.uptime.reads import get_export, get_month, list_months
from lamppost.web.context import now, session
from lamppost.web.month_page import present_month, present_months
from lamppost.web.public import public_page, true_until

blueprint = Blueprint("status_history", __name__, url_prefix="/status/history")
SCRIPT = "recompute_month.py"


@blueprint.get("/")
@public_page(areas=(Area.STATUS,))
def index() -> str:
    """Every month since the first that was measured."""
    months = list_months(session(), now=now())
    return render_template("status/history.html", months=present_months(months))


@blueprint.get("/<int(fixed_digits=4):year>/<int(fixed_digits=2):month>/")
@public_page(areas=(Area.STATUS,))
def show(year: int, month: int) -> str:
    """One month: closed with its digest and addenda, or its figures so far."""
    at = now()
    report = get_month(session(), _month(year, month), now=at)
    if report is None:
        abort(404)
    true_until(report.ends_at if report.ends_at > at else None)
    return render_template("status/month.html", page=present_month(report), is_fuller=False)


@blueprint.get("/<int(fixed_digits=4):year>/<int(fixed_digits=2):month>/month.json")
@public_page(areas=(Area.STATUS,))
def export(year: int, month: int) -> Response:
    """A closed month to download and compute again."""
    document = get_export(session(), _month(year, month))
    if document is None:
        abort(404)
    name = f"lamppost-{year:04d}-{month:02d}.json"
    return Response(
        write_document(document),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@blueprint.get(f"/{SCRIPT}")
@public_page(areas=(), max_age_s=3600)
def script() -> Response:
    """The script that computes a downloaded month again."""
    return Response(
        (paths.DOCS / SCRIPT).read_bytes(),
        content_type="text/x-python; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{SCRIPT}"'},
    )


def _month(year: int, month: int) -> date:
    try:
        return date(year, month, 1)
    except ValueError:
        abort(404)
