"""Files of accounts: uploaded and checked, applied as shown, given back with their results."""

import csv
import io
import json
from collections.abc import Iterator
from contextlib import closing

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
from wtforms import FileField, Form, StringField
from wtforms.validators import InputRequired

from lamppost.people.naming import name_references
from lamppost.web.context import now, session, settings, writing
from lamppost.web.forms import plain_line, read_form, strip_text
from lamppost.web.guard import actor, panel
from lamppost.web.htmx import render_page_or_block
from lamppost.web.keyset import Cursors, page_by_key
from postmaster.access.acting import RefusedError
from postmaster.access.matrix import Action
from postmaster.inspection.visible import make_cell
from postmaster.organisations.rules import fold_code
from postmaster.uploads.applying import begin_apply, pause_apply
from postmaster.uploads.reading import read_file
from postmaster.uploads.reads import (
    HOME,
    KEY,
    ROW_KEY,
    count_actions,
    get_upload,
    list_results,
    select_rows,
    select_uploads,
)
from postmaster.uploads.rules import COLUMNS, Layout, RowAction, UploadError, UploadStatus
from postmaster.uploads.staging import stage_upload
from postmaster.uploads.tables import Upload

blueprint = Blueprint("uploads", __name__, url_prefix="/admin/uploads")
_LARGEST = 2**63 - 1


class UploadForm(Form):
    """A file, and the organisation its rows are of or under."""

    organisation = StringField(
        "Organisation",
        [InputRequired("Enter the ODS code the file is for."), plain_line(32)],
        filters=[strip_text],
        description="Its ODS code. Rows name it or one under it; those that name none are of it",
    )
    file = FileField("File", description="CSV (UTF-8) or XLSX, with the headings of the example")


@blueprint.get("/")
@panel(Action.UPLOADS_APPLY)
def index() -> str:
    """The files of the reader's organisations, the newest first."""
    cursors = Cursors(settings())
    place = cursors.read(request.args.get("cursor"))
    page = page_by_key(
        session(), select_uploads(reader=actor()), KEY, place, cursors=cursors, descending=True
    )
    names = name_references(session(), {row.staged_by for row in page.rows})
    return render_template("uploads/index.html", page=page, names=names)


@blueprint.route("/new/", methods=["GET", "POST"])
@panel(Action.UPLOADS_APPLY)
def add() -> ResponseReturnValue:
    """Upload a file and check it; no account is changed."""
    form = read_form(UploadForm, organisation=actor().organisation or "")
    if request.method == "POST" and form.validate():
        try:
            upload_id = _stage(form)
        except UploadError as error:
            form.file.errors = [str(error)]
        except RefusedError as error:
            form.organisation.errors = [error.decision.reason]
        else:
            flash("The file is checked. Nothing is changed yet.")
            return redirect(f"{HOME}{upload_id}/", code=303)
    page = render_template(
        "uploads/new.html", form=form, columns=COLUMNS, layouts=list(Layout), back=(HOME, "Uploads")
    )
    return page, 422 if form.errors else 200


@blueprint.get("/example.csv")
@panel(Action.UPLOADS_APPLY)
def example() -> Response:
    """The headings of a layout as a file."""
    asked = request.args.get("layout", "")
    layout = Layout(asked) if asked in set(Layout) else Layout.NEW
    text = io.StringIO()
    csv.writer(text).writerow(COLUMNS[layout])
    headers = {"Content-Disposition": f'attachment; filename="example-{layout.value}.csv"'}
    return Response("\ufeff" + text.getvalue(), mimetype="text/csv", headers=headers)


@blueprint.get("/<int:upload_id>/")
@panel(Action.UPLOADS_APPLY)
def show(upload_id: int) -> str:
    """One file: its verdicts row by row, and how far it is applied."""
    found = _get(upload_id)
    asked = request.args.get("action", "")
    action = RowAction(asked) if asked in set(RowAction) else None
    cursors = Cursors(settings())
    place = cursors.read(request.args.get("cursor"))
    statement = select_rows(upload_id=upload_id, action=action)
    return render_page_or_block(
        "uploads/show.html",
        "upload_progress",
        upload=found,
        here=f"{HOME}{upload_id}/",
        counts=count_actions(session(), upload_id=upload_id),
        page=page_by_key(session(), statement, ROW_KEY, place, cursors=cursors),
        filters={"action": action.value if action else ""},
        actions=list(RowAction),
        is_moving=found.status == UploadStatus.APPLYING,
        may_begin=found.status in {UploadStatus.VALIDATED, UploadStatus.PAUSED},
        names=name_references(session(), {found.staged_by, found.started_by or ""}),
        back=(HOME, "Uploads"),
    )


@blueprint.post("/<int:upload_id>/apply")
@panel(Action.UPLOADS_APPLY)
def apply(upload_id: int) -> ResponseReturnValue:
    """Let the worker do the plan that was shown, after asking once more; or go on with it."""
    found = _get(upload_id)
    if "confirmed" not in request.form and found.status == UploadStatus.VALIDATED:
        return _ask(found)
    try:
        with writing() as made:
            begin_apply(
                made,
                upload_id=upload_id,
                plan_hash=request.form.get("plan", ""),
                by=actor(),
                now=now(),
            )
        flash("The file is being applied. This page follows it.")
    except UploadError as error:
        flash(str(error))
    return redirect(f"{HOME}{upload_id}/", code=303)


@blueprint.post("/<int:upload_id>/pause")
@panel(Action.UPLOADS_APPLY)
def pause(upload_id: int) -> ResponseReturnValue:
    """Stop after the chunk it is in."""
    _get(upload_id)
    try:
        with writing() as made:
            pause_apply(made, upload_id=upload_id, by=actor(), now=now())
        flash("The file is paused.")
    except UploadError as error:
        flash(str(error))
    return redirect(f"{HOME}{upload_id}/", code=303)


@blueprint.get("/<int:upload_id>/result.csv")
@panel(Action.UPLOADS_APPLY)
def result(upload_id: int) -> Response:
    """The file as it came, with a column that says what became of each row."""
    found = _get(upload_id)
    headers = {"Content-Disposition": f'attachment; filename="upload-{upload_id}-result.csv"'}
    lines = stream_with_context(_lines(found))
    return Response(lines, mimetype="text/csv", headers=headers)


def _stage(form: UploadForm) -> int:
    given = request.files.get("file")
    if given is None or not given.filename:
        raise UploadError("Choose the file.")
    organisation = fold_code(form.organisation.data or "")
    # Read and checked before the transaction: a slow file must keep no writer waiting.
    with closing(given):
        file = read_file(given.read(), name=given.filename, organisation=organisation)
    with writing() as made:
        return stage_upload(made, file=file, by=actor(), now=now())


def _get(upload_id: int) -> Upload:
    found = None
    if upload_id <= _LARGEST:
        found = get_upload(session(), reader=actor(), upload_id=upload_id)
    return found or abort(404)


def _ask(found: Upload) -> str:
    counts = count_actions(session(), upload_id=found.upload_id)
    made, changed = counts.get(RowAction.CREATE, 0), counts.get(RowAction.UPDATE, 0)
    left = sum(counts.get(one, 0) for one in (RowAction.ERROR, RowAction.JOIN))
    return render_template(
        "shared/confirm.html",
        page_title=f"Apply {found.name}?",
        consequences=[
            f"{made:,} accounts are made and {changed:,} changed. This is not undone as a whole.",
            f"{left:,} rows have a fault or are offered as joiners, and are left out.",
            "A row whose account was changed after the check is left alone, and says so.",
        ],
        address=f"{HOME}{found.upload_id}/apply",
        words="Apply this plan",
        fields={"plan": request.form.get("plan", "")},
        back=(f"{HOME}{found.upload_id}/", found.name),
    )


def _lines(found: Upload) -> Iterator[str]:
    yield "\ufeff" + _line([*COLUMNS[Layout(found.layout)], "Result"])
    for _, cells, words in list_results(session(), upload_id=found.upload_id):
        yield _line([*(make_cell(cell) for cell in json.loads(cells)), words])


def _line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
