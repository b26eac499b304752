"""The known issues panel: opened, looked at again and again, closed."""

from types import SimpleNamespace
from typing import Any

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lamppost.clock import london_date
from lamppost.status.plans.history import list_history
from lamppost.status.plans.issues import (
    KIND,
    KnownIssue,
    alter_issue,
    close_issue,
    get_known_issue,
    list_known_issues,
    open_issue,
    reopen_issue,
    review_issue,
)
from lamppost.status.plans.texts import IssueText
from lamppost.web.context import now, session
from lamppost.web.forms import read_form
from lamppost.web.guard import actor, panel
from lamppost.web.plan_answers import Sheet, answer_plan, do_plan, read_seen
from lamppost.web.plan_forms import IssueForm, NewIssueForm
from postmaster.access.matrix import Action

blueprint = Blueprint("known_issues", __name__, url_prefix="/admin/known-issues")
HOME = "/admin/known-issues/"
PAGE = "plans/_issue.html"


@blueprint.get("/")
@panel(Action.STATUS_WRITE)
def index() -> str:
    """Open ones, those to be looked at first, and closed ones."""
    at = now()
    issues = sorted(list_known_issues(session(), now=at), key=lambda one: one.review_by)
    return render_template(
        "plans/issues.html",
        issues=issues,
        closed=list_known_issues(session(), now=at, is_open=False),
        today=london_date(at),
    )


@blueprint.get("/<issue_ref>/")
@panel(Action.STATUS_WRITE)
def show(issue_ref: str) -> str:
    """One issue: history, and what can be done."""
    return render_template(
        "plans/issue.html",
        issue=_get(issue_ref),
        history=list_history(session(), kind=KIND, ref=issue_ref),
        today=london_date(now()),
        back=(HOME, "Known issues"),
    )


@blueprint.route("/new/", methods=["GET", "POST"])
@panel(Action.STATUS_WRITE)
def add() -> ResponseReturnValue:
    """Tell of one."""
    form = read_form(NewIssueForm, opened_on=london_date(now()))

    def write(made: Session) -> None:
        open_issue(made, ref=form.ref.data or "", text=_read(form), by=actor(), now=now())

    sheet = Sheet(
        title="Tell of a known issue",
        back=HOME,
        done="The issue is published.",
        look=lambda made: _look(made, (form.ref.data or "").strip()),
        page=PAGE,
    )
    return answer_plan(form, write, sheet)


@blueprint.route("/<issue_ref>/change/", methods=["GET", "POST"])
@panel(Action.STATUS_WRITE)
def change(issue_ref: str) -> ResponseReturnValue:
    """Change what is said of it."""
    found = _get(issue_ref)
    form = read_form(
        IssueForm,
        title=found.title,
        product=found.product,
        summary=found.summary,
        workaround=found.workaround,
        affected=found.affected,
        seen_version=str(found.version),
    )

    def write(made: Session) -> None:
        alter_issue(
            made, ref=issue_ref, seen_version=read_seen(form), text=_read(form),
            by=actor(), now=now(),
        )  # fmt: skip

    sheet = Sheet(
        title=f"Change {found.title}",
        back=_address(issue_ref),
        done="The change is published.",
        look=lambda made: _look(made, issue_ref),
        page=PAGE,
        theirs=lambda: (f"{found.title}\n{found.summary}\n{found.workaround}", found.version),
    )
    return answer_plan(form, write, sheet)


@blueprint.post("/<issue_ref>/review")
@panel(Action.STATUS_WRITE)
def review(issue_ref: str) -> ResponseReturnValue:
    """Say that it still holds."""
    _get(issue_ref)
    return do_plan(
        lambda made: review_issue(made, ref=issue_ref, by=actor(), now=now()),
        "It is looked at.",
        _address(issue_ref),
    )


@blueprint.post("/<issue_ref>/close")
@panel(Action.STATUS_WRITE)
def close(issue_ref: str) -> ResponseReturnValue:
    """Close it, or open it again."""
    found = _get(issue_ref)
    fixed_in = request.form.get("fixed_in", "")[:64]

    def write(made: Session) -> None:
        if found.closed_on is None:
            close_issue(made, ref=issue_ref, fixed_in=fixed_in, by=actor(), now=now())
        else:
            reopen_issue(made, ref=issue_ref, by=actor(), now=now())

    done = "It is closed." if found.closed_on is None else "It is open again."
    return do_plan(write, done, _address(issue_ref))


def _read(form: Any) -> IssueText:
    opened = form.opened_on.data if "opened_on" in form else None
    return IssueText(
        form.title.data or "", form.product.data or "", form.summary.data or "",
        form.workaround.data or "", form.affected.data or "", opened,
    )  # fmt: skip


def _look(made: Session, ref: str) -> tuple[str, Any]:
    found = get_known_issue(made, ref, now=now())
    assert found is not None  # nosec B101 # noqa: S101 - it was just written
    return f"known-issue/{ref}", SimpleNamespace(issue=found, today=london_date(now()))


def _get(issue_ref: str) -> KnownIssue:
    return get_known_issue(session(), issue_ref, now=now()) or abort(404)


def _address(issue_ref: str) -> str:
    return f"{HOME}{issue_ref}/"
