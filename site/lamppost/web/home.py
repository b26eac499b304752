"""The home page: how the service stands, what was said lately, what is coming."""

from flask import Blueprint

from lamppost.bulletins.reads import list_newest
from lamppost.generation.actions import Area
from lamppost.status import reads
from lamppost.status.notices import ChangeState
from lamppost.web.context import now, session
from lamppost.web.htmx import render_page_or_block
from lamppost.web.public import public_page, true_until

blueprint = Blueprint("home", __name__)
BULLETINS = 3
COMING = {ChangeState.UPCOMING, ChangeState.RUNNING}


@blueprint.get("/")
@public_page(areas=(Area.BULLETINS, Area.STATUS))
def index() -> str:
    """Overall state in words, open incidents, newest bulletins, what is coming."""
    at = now()
    status = reads.get_service_status(session(), now=at)
    true_until(status.fresh_until)
    changes = reads.list_changes(session(), now=at, days_back=0)
    return render_page_or_block(
        "pages/home.html",
        "home_status",
        status=status,
        hssis=reads.list_open_hssis(session()),
        bulletins=list_newest(session(), BULLETINS),
        window=reads.get_next_window(session(), now=at),
        change=next((one for one in changes if one.state in COMING and one.kind == "change"), None),
        release=reads.get_next_release(session()),
    )
