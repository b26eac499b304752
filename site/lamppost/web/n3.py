"""The fuller status page, for the inner networks and for those signed in whose role says so."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from lamppost.status import reads
from lamppost.web.context import now, session, settings
from lamppost.web.guard import open_to_all, visitor
from lamppost.web.peers import client_address, is_within
from postmaster.access.matrix import Action
from postmaster.access.rules import may

blueprint = Blueprint("n3", __name__, url_prefix="/status/n3")
WHY_OPEN = "it answers by network: whoever is not on one of ours is told the public address"
WHOLE_LOG = 500


@blueprint.get("/")
@open_to_all(WHY_OPEN)
def index() -> ResponseReturnValue:
    """Every component with its probes' sentence, and the whole log instead of seven days."""
    if not _may_see():
        return render_template("status/n3_refused.html"), 403
    at = now()
    return render_template(
        "status/n3.html",
        status=reads.get_service_status(session(), now=at),
        hssis=reads.list_hssis(session(), limit=WHOLE_LOG),
        count=reads.count_hssis(session()),
        refused=reads.list_quarantined(session()),
    )


def _may_see() -> bool:
    if is_within(client_address(), settings().hscn_networks):
        return True
    found = visitor()
    return (
        found is not None
        and found.has_both_factors
        and may(found.actor, Action.STATUS_FULLER).is_allowed
    )
