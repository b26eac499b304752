"""Accounts in closed organisations as files: the report, and the accounts of one worklist."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Blueprint, Response, abort

from lamppost.web.context import now, session
from lamppost.web.guard import actor, panel
from postmaster.access.matrix import Action
from postmaster.accounts.rules import display_name
from postmaster.closures import worklist
from postmaster.closures.report import list_closed
from postmaster.days import london_day
from postmaster.inspection.visible import make_cell
from postmaster.organisations.reads import get_organisation
from postmaster.organisations.rules import fold_code

blueprint = Blueprint("closure_files", __name__, url_prefix="/admin/organisations")
# The heading of a column and what of a row stands in it.
REPORT = {
    "ods_code": "ods_code", "name": "name", "state": "state", "since": "since", "days": "days",
    "age": "band", "accounts": "accounts", "undecided": "undecided", "persons": "persons",
    "shared": "shared", "resources": "resources", "applications": "applications",
    "roles": "roles", "has_keeper": "has_keeper",
}  # fmt: skip
ACCOUNTS = (
    "account", "address", "directory_name", "kind", "status", "since", "held", "in_batch",
    "standing",
)  # fmt: skip


@blueprint.get("/closed.csv")
@panel(Action.ACCOUNTS_READ)
def report() -> Response:
    """The whole report of one's own organisations."""
    rows = list_closed(session(), reader=actor(), today=london_day(now()))
    cells = ([getattr(row, name) for name in REPORT.values()] for row in rows)
    return _send("closed-organisations.csv", tuple(REPORT), cells)


@blueprint.get("/<ods_code>/worklist.csv")
@panel(Action.ACCOUNTS_READ)
def accounts(ods_code: str) -> Response:
    """Every account an organisation still has, for agreeing with others who goes where."""
    found = get_organisation(session(), reader=actor(), ods_code=fold_code(ods_code))
    if found is None:
        abort(404)
    statement = worklist.select_worklist(reader=actor(), ods_code=found.ods_code)
    rows = session().execute(statement.order_by(*worklist.KEY).execution_options(yield_per=1000))
    name = found.name
    cells = (_cells(worklist.to_row(row), name) for row in rows)
    return _send(f"worklist-{found.ods_code}.csv", ACCOUNTS, cells)


def _cells(row: worklist.WorklistRow, organisation: str) -> Sequence[object]:
    shown = display_name(row.name, row.kind, organisation)
    return (
        row.account_id, row.address, shown, row.kind, row.status, row.since, row.is_held,
        row.is_in_batch, row.standing,
    )  # fmt: skip


def _send(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    # One organisation's accounts are some megabytes at most: made whole, sent as one.
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(heads)
    for row in rows:
        writer.writerow([make_cell("" if cell is None else str(cell)) for cell in row])
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text.getvalue(), mimetype="text/csv", headers=headers)
