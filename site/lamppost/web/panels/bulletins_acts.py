"""Acts on one bulletin: published, scheduled, made a draft again, withdrawn, its facts redrawn."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from lamppost.bulletins.acts import (
    Act,
    check_act,
    redraw_keys,
    schedule_keys,
    unschedule_keys,
    withdraw_keys,
)
from lamppost.bulletins.authoring import compose, compose_published
from lamppost.web.bulletin_desk import Sheet, answer_act, get_desk_file, is_posted, open_form
from lamppost.web.bulletin_forms import ActForm, ScheduleForm, WithdrawForm
from lamppost.web.context import db, now
from lamppost.web.guard import panel
from lamppost.web.moments import to_local, to_moment
from postmaster.access.matrix import Action

blueprint = Blueprint("bulletins_acts", __name__, url_prefix="/admin/bulletins")
METHODS = ["GET", "POST"]


@blueprint.route("/publish/<path:source>/", methods=METHODS)
@panel(Action.BULLETINS_WRITE)
def publish(source: str) -> ResponseReturnValue:
    """Put it before readers now."""
    found, opened = get_desk_file(source)
    form = open_form(ActForm, seen=opened.sha256)

    def write() -> bytes:
        check_act(Act.PUBLISH, opened.bulletin.front)
        return compose_published(db.engine, opened, now())

    sheet = Sheet(
        Act.PUBLISH,
        f"Publish {found.name}",
        "Publish now",
        "It is published.",
        ("Readers see it at once. What its facts say is fixed from then on.",),
    )
    return answer_act(form, found, opened, write, sheet)


@blueprint.route("/schedule/<path:source>/", methods=METHODS)
@panel(Action.BULLETINS_WRITE)
def schedule(source: str) -> ResponseReturnValue:
    """Have the worker publish it at its moment."""
    found, opened = get_desk_file(source)
    planned = opened.parsed.front.publish_at if opened.parsed else None
    form = open_form(ScheduleForm, seen=opened.sha256, publish_at=to_local(planned))

    def write() -> bytes:
        front = opened.bulletin.front
        if not is_posted() and form.publish_at.data is None:
            check_act(Act.SCHEDULE, front)
            return opened.content
        return compose(opened, schedule_keys(front, to_moment(form.publish_at.data), now()))

    sheet = Sheet(
        Act.SCHEDULE,
        f"Schedule {found.name}",
        "Schedule it",
        "It is scheduled.",
        ("Its facts are drawn when it is published; below they say what they say now.",),
    )
    return answer_act(form, found, opened, write, sheet)


@blueprint.route("/unschedule/<path:source>/", methods=METHODS)
@panel(Action.BULLETINS_WRITE)
def unschedule(source: str) -> ResponseReturnValue:
    """Make it a draft again."""
    found, opened = get_desk_file(source)
    form = open_form(ActForm, seen=opened.sha256)
    sheet = Sheet(
        Act.UNSCHEDULE,
        f"Make {found.name} a draft again",
        "Make it a draft again",
        "It is a draft again.",
        ("It is not published until somebody publishes or schedules it.",),
    )
    return answer_act(
        form, found, opened, lambda: compose(opened, unschedule_keys(opened.bulletin.front)),
        sheet,
    )  # fmt: skip


@blueprint.route("/withdraw/<path:source>/", methods=METHODS)
@panel(Action.BULLETINS_WRITE)
def withdraw(source: str) -> ResponseReturnValue:
    """Leave a stub that says why."""
    found, opened = get_desk_file(source)
    form = open_form(WithdrawForm, seen=opened.sha256)

    def write() -> bytes:
        front = opened.bulletin.front
        if not is_posted():
            check_act(Act.WITHDRAW, front)
            return opened.content
        return compose(opened, withdraw_keys(front, form.reason.data or "", now()))

    sheet = Sheet(
        Act.WITHDRAW,
        f"Withdraw {found.name}",
        "Withdraw it",
        "It is withdrawn. A stub says why.",
        (
            "A stub with the reason takes its place, on the page and in the feeds.",
            "It is not published again; write a new one.",
        ),
    )
    return answer_act(form, found, opened, write, sheet)


@blueprint.route("/redraw/<path:source>/", methods=METHODS)
@panel(Action.BULLETINS_WRITE)
def redraw(source: str) -> ResponseReturnValue:
    """Have the facts of a draft say what the system says now."""
    found, opened = get_desk_file(source)
    form = open_form(ActForm, seen=opened.sha256)
    sheet = Sheet(
        Act.REDRAW,
        f"Redraw the facts of {found.name}",
        "Redraw them",
        "Its facts are drawn anew.",
        ("Words given by hand, for facts nothing else can tell, stay.",),
    )
    return answer_act(
        form, found, opened, lambda: compose(opened, redraw_keys(opened.bulletin.front)),
        sheet,
    )  # fmt: skip
