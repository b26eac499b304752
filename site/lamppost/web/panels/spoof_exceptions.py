"""Exceptions from spoof policy and registered relays: asked for, decided, ended, reviewed."""

from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lamppost.people.naming import name_references
from lamppost.web.context import now, session, writing
from lamppost.web.forms import read_form
from lamppost.web.guard import actor, panel
from lamppost.web.spoof_answering import answer_form
from lamppost.web.spoof_forms import WORDS, LeaveForm, RelayForm, WhyForm
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.days import london_day
from postmaster.organisations.rules import fold_code
from postmaster.spoofing.leaves import LeaveAsk, ask_leave, decide_leave, end_leave
from postmaster.spoofing.relays import end_relay, register_relay
from postmaster.spoofing.stage_reads import LeaveEntry, get_leave, list_leaves, list_relays
from postmaster.spoofing.steps import SpoofError
from postmaster.spoofing.values import Network

blueprint = Blueprint("spoof_exceptions", __name__, url_prefix="/admin/spoofing")
EXCEPTIONS = "/admin/spoofing/exceptions/"
RELAYS = "/admin/spoofing/relays/"
BACK = ("/admin/spoofing/", "Spoofing")


@blueprint.get("/exceptions/")
@panel(Action.SPOOFING_READ)
def index() -> str:
    """The exceptions of the reader's organisations, and when each ends."""
    return render_template(
        "spoofing/exceptions.html",
        leaves=list_leaves(session(), reader=actor()),
        today=london_day(now()),
        may_work=may(actor(), Action.SPOOFING_WORK).is_allowed,
        back=BACK,
    )


@blueprint.route("/exceptions/new/", methods=["GET", "POST"])
@panel(Action.SPOOFING_WORK)
def add() -> ResponseReturnValue:
    """Ask for an exception; a sender of the register may be named in the address."""
    named = {name: request.args.get(name, "")[:254] for name in ("claimed", "infrastructure")}
    form = read_form(
        LeaveForm, **named, organisation=actor().organisation or "", from_on=london_day(now())
    )

    def act() -> None:
        with writing() as made:
            ask_leave(made, ask=_ask(form), by=actor(), now=now())

    words = "It is asked for. Somebody of the service decides."
    return answer_form(form, act, title="Ask for an exception", back=EXCEPTIONS, done=words)


@blueprint.get("/exceptions/<int:leave_id>/")
@panel(Action.SPOOFING_READ)
def show(leave_id: int) -> str:
    """One exception with its evidence."""
    return _show(_get(leave_id))


@blueprint.post("/exceptions/<int:leave_id>/decide")
@panel(Action.SPOOFING_SWITCH)
def decide(leave_id: int) -> ResponseReturnValue:
    """Grant or refuse it, bound to what was shown."""
    found = _get(leave_id)
    try:
        with writing() as made:
            decide_leave(
                made,
                leave_id=leave_id,
                digest=request.form.get("digest", ""),
                is_granted=request.form.get("to") == "grant",
                by=actor(),
                now=now(),
            )
    except SpoofError as error:
        return _show(found, str(error)), 422
    flash("It is decided.")
    return redirect(f"{EXCEPTIONS}{leave_id}/", code=303)


@blueprint.route("/exceptions/<int:leave_id>/end/", methods=["GET", "POST"])
@panel(Action.SPOOFING_WORK)
def end(leave_id: int) -> ResponseReturnValue:
    """End it now."""
    _get(leave_id)
    form = read_form(WhyForm)

    def act() -> None:
        with writing() as made:
            end_leave(made, leave_id=leave_id, why=form.why.data or "", by=actor(), now=now())

    here = f"{EXCEPTIONS}{leave_id}/"
    return answer_form(form, act, title="End this exception", back=here, done="It is ended.")


@blueprint.get("/relays/")
@panel(Action.SPOOFING_READ)
def relays() -> str:
    """The registered relays of the reader's organisations."""
    return render_template(
        "spoofing/relays.html",
        relays=list_relays(session(), reader=actor()),
        may_switch=may(actor(), Action.SPOOFING_SWITCH).is_allowed,
        back=BACK,
    )


@blueprint.route("/relays/new/", methods=["GET", "POST"])
@panel(Action.SPOOFING_SWITCH)
def add_relay() -> ResponseReturnValue:
    """Register a relay."""
    form = read_form(RelayForm)

    def act() -> None:
        with writing() as made:
            register_relay(
                made,
                domain=form.domain.data or "",
                network=form.network.data or "",
                organisation=fold_code(form.organisation.data or ""),
                by=actor(),
                now=now(),
            )

    return answer_form(form, act, title="Register a relay", back=RELAYS, done="It is registered.")


@blueprint.post("/relays/<int:relay_id>/end")
@panel(Action.SPOOFING_SWITCH)
def stop_relay(relay_id: int) -> ResponseReturnValue:
    """End a relay."""
    try:
        with writing() as made:
            end_relay(made, relay_id=relay_id, by=actor(), now=now())
    except SpoofError as error:
        flash(str(error))
    else:
        flash("Its mail is judged like any other now.")
    return redirect(RELAYS, code=303)


def _ask(form: LeaveForm) -> LeaveAsk:
    return LeaveAsk(
        organisation=fold_code(form.organisation.data or ""),
        claimed=form.claimed.data or "",
        infrastructure=form.infrastructure.data or "",
        network=Network(form.network.data) if form.network.data else None,
        from_on=form.from_on.data or date.min,
        to_on=form.to_on.data or date.min,
        evidence=form.evidence.data or "",
        owner=form.owner.data or "",
    )


def _show(found: LeaveEntry, trouble: str = "") -> str:
    references = {found.asked_by, found.decided_by or found.asked_by}
    return render_template(
        "spoofing/exception.html",
        found=found,
        here=f"{EXCEPTIONS}{found.leave_id}/",
        names=name_references(session(), references),
        is_own=found.asked_by == actor().reference,
        may_switch=may(actor(), Action.SPOOFING_SWITCH).is_allowed,
        may_work=may(actor(), Action.SPOOFING_WORK).is_allowed,
        trouble=trouble,
        words=WORDS,
        back=(EXCEPTIONS, "Exceptions"),
    )


def _get(leave_id: int) -> LeaveEntry:
    found = get_leave(session(), reader=actor(), leave_id=leave_id) if leave_id < 2**63 else None
    return found or abort(404)
