"""The fuller status page, for the inner networks and for those signed in whose role says so."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from lamppost.status import reads
from lamppost.web.context import now, session
from lamppost.web.fuller import WHY_OPEN, may_see_fuller
from lamppost.web.guard import open_to_all

blueprint = Blueprint("n3", __name__, url_prefix="/status/n3")
WHOLE_LOG = 500


@blueprint.get("/")
@open_to_all(WHY_OPEN)
def index() -> ResponseReturnValue:
    """Every component with its probes' sentence, and the whole log instead of seven days."""
    if not may_see_fuller():
        return render_template("status/n3_refused.html"), 403
    at = now()
    return render_template(
        "status/n3.html",
        status=reads.get_service_status(session(), now=at),
        hssis=reads.list_hssis(session(), limit=WHOLE_LOG),
        count=reads.count_hssis(session()),
        refused=reads.list_quarantined(session()),
    )
