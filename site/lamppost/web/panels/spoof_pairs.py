"""One sender of the register: what it is, whom it reaches, its way out and how far that is."""

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lamppost.web.context import now, session, writing
from lamppost.web.forms import read_form, strip_text
from lamppost.web.guard import actor, panel
from lamppost.web.spoof_answering import answer_form
from lamppost.web.spoof_forms import WORDS, MannerForm, SortForm, WayForm
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.days import london_day
from postmaster.organisations.reads import get_organisation
from postmaster.organisations.rules import fold_code
from postmaster.spoofing.letters import draft_letter
from postmaster.spoofing.register import PairRow, get_pair, list_reached, list_seen
from postmaster.spoofing.steps import Manner, Sort, SpoofError, Way, WayState
from postmaster.spoofing.ways_out import ask_way_out, choose_manner, sort_pair, step_way_out
from postmaster.spoofing.ways_reads import WayOut, get_manner, get_way_out, list_ways_out

blueprint = Blueprint("spoof_pairs", __name__, url_prefix="/admin/spoofing")
REGISTER = "/admin/spoofing/register/"
WAYS = "/admin/spoofing/ways-out/"


@blueprint.get("/register/<int:pair_id>/")
@panel(Action.SPOOFING_READ)
def show(pair_id: int) -> str:
    """One sender."""
    found = _get(pair_id)
    return render_template(
        "spoofing/pair.html",
        found=found,
        here=f"{REGISTER}{pair_id}/",
        reached=list_reached(session(), reader=actor(), pair_id=pair_id),
        seen=list_seen(session(), reader=actor(), pair_id=pair_id),
        ways=list_ways_out(session(), reader=actor(), pair_id=pair_id),
        may_work=may(actor(), Action.SPOOFING_WORK).is_allowed,
        words=WORDS,
        back=(REGISTER, "Register"),
    )


@blueprint.route("/register/<int:pair_id>/sort/", methods=["GET", "POST"])
@panel(Action.SPOOFING_WORK)
def sort(pair_id: int) -> ResponseReturnValue:
    """Say what the sender is."""
    found = _get(pair_id)
    form = read_form(SortForm, sort=found.sort.value)

    def act() -> None:
        with writing() as made:
            sort_pair(
                made,
                pair_id=pair_id,
                sort=Sort(form.sort.data),
                evidence=form.evidence.data or "",
                by=actor(),
                now=now(),
            )

    here = f"{REGISTER}{pair_id}/"
    return answer_form(form, act, title="What is this sender?", back=here, done="It is kept.")


@blueprint.route("/register/<int:pair_id>/way-out/", methods=["GET", "POST"])
@panel(Action.SPOOFING_WORK)
def ask(pair_id: int) -> ResponseReturnValue:
    """Ask for a way out."""
    _get(pair_id)
    form = read_form(WayForm, organisation=actor().organisation or "")

    def act() -> None:
        with writing() as made:
            ask_way_out(
                made,
                pair_id=pair_id,
                organisation=fold_code(form.organisation.data or ""),
                way=Way(form.way.data),
                note=form.note.data or "",
                by=actor(),
                now=now(),
            )

    here = f"{REGISTER}{pair_id}/"
    return answer_form(
        form, act, title="A way out for this sender", back=here, done="The request is open."
    )


@blueprint.get("/ways-out/")
@panel(Action.SPOOFING_READ)
def ways() -> str:
    """Every request of the reader's organisations."""
    return render_template(
        "spoofing/ways_out.html",
        ways=list_ways_out(session(), reader=actor()),
        words=WORDS,
        back=("/admin/spoofing/", "Spoofing"),
    )


@blueprint.get("/ways-out/<int:way_out_id>/")
@panel(Action.SPOOFING_READ)
def way(way_out_id: int) -> str:
    """One request, with the draft of a letter to whoever runs the sender."""
    return _show_way(_get_way(way_out_id))


@blueprint.post("/ways-out/<int:way_out_id>/step")
@panel(Action.SPOOFING_WORK)
def step(way_out_id: int) -> ResponseReturnValue:
    """Say how far a request has come."""
    found = _get_way(way_out_id)
    wanted = request.form.get("state", "")
    try:
        if wanted not in set(WayState):
            raise SpoofError("Choose how far it has come.")  # noqa: TRY301 - one way to say it
        with writing() as made:
            step_way_out(
                made,
                way_out_id=way_out_id,
                state=WayState(wanted),
                note=strip_text(request.form.get("note")),
                by=actor(),
                now=now(),
            )
    except SpoofError as error:
        return _show_way(found, str(error)), 422
    flash("It is kept.")
    return redirect(f"{WAYS}{way_out_id}/", code=303)


@blueprint.route("/notices/<ods_code>/", methods=["GET", "POST"])
@panel(Action.SPOOFING_WORK)
def notices(ods_code: str) -> ResponseReturnValue:
    """Choose how an organisation's recipients hear of blocked mail."""
    code = fold_code(ods_code)
    if get_organisation(session(), reader=actor(), ods_code=code) is None:
        abort(404)
    form = read_form(MannerForm, manner=get_manner(session(), organisation=code).value)

    def act() -> None:
        with writing() as made:
            choose_manner(
                made, organisation=code, manner=Manner(form.manner.data), by=actor(), now=now()
            )

    title = f"How recipients in {code} hear of blocked mail"
    return answer_form(form, act, title=title, back="/admin/spoofing/", done="It is kept.")


def _show_way(found: WayOut, trouble: str = "") -> str:
    pair = get_pair(session(), reader=actor(), pair_id=found.pair_id, now=now())
    letter = draft_letter(
        claimed=found.claimed,
        infrastructure=found.infrastructure,
        organisation=found.organisation,
        way=found.way,
        messages=pair.messages if pair else 0,
        first_on=london_day(pair.first_seen_at if pair else found.asked_at),
        last_on=london_day(pair.last_seen_at if pair else found.asked_at),
    )
    return render_template(
        "spoofing/way_out.html",
        found=found,
        letter=letter,
        trouble=trouble,
        may_work=may(actor(), Action.SPOOFING_WORK).is_allowed,
        words=WORDS,
        back=(WAYS, "Ways out"),
    )


def _get(pair_id: int) -> PairRow:
    found = None
    if pair_id < 2**63:
        found = get_pair(session(), reader=actor(), pair_id=pair_id, now=now())
    return found or abort(404)


def _get_way(way_out_id: int) -> WayOut:
    found = None
    if way_out_id < 2**63:
        found = get_way_out(session(), reader=actor(), way_out_id=way_out_id)
    return found or abort(404)
