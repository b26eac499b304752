"""Automation per organisation: how far it goes, what was measured, one step up by two people."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lamppost.web.context import now, session, settings, writing
from lamppost.web.forms import read_number, strip_text
from lamppost.web.guard import actor, panel
from lamppost.web.keyset import Cursors, page_by_key
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.lifecycle.batches import BatchError
from postmaster.lifecycle.modes import LADDER, MODE_WORDS, Mode
from postmaster.lifecycle.pilot_reads import (
    KEY,
    PilotPage,
    get_pilot,
    list_nights,
    list_requests,
    select_pilots,
)
from postmaster.lifecycle.promoting import (
    approve_promotion,
    ask_promotion,
    demote,
    refuse_promotion,
)
from postmaster.lifecycle.switching import freeze_organisation
from postmaster.lifecycle.words import WORDS
from postmaster.organisations.rules import fold_code

blueprint = Blueprint("pilots", __name__, url_prefix="/admin/lifecycle/pilots")
HOME = "/admin/lifecycle/pilots/"
LONGEST_WHY = 2000


@blueprint.get("/")
@panel(Action.ACCOUNTS_READ)
def index() -> ResponseReturnValue:
    """Where automation goes how far, what is asked for, and what the last nights did."""
    typed = fold_code(strip_text(request.args.get("organisation")))
    if typed and get_pilot(session(), reader=actor(), ods_code=typed, now=now()) is not None:
        return redirect(f"{HOME}{typed}/", code=303)
    cursors = Cursors(settings())
    place = cursors.read(request.args.get("cursor"))
    may_run = may(actor(), Action.LIFECYCLE_RUN).is_allowed
    page = render_template(
        "pilots/index.html",
        page=page_by_key(session(), select_pilots(reader=actor()), KEY, place, cursors=cursors),
        requests=list_requests(session(), reader=actor()),
        nights=list_nights(session()) if may_run else [],
        mode_words=MODE_WORDS,
        words=WORDS,
        typed=typed,
        back=("/admin/lifecycle/", "Lifecycle"),
    )
    return page, 422 if typed else 200


@blueprint.get("/<ods_code>/")
@panel(Action.ACCOUNTS_READ)
def show(ods_code: str) -> str:
    """One organisation: its mode, what was measured, and the next step."""
    found = _get(ods_code)
    wish = found.request
    lower = [mode for mode in LADDER if LADDER.index(mode) < LADDER.index(found.mode)]
    return render_template(
        "pilots/show.html",
        found=found,
        wish=wish,
        here=f"{HOME}{found.ods_code}/",
        lower=lower,
        mode_words=MODE_WORDS,
        may_run=may(actor(), Action.LIFECYCLE_RUN).is_allowed,
        is_own=wish is not None and wish.asked_by == actor().reference,
        back=(HOME, "Automation"),
    )


@blueprint.post("/<ods_code>/ask")
@panel(Action.LIFECYCLE_RUN)
def ask(ods_code: str) -> ResponseReturnValue:
    """Ask for one step more."""
    return _answer(
        ods_code,
        "Asked for. Somebody else must approve it.",
        lambda made: ask_promotion(
            made, ods_code=ods_code, with_below=_with_below(), why=_why(), by=actor(), now=now()
        ),
    )


@blueprint.post("/<ods_code>/approve")
@panel(Action.LIFECYCLE_RUN)
def approve(ods_code: str) -> ResponseReturnValue:
    """Approve the step that was shown."""
    shown = request.form.get("digest", "")
    return _answer(
        ods_code,
        "Automation is turned up.",
        lambda made: approve_promotion(
            made, request_id=_request_id(), digest=shown, by=actor(), now=now()
        ),
    )


@blueprint.post("/<ods_code>/refuse")
@panel(Action.LIFECYCLE_RUN)
def refuse(ods_code: str) -> ResponseReturnValue:
    """Refuse the step, or withdraw one's own wish."""
    return _answer(
        ods_code,
        "Automation stays as it is.",
        lambda made: refuse_promotion(
            made, request_id=_request_id(), why=_why(), by=actor(), now=now()
        ),
    )


@blueprint.post("/<ods_code>/lower")
@panel(Action.LIFECYCLE_RUN)
def lower(ods_code: str) -> ResponseReturnValue:
    """Turn automation down at once."""
    typed = request.form.get("mode", "")
    wanted = Mode(typed) if typed in set(Mode) else Mode.OFF
    return _answer(
        ods_code,
        "Automation is turned down. What it had under way there is let go.",
        lambda made: demote(
            made,
            ods_code=ods_code,
            with_below=_with_below(),
            wanted=wanted,
            why=_why(),
            by=actor(),
            now=now(),
        ),
    )


@blueprint.post("/<ods_code>/freeze")
@panel(Action.LIFECYCLE_RUN)
def freeze(ods_code: str) -> ResponseReturnValue:
    """Take the organisation out of every sweep and batch, or let it back in."""
    is_frozen = request.form.get("to") == "freeze"
    return _answer(
        ods_code,
        "Nothing is swept there now." if is_frozen else "Sweeps may take accounts there again.",
        lambda made: freeze_organisation(
            made, ods_code=ods_code, is_frozen=is_frozen, why=_why(), by=actor(), now=now()
        ),
    )


def _get(ods_code: str) -> PilotPage:
    return get_pilot(session(), reader=actor(), ods_code=ods_code, now=now()) or abort(404)


def _answer(ods_code: str, done: str, act: Callable[[Session], object]) -> ResponseReturnValue:
    """Do it, and go back to the organisation's page with what was done, or why it was not."""
    _get(ods_code)
    try:
        with writing() as made:
            act(made)
        flash(done)
    except BatchError as error:
        flash(str(error))
    return redirect(f"{HOME}{ods_code}/", code=303)


def _why() -> str:
    return strip_text(request.form.get("why"))[:LONGEST_WHY]


def _with_below() -> bool:
    return request.form.get("with_below") == "yes"


def _request_id() -> int:
    return read_number(request.form.get("request_id")) or 0
