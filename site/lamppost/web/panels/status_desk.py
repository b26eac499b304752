"""The desk of status operators: what disagrees, is due or waits, and the table of severity."""

from flask import Blueprint, render_template

from lamppost.status.hssis.desk import list_desk
from lamppost.status.hssis.matrix import LEVELS, MATRIX
from lamppost.status.hssis.proposals import get_proposal
from lamppost.status.reads import get_service_status, list_quarantined
from lamppost.status.tasks import list_tasks
from lamppost.status.watching import list_disagreements
from lamppost.web.component_names import name_components
from lamppost.web.context import now, session
from lamppost.web.guard import actor, panel
from lamppost.web.htmx import render_page_or_block
from postmaster.access.matrix import Action

blueprint = Blueprint("status_desk", __name__, url_prefix="/admin/status")


@blueprint.get("/")
@panel(Action.STATUS_WRITE)
def show() -> str:
    """Probes beside the log, and everything that waits for an operator."""
    at = now()
    proposal = get_proposal(session())
    return render_page_or_block(
        "status_desk/show.html",
        "status_desk",
        status=get_service_status(session(), now=at),
        proposal=proposal,
        proposed=name_components(session(), proposal.components, now=at) if proposal else (),
        disagreements=list_disagreements(session(), now=at),
        tasks=list_tasks(session(), reader=actor(), now=at),
        rows=[row for row in list_desk(session(), now=at) if row.resolved_at is None],
        quarantined=list_quarantined(session()),
        at=at,
    )


@blueprint.get("/severity/")
@panel(Action.STATUS_WRITE)
def severity() -> str:
    """Severity by impact and urgency."""
    return render_template(
        "status_desk/severity.html", matrix=MATRIX, levels=LEVELS, back=("/admin/status/", "Status")
    )
