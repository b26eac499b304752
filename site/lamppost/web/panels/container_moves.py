"""Moves into a container: both sides' list, one move with its clock, and the steps of each side."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lamppost.web.closure_forms import AskForm, put_error
from lamppost.web.context import now, session, settings, writing
from lamppost.web.forms import read_form, strip_text
from lamppost.web.guard import actor, panel
from lamppost.web.keyset import Cursors, KeysetPage, page_by_key
from postmaster.access.acting import RefusedError
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.accounts.rules import STATUS_WORDS, AccountError
from postmaster.closures.move_reads import KEY, MovePage, MoveRow, get_move, select_moves, to_row
from postmaster.closures.moves import (
    agree_move,
    ask_again,
    ask_move,
    begin_again,
    call_off_move,
    join_move,
    refuse_move,
)
from postmaster.closures.rules import ClosureError
from postmaster.closures.stages import STAGE_WORDS, TROUBLE_WORDS, Stage
from postmaster.days import london_day

blueprint = Blueprint("container_moves", __name__, url_prefix="/admin/organisations/moves")
HOME = "/admin/organisations/moves/"


@blueprint.get("/")
@panel(Action.ACCOUNTS_READ)
def index() -> str:
    """The moves of one's own organisations, on either side, newest first."""
    asked = request.args.get("stage", "")
    stage = Stage(asked) if asked in set(Stage) else None
    return render_template(
        "container_moves/index.html",
        page=_page(stage),
        filters={"stage": stage.value if stage else ""},
        stages=STAGE_WORDS,
        may_ask=may(actor(), Action.CLOSURES_SETTLE).is_allowed,
        back=("/admin/organisations/", "Organisations"),
    )


@blueprint.route("/new/", methods=["GET", "POST"])
@panel(Action.CLOSURES_SETTLE)
def add() -> ResponseReturnValue:
    """Ask for an account."""
    form = read_form(AskForm)
    if request.method == "POST" and form.validate():
        try:
            with writing() as made:
                move_id = ask_move(
                    made,
                    address=form.address.data or "",
                    target=form.target.data or "",
                    new_address=form.new_address.data or "",
                    why=form.why.data or "",
                    by=actor(),
                    now=now(),
                )
        except (ClosureError, RefusedError) as error:
            put_error(form, error)
        else:
            flash("Asked for. Its administrator agrees or refuses.")
            return redirect(f"{HOME}{move_id}/", code=303)
    page = render_template(
        "organisations/form.html",
        form=form,
        page_title="Ask for an account",
        back=(HOME, "Moves into a container"),
    )
    return page, 422 if form.errors else 200


@blueprint.get("/<int:move_id>/")
@panel(Action.ACCOUNTS_READ)
def show(move_id: int) -> str:
    """One move: its steps, its clock, and what one's own side can do."""
    found = _get(move_id)
    return render_template(
        "container_moves/show.html",
        found=found,
        move=found.row,
        stage=STAGE_WORDS[Stage(found.row.state)],
        trouble=TROUBLE_WORDS[found.trouble] if found.trouble else None,
        statuses=STATUS_WORDS,
        here=f"{HOME}{move_id}/",
        back=(HOME, "Moves into a container"),
    )


@blueprint.post("/<int:move_id>/agree")
@panel(Action.CLOSURES_SETTLE)
def agree(move_id: int) -> ResponseReturnValue:
    """The old side marks the leaver."""
    return _answer(move_id, "Marked as a leaver. The container can join it.", agree_move)


@blueprint.post("/<int:move_id>/refuse")
@panel(Action.CLOSURES_SETTLE)
def refuse(move_id: int) -> ResponseReturnValue:
    """The old side says no, and why."""
    return _answer(move_id, "Refused. The container sees why.", refuse_move, why=_why())


@blueprint.post("/<int:move_id>/join")
@panel(Action.CLOSURES_SETTLE)
def accept(move_id: int) -> ResponseReturnValue:
    """The container joins it."""
    return _answer(move_id, "Joined. The account is the container's.", join_move)


@blueprint.post("/<int:move_id>/again")
@panel(Action.CLOSURES_SETTLE)
def start_again(move_id: int) -> ResponseReturnValue:
    """The old side begins the clock anew, or the container asks once more."""
    is_refused = _get(move_id).row.state == Stage.REFUSED
    act = ask_again if is_refused else begin_again
    done = "Asked for again." if is_refused else "The clock begins anew."
    return _answer(move_id, done, act)


@blueprint.post("/<int:move_id>/call-off")
@panel(Action.CLOSURES_SETTLE)
def call_off(move_id: int) -> ResponseReturnValue:
    """Either side calls it off."""
    done = "Called off. The account is where it was."
    return _answer(move_id, done, call_off_move, why=_why())


def _answer(move_id: int, done: str, act: Callable[..., None], **given: str) -> ResponseReturnValue:
    """Do it, and go back to the move with what was done, or why it was not."""
    _get(move_id)
    try:
        with writing() as made:
            act(made, move_id=move_id, by=actor(), now=now(), **given)
        flash(done)
    except (ClosureError, AccountError, RefusedError) as error:
        flash(str(error))
    return redirect(f"{HOME}{move_id}/", code=303)


def _why() -> str:
    return strip_text(request.form.get("why"))


def _get(move_id: int) -> MovePage:
    found = None
    if move_id < 2**63:
        today = london_day(now())
        found = get_move(session(), reader=actor(), move_id=move_id, today=today)
    return found or abort(404)


def _page(stage: Stage | None) -> KeysetPage[MoveRow]:
    cursors, today = Cursors(settings()), london_day(now())
    page = page_by_key(
        session(),
        select_moves(reader=actor(), stage=stage),
        KEY,
        cursors.read(request.args.get("cursor")),
        cursors=cursors,
        descending=True,
    )
    rows = [to_row(row, today) for row in page.rows]
    return KeysetPage(rows, page.next_cursor, page.previous_cursor)
