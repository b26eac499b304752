"""The forward schedule of change at the desk: changes, freezes, and those that repeat."""

from types import SimpleNamespace
from typing import Any

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lamppost.status.notices import Change
from lamppost.status.plans.changes import (
    KIND,
    alter_change,
    cancel_change,
    record_change_outcome,
    schedule_change,
)
from lamppost.status.plans.history import list_history
from lamppost.status.plans.recurrence import Recurrence
from lamppost.status.plans.rows import get_plan_version
from lamppost.status.plans.series import end_series, start_series
from lamppost.status.plans.tables import ChangeRecord
from lamppost.status.plans.texts import EFFECT_WORDS, ChangeText
from lamppost.status.reads import get_change, list_components
from lamppost.web.component_names import name_components
from lamppost.web.context import now, session
from lamppost.web.forms import read_form
from lamppost.web.guard import actor, panel
from lamppost.web.moments import to_local, to_moment
from lamppost.web.plan_answers import Sheet, answer_plan, do_plan, read_seen
from lamppost.web.plan_forms import (
    ChangeForm,
    RefForm,
    SeriesForm,
    read_effects,
    show_effects,
    with_effects,
)
from postmaster.access.matrix import Action

blueprint = Blueprint("changes", __name__, url_prefix="/admin/windows")
HOME = "/admin/windows/"
PAGE = "plans/_change.html"


@blueprint.get("/changes/<change_ref>/")
@panel(Action.STATUS_WRITE)
def show(change_ref: str) -> str:
    """One change: history, and what can be done."""
    found = _get(change_ref)
    return render_template(
        "plans/change.html",
        change=found,
        history=list_history(session(), kind=KIND, ref=change_ref),
        names=dict(name_components(session(), found.components, now=now())),
        effects=EFFECT_WORDS,
        at=now(),
        back=(HOME, "Windows"),
    )


@blueprint.route("/changes/new/", methods=["GET", "POST"])
@panel(Action.STATUS_WRITE)
def add() -> ResponseReturnValue:
    """Put a change or a freeze on the schedule."""
    form = read_form(with_effects(_NewChangeForm, list_components(session())))

    def write(made: Session) -> None:
        schedule_change(
            made, ref=form["ref"].data or "", text=_read(form),
            despite=form["despite"].data or "", by=actor(), now=now(),
        )  # fmt: skip

    sheet = Sheet(
        title="Plan a change",
        back=HOME,
        done="It is on the schedule.",
        look=lambda made: _look(made, (form["ref"].data or "").strip()),
        page=PAGE,
    )
    return answer_plan(form, write, sheet)


@blueprint.route("/changes/<change_ref>/change/", methods=["GET", "POST"])
@panel(Action.STATUS_WRITE)
def change(change_ref: str) -> ResponseReturnValue:
    """Move it, or change what is said of it."""
    found, components = _get(change_ref), list_components(session())
    seen = str(get_plan_version(session(), ChangeRecord, change_ref))
    form = read_form(
        with_effects(ChangeForm, components),
        kind=found.kind,
        title=found.title,
        starts_at=to_local(found.starts_at),
        ends_at=to_local(found.ends_at),
        impact=found.impact,
        summary=found.summary,
        seen_version=seen,
        **show_effects(found.effects, components),
    )

    def write(made: Session) -> None:
        alter_change(
            made, ref=change_ref, seen_version=read_seen(form), text=_read(form),
            despite=form["despite"].data or "", by=actor(), now=now(),
        )  # fmt: skip

    sheet = Sheet(
        title=f"Change {found.title}",
        back=_address(change_ref),
        done="The change is announced.",
        look=lambda made: _look(made, change_ref),
        page=PAGE,
        theirs=lambda: (f"{found.title}\n{found.impact}\n{found.summary}", int(seen)),
    )
    return answer_plan(form, write, sheet)


@blueprint.post("/changes/<change_ref>/cancel")
@panel(Action.STATUS_WRITE)
def cancel(change_ref: str) -> ResponseReturnValue:
    """Call it off."""
    _get(change_ref)
    why = request.form.get("why", "")
    return do_plan(
        lambda made: cancel_change(made, ref=change_ref, why=why, by=actor(), now=now()),
        "It is cancelled, and stays to be seen as cancelled.",
        _address(change_ref),
    )


@blueprint.post("/changes/<change_ref>/outcome")
@panel(Action.STATUS_WRITE)
def outcome(change_ref: str) -> ResponseReturnValue:
    """Record how it went."""
    _get(change_ref)
    words = request.form.get("outcome", "")
    return do_plan(
        lambda made: record_change_outcome(
            made, ref=change_ref, outcome=words, by=actor(), now=now()
        ),
        "The outcome is published.",
        _address(change_ref),
    )


@blueprint.route("/series/new/", methods=["GET", "POST"])
@panel(Action.STATUS_WRITE)
def add_series() -> ResponseReturnValue:
    """Plan a change that comes again."""
    components = list_components(session())
    form = read_form(with_effects(SeriesForm, components))
    sheet = Sheet(
        title="Plan a change that comes again",
        back=HOME,
        done="Its times of the next 60 days are on the schedule.",
    )
    return answer_plan(form, lambda made: _start(made, form), sheet)


@blueprint.post("/series/<series_ref>/end")
@panel(Action.STATUS_WRITE)
def end(series_ref: str) -> ResponseReturnValue:
    """End it; times still to come are cancelled."""
    return do_plan(
        lambda made: end_series(made, ref=series_ref, by=actor(), now=now()),
        "It has ended. Its times still to come are cancelled.",
        HOME,
    )


class _NewChangeForm(RefForm, ChangeForm):
    """A new change."""


def _start(made: Session, form: Any) -> None:
    at = now()
    recurrence = Recurrence(
        form["first_on"].data, form["starts"].data, form["ends"].data,
        form["rule"].data or "", form["until_on"].data,
    )  # fmt: skip
    # The series has times of its own; these only fill the text.
    text = ChangeText(
        form["title"].data or "", at, at.replace(year=at.year + 1),
        effects=read_effects(form, list_components(made)),
        impact=form["impact"].data or "", summary=form["summary"].data or "",
    )  # fmt: skip
    start_series(
        made, ref=form["ref"].data or "", recurrence=recurrence, text=text, by=actor(), now=at
    )


def _read(form: Any) -> ChangeText:
    begins, ends = to_moment(form["starts_at"].data), to_moment(form["ends_at"].data)
    assert begins is not None and ends is not None  # nosec B101 # noqa: S101, PT018 - the form asks for both
    return ChangeText(
        form["title"].data or "", begins, ends, form["kind"].data,
        read_effects(form, list_components(session())),
        form["impact"].data or "", form["summary"].data or "",
    )  # fmt: skip


def _look(made: Session, ref: str) -> tuple[str, Any]:
    found = get_change(made, ref, now=now())
    assert found is not None  # nosec B101 # noqa: S101 - it was just written
    names = {one.slug: one.name for one in list_components(made)}
    return f"change/{ref}", SimpleNamespace(change=found, names=names, effects=EFFECT_WORDS)


def _get(change_ref: str) -> Change:
    return get_change(session(), change_ref, now=now()) or abort(404)


def _address(change_ref: str) -> str:
    return f"{HOME}changes/{change_ref}/"
