"""The page behind the link in a notice: somebody signed out keeps their account, by a button."""

from flask import Blueprint, abort, render_template
from werkzeug.exceptions import NotFound

from lamppost.web.context import now, session, writing
from lamppost.web.guard import open_to_all
from postmaster.access.actors import system
from postmaster.lifecycle.batches import ItemState
from postmaster.lifecycle.keeping import find_keeping, keep_by_link

blueprint = Blueprint("keep", __name__, url_prefix="/keep")
WHY_OPEN = "the link in a notice is the proof; whoever lost their account cannot sign in"
BY = system("keep link")


@blueprint.get("/<token>")
@open_to_all(WHY_OPEN)
def ask(token: str) -> str:
    """What the link is about; a mail scanner that follows it changes nothing."""
    found = find_keeping(session(), token=token)
    if found is None:
        abort(NotFound.code)
    address, item = found
    is_kept = item.state == ItemState.DROPPED
    return render_template(
        "lifecycle/keep.html", address=address, deletes_on=item.deletes_on, is_kept=is_kept
    )


@blueprint.post("/<token>")
@open_to_all(WHY_OPEN)
def keep(token: str) -> str:
    """Keep the account; doing it again changes nothing."""
    with writing() as made:
        is_kept = keep_by_link(made, token=token, by=BY, now=now())
    if not is_kept:
        abort(NotFound.code)
    return render_template("lifecycle/kept.html")
