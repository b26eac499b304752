"""The delivery panel: what mail is owed, accepted, bounced, failed; and trying it again."""

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lamppost.delivery.actions import retry
from lamppost.delivery.reads import get_delivery_status
from lamppost.web.context import now, session, settings, writing
from lamppost.web.guard import actor, panel
from lamppost.web.keyset import Cursors, page_by_key
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.outbox.reads import get_message, list_causes, select_messages
from postmaster.outbox.rules import MessageState
from postmaster.outbox.tables import OutboxMessage

blueprint = Blueprint("delivery", __name__, url_prefix="/admin/delivery")


@blueprint.get("/")
@panel(Action.DELIVERY_READ)
def index() -> str:
    """Counts, and messages newest first, narrowed by state and cause."""
    state, cause = request.args.get("state"), request.args.get("cause")
    causes = list_causes(session())
    chosen = MessageState(state) if state in set(MessageState) else None
    cause = cause if cause in causes else None
    cursors = Cursors(settings())
    page = page_by_key(
        session(),
        select_messages(state=chosen, cause=cause),
        [OutboxMessage.message_id],
        cursors.read(request.args.get("cursor")),
        cursors=cursors,
        descending=True,
    )
    return render_template(
        "delivery/index.html",
        page=page,
        filters={"state": chosen, "cause": cause},
        states=list(MessageState),
        causes=causes,
        status=get_delivery_status(session(), now=now()),
    )


@blueprint.get("/<int:message_id>/")
@panel(Action.DELIVERY_READ)
def show(message_id: int) -> str:
    """One message and what became of it; a secret text is never shown."""
    message = get_message(session(), message_id=message_id)
    if message is None:
        abort(404)
    may_retry = may(actor(), Action.DELIVERY_RETRY).is_allowed
    return render_template("delivery/show.html", message=message, may_retry=may_retry)


@blueprint.post("/<int:message_id>/retry")
@panel(Action.DELIVERY_RETRY)
def retry_one(message_id: int) -> ResponseReturnValue:
    """Owe one failed or bounced message afresh."""
    if get_message(session(), message_id=message_id) is None:
        abort(404)
    with writing() as made:
        done = retry(made, message_ids=[message_id], by=actor(), now=now())
    flash("The message is owed afresh." if done else "The message could not be tried again.")
    return redirect(f"/admin/delivery/{message_id}/", code=303)
