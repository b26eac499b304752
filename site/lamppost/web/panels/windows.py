"""The windows panel: BCDR tests announced, moved, cancelled, closed, and who takes part."""

from types import SimpleNamespace
from typing import Any

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lamppost.clock import london_date
from lamppost.status.notices import Window
from lamppost.status.plans.history import list_history
from lamppost.status.plans.participation import list_participation, say_participation
from lamppost.status.plans.rows import get_plan_version
from lamppost.status.plans.series import list_series
from lamppost.status.plans.tables import WindowRecord
from lamppost.status.plans.texts import EFFECT_WORDS, PlanError, WindowText
from lamppost.status.plans.windows import (
    KIND,
    alter_window,
    announce_window,
    cancel_window,
    record_outcome,
)
from lamppost.status.reads import get_window, list_changes, list_windows
from lamppost.web.about_windows import about_windows
from lamppost.web.component_names import name_components
from lamppost.web.context import now, session
from lamppost.web.forms import read_form
from lamppost.web.guard import actor, panel
from lamppost.web.plan_answers import Sheet, answer_plan, do_plan, read_seen
from lamppost.web.plan_forms import NewWindowForm, PartForm, WindowForm
from postmaster.access.matrix import Action
from postmaster.organisations.rules import fold_code

blueprint = Blueprint("windows", __name__, url_prefix="/admin/windows")
HOME = "/admin/windows/"
DAYS_BACK = 30


@blueprint.get("/")
@panel(Action.STATUS_WRITE)
def index() -> str:
    """Everything planned, and what is wanted of each."""
    at = now()
    changes = list_changes(session(), now=at, days_back=DAYS_BACK)
    slugs = {slug for change in changes for slug in change.components}
    return render_template(
        "plans/windows.html",
        windows=list_windows(session(), now=at),
        changes=changes,
        series=list_series(session()),
        names=dict(name_components(session(), slugs, now=at)),
        effects=EFFECT_WORDS,
    )


@blueprint.get("/tests/<uid>/")
@panel(Action.STATUS_WRITE)
def show(uid: str) -> str:
    """One test: history, who takes part, what can be done."""
    found = _get(uid)
    return render_template(
        "plans/window.html",
        window=found,
        history=list_history(session(), kind=KIND, ref=uid),
        parts=list_participation(session(), uid),
        today=london_date(now()),
        back=(HOME, "Windows"),
        **about_windows(session(), [found]),
    )


@blueprint.route("/tests/new/", methods=["GET", "POST"])
@panel(Action.STATUS_WRITE)
def add() -> ResponseReturnValue:
    """Announce a test."""
    form = read_form(NewWindowForm)

    def write(made: Session) -> None:
        announce_window(
            made, ref=form.ref.data or "", text=_read(form), despite=form.despite.data or "",
            by=actor(), now=now(),
        )  # fmt: skip

    sheet = Sheet(
        title="Announce a BCDR test",
        back=HOME,
        done="The test is announced. Batches hold while it runs.",
        look=lambda made: _look(made, (form.ref.data or "").strip()),
        page="plans/_window.html",
    )
    return answer_plan(form, write, sheet)


@blueprint.route("/tests/<uid>/change/", methods=["GET", "POST"])
@panel(Action.STATUS_WRITE)
def change(uid: str) -> ResponseReturnValue:
    """Move it, or change what is said of it."""
    found = _get(uid)
    seen = str(get_plan_version(session(), WindowRecord, uid))
    values = {name: getattr(found, name) for name in _FIELDS}
    form = read_form(WindowForm, **values, seen_version=seen)

    def write(made: Session) -> None:
        alter_window(
            made, ref=uid, seen_version=read_seen(form), text=_read(form),
            despite=form.despite.data or "", by=actor(), now=now(),
        )  # fmt: skip

    sheet = Sheet(
        title=f"Change {found.title}",
        back=_address(uid),
        done="The change is announced.",
        look=lambda made: _look(made, uid),
        page="plans/_window.html",
        theirs=lambda: (_tell(found), int(seen)),
    )
    return answer_plan(form, write, sheet)


@blueprint.post("/tests/<uid>/cancel")
@panel(Action.STATUS_WRITE)
def cancel(uid: str) -> ResponseReturnValue:
    """Call it off."""
    _get(uid)
    why = request.form.get("why", "")
    return do_plan(
        lambda made: cancel_window(made, ref=uid, why=why, by=actor(), now=now()),
        "It is cancelled, and stays to be seen as cancelled.",
        _address(uid),
    )


@blueprint.post("/tests/<uid>/outcome")
@panel(Action.STATUS_WRITE)
def outcome(uid: str) -> ResponseReturnValue:
    """Record how it went."""
    _get(uid)
    words = request.form.get("outcome", "")
    return do_plan(
        lambda made: record_outcome(made, ref=uid, outcome=words, by=actor(), now=now()),
        "The outcome is published.",
        _address(uid),
    )


@blueprint.route("/taking-part/", methods=["GET", "POST"])
@panel(Action.WINDOWS_ANSWER)
def part() -> ResponseReturnValue:
    """Say for an organisation of one's own whether it takes part in a test."""
    at = now()
    form = read_form(PartForm)
    ahead = [one for one in list_windows(session(), now=at) if one.ends_on >= london_date(at)]
    form.uid.choices = [(one.uid, one.title) for one in ahead if one.state != "cancelled"]

    def write(made: Session) -> None:
        if not form.uid.data:
            raise PlanError("No test is planned.", "uid")
        say_participation(
            made,
            uid=form.uid.data,
            organisation=fold_code(form.organisation.data or ""),
            joins=bool(form.joins.data),
            note=form.note.data or "",
            by=actor(),
            now=at,
        )

    sheet = Sheet(
        title="Taking part in a BCDR test",
        back="/admin/",
        onward=f"{HOME}taking-part/",
        done="Your answer is kept. Your own migration pauses while the test runs.",
    )
    return answer_plan(form, write, sheet)


_FIELDS = ("title", "starts_on", "ends_on", "summary", "location", "expects_impact")


def _read(form: WindowForm) -> WindowText:
    values: dict[str, Any] = {name: form[name].data for name in _FIELDS}
    return WindowText(**values)


def _look(made: Session, uid: str) -> tuple[str, Any]:
    window = get_window(made, uid, now=now())
    assert window is not None  # nosec B101 # noqa: S101 - it was just written
    return f"window/{uid}", SimpleNamespace(window=window, **about_windows(made, [window]))


def _tell(window: Window) -> str:
    return f"{window.title}\n{window.starts_on} to {window.ends_on}\n{window.summary}"


def _get(uid: str) -> Window:
    return get_window(session(), uid, now=now()) or abort(404)


def _address(uid: str) -> str:
    return f"{HOME}tests/{uid}/"
