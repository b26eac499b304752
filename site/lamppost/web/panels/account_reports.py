"""The reports about accounts as pages and CSV files, and the private feed of what is to go."""

from collections.abc import Iterator

from flask import (
    Blueprint,
    Response,
    flash,
    redirect,
    render_template,
    request,
    stream_with_context,
)
from flask.typing import ResponseReturnValue

from lamppost.web.account_reports import (
    DISABLED,
    DUPLICATES,
    OVERDUE,
    OWNERS,
    PRE_DELETION,
    REPORTS,
    Report,
    line_of,
    write_report,
)
from lamppost.web.context import now, session, settings, writing
from lamppost.web.forms import read_number
from lamppost.web.guard import actor, panel
from lamppost.web.keyset import Cursors, page_by_key
from postmaster.access.matrix import Action
from postmaster.accounts.exporting import REPORT_HEADS, stream_report
from postmaster.accounts.reports import count_stands
from postmaster.accounts.rules import KIND_WORDS, STATUS_WORDS, Kind, Status
from postmaster.lifecycle.batches import BatchError
from postmaster.lifecycle.feeds import end_feed, list_feeds, make_feed
from postmaster.lifecycle.lists import list_departures
from postmaster.organisations.rules import fold_code

blueprint = Blueprint("account_reports", __name__, url_prefix="/admin/accounts/reports")
HOME = "/admin/accounts/reports/"
FEEDS = "/feeds/pre-deletion/"


@blueprint.get("/")
@panel(Action.ACCOUNTS_READ)
def index() -> str:
    """The reports there are, and how many accounts of the reader's stand where."""
    rows = [
        (KIND_WORDS[Kind(kind)], STATUS_WORDS[Status(status)], f"{count:,}")
        for kind, status, count in count_stands(
            session(), reader=actor(), organisation=_organisation()
        )
    ]
    return render_template(
        "accounts/reports.html",
        reports=REPORTS,
        rows=rows,
        filters={"organisation": _organisation() or ""},
        back=("/admin/accounts/", "Accounts"),
    )


@blueprint.get("/mailboxes.csv")
@panel(Action.ACCOUNTS_READ)
def mailboxes() -> Response:
    """The mailbox report in the portal's own columns."""

    def lines() -> Iterator[str]:
        yield line_of(REPORT_HEADS)
        for cells in stream_report(
            session(), reader=actor(), now=now(), organisation=_organisation()
        ):
            yield line_of(cells)

    return _file(lines(), "mailboxes")


@blueprint.get("/pre-deletion/")
@panel(Action.ACCOUNTS_READ)
def pre_deletion() -> str:
    """Who is to be deleted and when, with the feeds the reader made."""
    departures = list_departures(session(), reader=actor(), organisation=_organisation())
    own = list_feeds(session(), person_id=actor().key)
    return _show(PRE_DELETION, departures=departures, own_feeds=own)


@blueprint.get("/pre-deletion.csv")
@panel(Action.ACCOUNTS_READ)
def pre_deletion_file() -> Response:
    """The same as a file."""
    return _write(PRE_DELETION)


@blueprint.get("/overdue/")
@panel(Action.ACCOUNTS_READ)
def overdue() -> str:
    """Leavers overdue and in no batch."""
    return _show(OVERDUE)


@blueprint.get("/overdue.csv")
@panel(Action.ACCOUNTS_READ)
def overdue_file() -> Response:
    """The same as a file."""
    return _write(OVERDUE)


@blueprint.get("/owners/")
@panel(Action.ACCOUNTS_READ)
def owners() -> str:
    """Mailboxes nobody or one person owns."""
    return _show(OWNERS)


@blueprint.get("/owners.csv")
@panel(Action.ACCOUNTS_READ)
def owners_file() -> Response:
    """The same as a file."""
    return _write(OWNERS)


@blueprint.get("/duplicates/")
@panel(Action.ACCOUNTS_READ)
def duplicates() -> str:
    """Accounts one person may have twice."""
    return _show(DUPLICATES)


@blueprint.get("/duplicates.csv")
@panel(Action.ACCOUNTS_READ)
def duplicates_file() -> Response:
    """The same as a file."""
    return _write(DUPLICATES)


@blueprint.get("/disabled/")
@panel(Action.ACCOUNTS_READ)
def disabled() -> str:
    """Disabled accounts whose day comes."""
    return _show(DISABLED)


@blueprint.get("/disabled.csv")
@panel(Action.ACCOUNTS_READ)
def disabled_file() -> Response:
    """The same as a file."""
    return _write(DISABLED)


@blueprint.post("/feeds/make")
@panel(Action.ACCOUNTS_READ)
def make() -> ResponseReturnValue:
    """Make a private feed address; it is shown once."""
    code = fold_code(request.form.get("organisation", "")) or None
    try:
        with writing() as made:
            token = make_feed(made, organisation=code, by=actor(), now=now())
        flash(
            "Put this address into your feed reader now. It is not shown again: "
            f"{settings().base_url}{FEEDS}{token}.atom"
        )
    except BatchError as error:
        flash(str(error))
    return redirect(f"{HOME}pre-deletion/", code=303)


@blueprint.post("/feeds/end")
@panel(Action.ACCOUNTS_READ)
def end() -> ResponseReturnValue:
    """End one of the reader's own feeds."""
    feed_id = read_number(request.form.get("feed_id")) or 0
    try:
        with writing() as made:
            end_feed(made, feed_id=feed_id, by=actor(), now=now())
        flash("The feed is ended: its address leads nowhere now.")
    except BatchError as error:
        flash(str(error))
    return redirect(f"{HOME}pre-deletion/", code=303)


def _organisation() -> str | None:
    return fold_code(request.args.get("organisation", ""))[:32] or None


def _show(report: Report, **more: object) -> str:
    code = _organisation()
    cursors = Cursors(settings())
    place = cursors.read(request.args.get("cursor"))
    statement = report.select(session(), actor(), code, now())
    page = page_by_key(session(), statement, report.key, place, cursors=cursors)
    rows = [(report.account_id(row), report.cells(row)) for row in page.rows]
    return render_template(
        "accounts/report.html",
        report=report,
        page=page,
        rows=rows,
        here=f"{HOME}{report.path}/",
        filters={"organisation": code or ""},
        back=(HOME, "Reports"),
        **more,
    )


def _write(report: Report) -> Response:
    lines = write_report(session(), report, reader=actor(), organisation=_organisation(), now=now())
    return _file(lines, report.path)


def _file(lines: Iterator[str], name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(stream_with_context(lines), mimetype="text/csv", headers=headers)
