"""The Statuspage v2 API: the documents existing clients and dashboards read, made once a change."""

import json
from collections.abc import Callable, Mapping

from flask import Blueprint, Response

from lamppost.generation.actions import Area
from lamppost.status.statuspage.documents import Document, Documents, PageOf
from lamppost.status.statuspage.identity import make_id
from lamppost.status.statuspage.maintenances import ACTIVE, SCHEDULED
from lamppost.web.context import now, session, settings
from lamppost.web.public import public_page, true_until

blueprint = Blueprint("api_v2", __name__, url_prefix="/api/v2")
MAKE: Mapping[str, Callable[[Documents], Document]] = {
    "status": Documents.status,
    "summary": Documents.summary,
    "components": Documents.components,
    "incidents": Documents.incidents,
    "incidents/unresolved": lambda made: made.incidents(is_unresolved=True),
    "scheduled-maintenances": Documents.maintenances,
    "scheduled-maintenances/upcoming": lambda made: made.maintenances(
        statuses=frozenset({SCHEDULED})
    ),
    "scheduled-maintenances/active": lambda made: made.maintenances(statuses=ACTIVE),
}


@blueprint.get("/status.json", defaults={"name": "status"})
@blueprint.get("/summary.json", defaults={"name": "summary"})
@blueprint.get("/components.json", defaults={"name": "components"})
@blueprint.get("/incidents.json", defaults={"name": "incidents"})
@blueprint.get("/incidents/unresolved.json", defaults={"name": "incidents/unresolved"})
@blueprint.get("/scheduled-maintenances.json", defaults={"name": "scheduled-maintenances"})
@blueprint.get(
    "/scheduled-maintenances/upcoming.json", defaults={"name": "scheduled-maintenances/upcoming"}
)
@blueprint.get(
    "/scheduled-maintenances/active.json", defaults={"name": "scheduled-maintenances/active"}
)
@public_page(areas=(Area.STATUS,))
def document(name: str) -> Response:
    """One document; the same bytes until something in it changes."""
    site = settings()
    page = PageOf(make_id("page", site.tag_authority), site.service_name, site.base_url)
    made = Documents(session(), now=now(), page=page)
    true_until(made.service.fresh_until)
    words = json.dumps(MAKE[name](made), ensure_ascii=False, separators=(",", ":"))
    return Response(words, content_type="application/json; charset=utf-8")
