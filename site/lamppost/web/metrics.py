"""`/metrics`: how the service's own parts are, for Prometheus, read from the database at a scrape.

Nothing is counted in this process: several serve the site, and a scrape meets any one of them.
Only those with the token, or on an inner network, may read it.
"""

import hmac

from flask import Blueprint, Response, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from lamppost.web.context import now, session, settings
from lamppost.web.figures import Figures
from lamppost.web.guard import open_to_all
from lamppost.web.peers import client_address, is_within

blueprint = Blueprint("metrics", __name__)
REFUSED = (
    "These figures are for the service's own monitoring.\n"
    "Send LAMPPOST_METRICS_TOKEN as `Authorization: Bearer …`, or ask from a network in "
    "LAMPPOST_HSCN_NETWORKS.\n"
)
BEARER = "Bearer "


@blueprint.get("/metrics")
@open_to_all("it answers by token or network, and says to others how to be answered")
def show() -> Response:
    """Every figure in the text format of Prometheus."""
    if not _may_read():
        refused = Response(REFUSED, status=401, mimetype="text/plain")
        refused.headers["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return refused
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures(session(), now()))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_read() -> bool:
    if is_within(client_address(), settings().hscn_networks):
        return True
    token = settings().metrics_token
    given = request.headers.get("Authorization", "")
    if token is None or not given.startswith(BEARER):
        return False
    wanted = token.get_secret_value().encode()
    return bool(wanted) and hmac.compare_digest(given.removeprefix(BEARER).encode(), wanted)
