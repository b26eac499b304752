"""Stages of spoof policy: the timeline, a proposal with its rehearsal, the second signature."""

from datetime import UTC, datetime

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lamppost.clock import LONDON
from lamppost.people.naming import name_references
from lamppost.web.context import now, session, writing
from lamppost.web.forms import read_form, read_number, strip_text
from lamppost.web.guard import actor, panel
from lamppost.web.spoof_answering import answer_form, blame
from lamppost.web.spoof_forms import WORDS, PostponeForm, StageForm, WhyForm
from postmaster.access.matrix import Action as Right
from postmaster.access.rules import may
from postmaster.spoofing.rehearsal import Rehearsal, rehearse
from postmaster.spoofing.stage_reads import StageEntry, get_stage, list_stages
from postmaster.spoofing.steps import SpoofError
from postmaster.spoofing.switching import (
    Proposal,
    approve_stage,
    postpone_stage,
    propose_stage,
    roll_back_stage,
    withdraw_stage,
)
from postmaster.spoofing.values import Action, Network, SpoofKind, Stage

blueprint = Blueprint("spoof_stages", __name__, url_prefix="/admin/spoofing/stages")
HOME = "/admin/spoofing/stages/"


@blueprint.get("/")
@panel(Right.SPOOFING_READ)
def index() -> str:
    """Every stage there was, is and will be."""
    return render_template(
        "spoofing/stages.html",
        stages=list_stages(session(), now=now()),
        may_switch=may(actor(), Right.SPOOFING_SWITCH).is_allowed,
        words=WORDS,
        back=("/admin/spoofing/", "Spoofing"),
    )


@blueprint.route("/new/", methods=["GET", "POST"])
@panel(Right.SPOOFING_SWITCH)
def add() -> ResponseReturnValue:
    """Rehearse a stage, then propose it."""
    form, found = read_form(StageForm), None
    if request.method == "POST" and form.validate():
        proposal = _proposal(form)
        found = _rehearse(proposal, int(form.days.data))
        if "confirmed" in request.form:
            try:
                stage_id = _propose(proposal, found)
            except SpoofError as error:
                blame(form, error)
            else:
                flash("It is proposed. Somebody else must approve it.")
                return redirect(f"{HOME}{stage_id}/", code=303)
    page = render_template(
        "spoofing/stage_new.html",
        form=form,
        found=found,
        replaces=_number(request.values.get("replaces")) or "",
        words=WORDS,
        back=(HOME, "Stages"),
    )
    return page, 422 if form.errors else 200


@blueprint.get("/<int:stage_id>/")
@panel(Right.SPOOFING_SWITCH)
def show(stage_id: int) -> str:
    """One stage, its rehearsal, and what may be done with it."""
    return _show(_get(stage_id))


@blueprint.post("/<int:stage_id>/approve")
@panel(Right.SPOOFING_SWITCH)
def approve(stage_id: int) -> ResponseReturnValue:
    """The second signature, bound to what was shown."""
    found = _get(stage_id)
    try:
        with writing() as made:
            approve_stage(
                made,
                stage_id=stage_id,
                digest=request.form.get("digest", ""),
                by=actor(),
                now=now(),
            )
    except SpoofError as error:
        return _show(found, str(error)), 422
    flash("It is approved and holds from its date.")
    return redirect(f"{HOME}{stage_id}/", code=303)


@blueprint.route("/<int:stage_id>/withdraw/", methods=["GET", "POST"])
@panel(Right.SPOOFING_SWITCH)
def withdraw(stage_id: int) -> ResponseReturnValue:
    """Take back what has not begun."""
    _get(stage_id)
    form = read_form(WhyForm)

    def act() -> None:
        with writing() as made:
            withdraw_stage(made, stage_id=stage_id, why=form.why.data or "", by=actor(), now=now())

    return answer_form(
        form, act, title="Withdraw this stage", back=f"{HOME}{stage_id}/", done="It is withdrawn."
    )


@blueprint.route("/<int:stage_id>/postpone/", methods=["GET", "POST"])
@panel(Right.SPOOFING_SWITCH)
def postpone(stage_id: int) -> ResponseReturnValue:
    """Put its beginning off."""
    _get(stage_id)
    form = read_form(PostponeForm)

    def act() -> None:
        with writing() as made:
            postpone_stage(
                made,
                stage_id=stage_id,
                from_at=_moment(form.from_at.data),
                why=form.why.data or "",
                by=actor(),
                now=now(),
            )

    return answer_form(
        form,
        act,
        title="Put this stage off",
        back=f"{HOME}{stage_id}/",
        done="Its beginning is moved.",
    )


@blueprint.route("/<int:stage_id>/roll-back/", methods=["GET", "POST"])
@panel(Right.SPOOFING_SWITCH)
def roll_back(stage_id: int) -> ResponseReturnValue:
    """End it from this moment; what held before it holds again."""
    _get(stage_id)
    form = read_form(WhyForm)

    def act() -> None:
        with writing() as made:
            roll_back_stage(made, stage_id=stage_id, why=form.why.data or "", by=actor(), now=now())

    words = "It is rolled back. Mail servers hear of it within seconds."
    return answer_form(
        form, act, title="Roll this stage back now", back=f"{HOME}{stage_id}/", done=words
    )


def _show(found: StageEntry, trouble: str = "") -> str:
    references = {found.proposed_by, found.approved_by or found.proposed_by}
    return render_template(
        "spoofing/stage.html",
        found=found,
        here=f"{HOME}{found.stage_id}/",
        names=name_references(session(), references),
        is_own=found.proposed_by == actor().reference,
        trouble=trouble,
        words=WORDS,
        back=(HOME, "Stages"),
    )


def _get(stage_id: int) -> StageEntry:
    found = get_stage(session(), stage_id=stage_id, now=now()) if stage_id < 2**63 else None
    return found or abort(404)


def _proposal(form: StageForm) -> Proposal:
    return Proposal(
        network=Network(form.network.data),
        stage=Stage(form.stage.data),
        source=form.source.data or "",
        kind=SpoofKind(form.kind.data) if form.kind.data else None,
        action=Action(form.action.data) if form.action.data else None,
        from_at=_moment(form.from_at.data),
        to_at=_moment(form.to_at.data),
        replaces=_number(request.values.get("replaces")),
    )


def _rehearse(proposal: Proposal, days: int) -> Rehearsal:
    return rehearse(
        session(),
        reader=actor(),
        network=proposal.network,
        stage=proposal.stage,
        kind=proposal.kind,
        days=days,
        now=now(),
    )


def _propose(proposal: Proposal, found: Rehearsal) -> int:
    with writing() as made:
        return propose_stage(made, proposal=proposal, rehearsal=found, by=actor(), now=now())


def _moment(given: datetime | None) -> datetime | None:
    """What somebody typed by London's clocks, in UTC."""
    return None if given is None else given.replace(tzinfo=LONDON).astimezone(UTC)


def _number(text: str | None) -> int | None:
    return read_number(strip_text(text))
