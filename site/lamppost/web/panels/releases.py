"""The releases panel: planned, altered, live, rolled back."""

from types import SimpleNamespace
from typing import Any

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lamppost.status.notices import Release
from lamppost.status.plans.history import list_history
from lamppost.status.plans.releases import (
    KIND,
    alter_release,
    go_live,
    plan_release,
    roll_back,
)
from lamppost.status.plans.rows import get_plan_version
from lamppost.status.plans.tables import ReleaseRecord
from lamppost.status.plans.texts import ReleaseText
from lamppost.status.reads import get_release, list_releases
from lamppost.web.context import now, session
from lamppost.web.forms import read_form
from lamppost.web.guard import actor, panel
from lamppost.web.moments import to_local, to_moment
from lamppost.web.plan_answers import Sheet, answer_plan, read_seen
from lamppost.web.plan_forms import BackForm, LiveForm, NewReleaseForm, ReleaseForm, read_items
from postmaster.access.matrix import Action
from postmaster.features.rules import FEATURE_WORDS

blueprint = Blueprint("releases", __name__, url_prefix="/admin/releases")
HOME = "/admin/releases/"
PAGE = "plans/_release.html"


@blueprint.get("/")
@panel(Action.STATUS_WRITE)
def index() -> str:
    """Every release, the latest planned first."""
    return render_template("plans/releases.html", releases=list_releases(session()))


@blueprint.get("/<release_ref>/")
@panel(Action.STATUS_WRITE)
def show(release_ref: str) -> str:
    """One release: history, what it switches, what can be done."""
    return render_template(
        "plans/release.html",
        release=_get(release_ref),
        history=list_history(session(), kind=KIND, ref=release_ref),
        words=FEATURE_WORDS,
        back=(HOME, "Releases"),
    )


@blueprint.route("/new/", methods=["GET", "POST"])
@panel(Action.STATUS_WRITE)
def add() -> ResponseReturnValue:
    """Announce a release."""
    form = read_form(NewReleaseForm)

    def write(made: Session) -> None:
        plan_release(made, ref=form.ref.data or "", text=_read(form), by=actor(), now=now())

    sheet = Sheet(
        title="Announce a release",
        back=HOME,
        done="The release is announced.",
        look=lambda made: _look(made, (form.ref.data or "").strip()),
        page=PAGE,
    )
    return answer_plan(form, write, sheet)


@blueprint.route("/<release_ref>/change/", methods=["GET", "POST"])
@panel(Action.STATUS_WRITE)
def change(release_ref: str) -> ResponseReturnValue:
    """Change what was announced; a later day is told as a slip."""
    found = _get(release_ref)
    seen = str(get_plan_version(session(), ReleaseRecord, release_ref))
    form = read_form(
        ReleaseForm,
        name=found.name,
        planned_on=found.planned_on,
        is_month_only=found.is_month_only,
        summary=found.summary,
        new="\n".join(found.features),
        mended="\n".join(found.fixes),
        switches=found.switches,
        seen_version=seen,
    )

    def write(made: Session) -> None:
        alter_release(
            made, ref=release_ref, seen_version=read_seen(form), text=_read(form),
            by=actor(), now=now(),
        )  # fmt: skip

    sheet = Sheet(
        title=f"Change {found.name}",
        back=_address(release_ref),
        done="The change is announced.",
        look=lambda made: _look(made, release_ref),
        page=PAGE,
        theirs=lambda: (f"{found.name}, {found.planned_words}\n{found.summary}", int(seen)),
    )
    return answer_plan(form, write, sheet)


@blueprint.route("/<release_ref>/live/", methods=["GET", "POST"])
@panel(Action.STATUS_WRITE)
def live(release_ref: str) -> ResponseReturnValue:
    """Say when it went live: its features are switched from that moment on."""
    found, at = _get(release_ref), now()
    form = read_form(LiveForm, live_at=to_local(found.live_at or at))

    def write(made: Session) -> None:
        moment = to_moment(form.live_at.data) or at
        go_live(made, ref=release_ref, live_at=moment, by=actor(), now=at)

    return answer_plan(form, write, _sheet(found, "is live", "It is live."))


@blueprint.route("/<release_ref>/roll-back/", methods=["GET", "POST"])
@panel(Action.STATUS_WRITE)
def back(release_ref: str) -> ResponseReturnValue:
    """Take it back: its features are off from that moment on."""
    found, at = _get(release_ref), now()
    form = read_form(BackForm, rolled_back_at=to_local(at))

    def write(made: Session) -> None:
        moment = to_moment(form.rolled_back_at.data) or at
        roll_back(
            made,
            ref=release_ref,
            rolled_back_at=moment,
            why=form.why.data or "",
            by=actor(),
            now=at,
        )

    return answer_plan(form, write, _sheet(found, "is rolled back", "It is rolled back."))


def _sheet(found: Release, what: str, done: str) -> Sheet:
    return Sheet(
        title=f"{found.name} {what}",
        back=_address(found.ref),
        done=done,
        look=lambda made: _look(made, found.ref),
        page=PAGE,
    )


def _read(form: Any) -> ReleaseText:
    return ReleaseText(
        name=form.name.data or "",
        planned_on=form.planned_on.data,
        is_month_only=bool(form.is_month_only.data),
        summary=form.summary.data or "",
        items=read_items(form),
        switches=tuple(form.switches.data or ()),
    )


def _look(made: Session, ref: str) -> tuple[str, Any]:
    found = get_release(made, ref)
    assert found is not None  # nosec B101 # noqa: S101 - it was just written
    return f"release/{ref}", SimpleNamespace(release=found)


def _get(release_ref: str) -> Release:
    return get_release(session(), release_ref) or abort(404)


def _address(release_ref: str) -> str:
    return f"{HOME}{release_ref}/"
