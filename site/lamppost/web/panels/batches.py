"""One batch: where it stands, its members, a file of them, and a draft of a new one."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
    stream_with_context,
)
from flask.typing import ResponseReturnValue
from sqlalchemy import Row
from wtforms import DateField, Form, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Optional

from lamppost.web.context import now, session, settings, writing
from lamppost.web.forms import read_form, strip_text
from lamppost.web.guard import actor, panel
from lamppost.web.htmx import render_page_or_block
from lamppost.web.keyset import Cursors, KeysetPage, page_by_key
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.inspection.visible import make_cell
from postmaster.lifecycle.actions import draft_batch
from postmaster.lifecycle.batch_reads import KEY, BatchPage, get_batch, select_members
from postmaster.lifecycle.batches import BatchError, BatchStatus, ItemState
from postmaster.lifecycle.rules import LEADS_TO, Reason
from postmaster.lifecycle.words import WORDS
from postmaster.organisations.rules import fold_code

blueprint = Blueprint("batches", __name__, url_prefix="/admin/lifecycle/batches")
HOME = "/admin/lifecycle/"
# While these last the page asks again by itself.
MOVING = {BatchStatus.NOTICING, BatchStatus.RUNNING, BatchStatus.UNDOING}
_HEADS = (
    "account", "address", "organisation", "kind", "state", "reason", "deleted_on",
    "notice_accepted_at", "ready_on",
)  # fmt: skip


REASONS = [SelectChoice(one.value, WORDS[one]) for one in LEADS_TO]


class DraftForm(Form):
    """Whom a batch is for."""

    title = StringField("Title", [InputRequired("Give the batch a title")], filters=[strip_text])
    reason = SelectField("Reason", choices=REASONS)
    run_on = DateField("Earliest day", [InputRequired("Enter the earliest day, such as 23 4 2027")])
    cut_off = DateField(
        "Only accounts whose state began before",
        [Optional()],
        description="Leave it empty for all that are due",
    )
    organisation = StringField(
        "Organisation",
        [Optional()],
        filters=[strip_text],
        description="An ODS code. Leave it empty for all",
    )


@blueprint.route("/new/", methods=["GET", "POST"])
@panel(Action.LIFECYCLE_RUN)
def add() -> ResponseReturnValue:
    """Draft a batch; nothing is chosen yet."""
    form = read_form(DraftForm)
    if request.method == "POST" and form.validate():
        try:
            batch_id = _draft(form)
        except BatchError as error:
            form.form_errors.append(str(error))
        else:
            flash("The batch is a draft. Freeze it to choose its members.")
            return redirect(f"{HOME}batches/{batch_id}/", code=303)
    page = render_template("lifecycle/new.html", form=form, back=(HOME, "Lifecycle"))
    return page, 422 if form.errors else 200


@blueprint.get("/<int:batch_id>/")
@panel(Action.ACCOUNTS_READ)
def show(batch_id: int) -> str:
    """One batch, its figures and a page of its members."""
    found = _get(batch_id)
    asked = request.args.get("state", "")
    state = ItemState(asked) if asked in set(ItemState) else None
    return render_page_or_block(
        "lifecycle/batch.html",
        "batch_progress",
        found=found,
        batch=found.row,
        here=f"{HOME}batches/{batch_id}/",
        page=_page(batch_id, state),
        filters={"state": state.value if state else ""},
        states=list(ItemState),
        words=WORDS,
        left_out=_list_left_out(found.row.left_out),
        is_moving=found.row.status in MOVING,
        may_run=may(actor(), Action.LIFECYCLE_RUN).is_allowed,
        may_keep=may(actor(), Action.ACCOUNTS_STATE).is_allowed,
        is_own=found.row.created_by == actor().reference,
        back=(HOME, "Lifecycle"),
    )


@blueprint.get("/<int:batch_id>/members.csv")
@panel(Action.ACCOUNTS_READ)
def export(batch_id: int) -> Response:
    """The members of one's own organisations as a CSV file."""
    _get(batch_id)
    headers = {"Content-Disposition": f'attachment; filename="batch-{batch_id}.csv"'}
    return Response(stream_with_context(_lines(batch_id)), mimetype="text/csv", headers=headers)


def _draft(form: DraftForm) -> int:
    with writing() as made:
        return draft_batch(
            made,
            reason=Reason(form.reason.data),
            title=form.title.data or "",
            run_on=form.run_on.data or date.min,
            cut_off=form.cut_off.data,
            organisation=fold_code(form.organisation.data or "") or None,
            by=actor(),
            now=now(),
        )


def _list_left_out(text: str | None) -> list[tuple[str, str]]:
    """Who was due and is no member, in words; frozen with the batch."""
    counts: dict[str, int] = json.loads(text or "{}")
    return [(WORDS.get(why, why), f"{count:,}") for why, count in counts.items()]


def _get(batch_id: int) -> BatchPage:
    found = None
    if batch_id < 2**63:
        found = get_batch(session(), reader=actor(), batch_id=batch_id)
    return found or abort(404)


def _page(batch_id: int, state: ItemState | None) -> KeysetPage[Row[*tuple[Any, ...]]]:
    cursors = Cursors(settings())
    place = cursors.read(request.args.get("cursor"))
    statement = select_members(reader=actor(), batch_id=batch_id, state=state)
    return page_by_key(session(), statement, KEY, place, cursors=cursors)


def _lines(batch_id: int) -> Iterator[str]:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_HEADS)
    statement = select_members(reader=actor(), batch_id=batch_id).order_by(*KEY)
    for row in session().execute(statement.execution_options(yield_per=1000)):
        writer.writerow([make_cell("" if cell is None else str(cell)) for cell in row])
        yield text.getvalue()
        text.seek(0)
        text.truncate()
    yield text.getvalue()
