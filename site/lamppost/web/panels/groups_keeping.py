"""A list kept in order: changes decided, members and owners ended, disabled and active again."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form

from lamppost.people.naming import name_references
from lamppost.web.context import now, session, writing
from lamppost.web.forms import read_form, show_fault
from lamppost.web.guard import actor, panel
from lamppost.web.list_finding import (
    HOME,
    get_change_or_404,
    get_list_or_404,
    get_member_or_404,
    get_owner_or_404,
)
from lamppost.web.list_forms import OwnerForm, WhyForm
from lamppost.web.list_previews import list_counts, say_needed
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.groups.actions import change_list
from postmaster.groups.conditions import say_condition
from postmaster.groups.deciding import decide_change, withdraw_change
from postmaster.groups.keeping import disable_list, enable_list, give_list, take_list
from postmaster.groups.records import ChangeRow
from postmaster.groups.resolving import reach_of_rule
from postmaster.groups.rules import CHANGE_WORDS, ChangeState, GroupError
from postmaster.groups.waiting import get_changed_list
from postmaster.groups.wanted import Wanted

blueprint = Blueprint("groups_keeping", __name__, url_prefix="/admin/groups")
BOTH = ["GET", "POST"]


@blueprint.get("/changes/<int:list_change_id>/")
@panel(Action.GROUPS_READ)
def change(list_change_id: int) -> str:
    """What somebody asked a list to become, and who approved of it."""
    return _render_change(get_change_or_404(list_change_id), read_form(WhyForm))


@blueprint.post("/changes/<int:list_change_id>/decide")
@panel(Action.GROUPS_APPROVE)
def decide(list_change_id: int) -> ResponseReturnValue:
    """Approve or reject what waits for the reader."""
    found, form = get_change_or_404(list_change_id), read_form(WhyForm)
    answer = request.form.get("answer", "")
    if answer not in {"approve", "reject"}:
        form.form_errors.append("Approve it or reject it.")
        return _render_change(found, form), 422

    def act(made: Session) -> None:
        decide_change(
            made, change_id=list_change_id, is_given=answer == "approve",
            why=form.why.data or "", by=actor(), now=now(),
        )  # fmt: skip

    return _answer(found, form, act, "It is decided.")


@blueprint.post("/changes/<int:list_change_id>/withdraw")
@panel(Action.GROUPS_ASK)
def withdraw(list_change_id: int) -> ResponseReturnValue:
    """Take back what was asked for."""
    found, form = get_change_or_404(list_change_id), read_form(WhyForm)
    get_list_or_404(found.list_id)

    def act(made: Session) -> None:
        withdraw_change(
            made, change_id=list_change_id, why=form.why.data or "", by=actor(), now=now()
        )

    return _answer(found, form, act, "It is withdrawn.")


@blueprint.route("/members/<int:list_member_id>/end/", methods=BOTH)
@panel(Action.GROUPS_ASK)
def end_member(list_member_id: int) -> ResponseReturnValue:
    """Take somebody off a list, after asking once more."""
    member, words = get_member_or_404(list_member_id)
    found = get_list_or_404(member.list_id)
    return _confirm(
        found.row.list_id,
        f"Take {words} off {found.row.address}?",
        ("What the list reaches and gives ends for them at once.",),
        lambda made: change_list(
            made, list_id=found.row.list_id, wanted=Wanted(end=(list_member_id,)),
            by=actor(), now=now(),
        ),
    )  # fmt: skip


@blueprint.route("/owners/<int:list_owner_id>/end/", methods=BOTH)
@panel(Action.GROUPS_ASK)
def end_owner(list_owner_id: int) -> ResponseReturnValue:
    """End an ownership, after asking once more."""
    owner, words = get_owner_or_404(list_owner_id)
    found = get_list_or_404(owner.list_id)
    return _confirm(
        found.row.list_id,
        f"End the ownership of {words}?",
        (f"{words} no longer answers for {found.row.address}.",),
        lambda made: take_list(made, list_owner_id=list_owner_id, by=actor(), now=now()),
    )


@blueprint.route("/<int:list_id>/owners/new/", methods=BOTH)
@panel(Action.GROUPS_ASK)
def add_owner(list_id: int) -> ResponseReturnValue:
    """Make somebody of the organisation an owner."""
    form = read_form(OwnerForm)
    return _act_on(
        list_id, form, "Add an owner", "The list has another owner.",
        lambda made: give_list(
            made, list_id=list_id, address=form.address.data or "", by=actor(), now=now()
        ),
    )  # fmt: skip


@blueprint.route("/<int:list_id>/disable/", methods=BOTH)
@panel(Action.GROUPS_APPROVE)
def disable(list_id: int) -> ResponseReturnValue:
    """Stop a list, with why."""
    form = read_form(WhyForm)
    return _act_on(
        list_id, form, "Disable the list", "The list is disabled.",
        lambda made: disable_list(
            made, list_id=list_id, why=form.why.data or "", by=actor(), now=now()
        ),
        consequence="It reaches nobody, and what was granted to it stops. It can come back.",
    )  # fmt: skip


@blueprint.route("/<int:list_id>/enable/", methods=BOTH)
@panel(Action.GROUPS_APPROVE)
def enable(list_id: int) -> ResponseReturnValue:
    """Let a disabled list be active again, with why."""
    form = read_form(WhyForm)
    return _act_on(
        list_id, form, "Let the list be active again", "The list is active.",
        lambda made: enable_list(
            made, list_id=list_id, why=form.why.data or "", by=actor(), now=now()
        ),
        consequence="It reaches its recipients again, and what was granted to it holds again.",
    )  # fmt: skip


def _act_on(
    list_id: int,
    form: Form,
    title: str,
    done: str,
    act: Callable[[Session], object],
    *,
    consequence: str = "",
) -> ResponseReturnValue:
    found = get_list_or_404(list_id)
    back = (f"{HOME}{list_id}/", found.row.address)
    if request.method == "POST" and form.validate():
        try:
            with writing() as made:
                act(made)
        except GroupError as error:
            show_fault(form, error, error.field)
        else:
            flash(done)
            return redirect(back[0], code=303)
    page = render_template(
        "accounts/form.html", form=form, page_title=f"{title}: {found.row.address}",
        words=[consequence] if consequence else [], button=title, back=back,
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _confirm(
    list_id: int, title: str, consequences: tuple[str, ...], act: Callable[[Session], object]
) -> ResponseReturnValue:
    here = f"{HOME}{list_id}/"
    if request.method == "POST":
        try:
            with writing() as made:
                act(made)
            flash("It is done.")
        except GroupError as error:
            flash(str(error))
        return redirect(here, code=303)
    return render_template(
        "shared/confirm.html", page_title=title, consequences=consequences,
        address=request.path, words="Yes, do it", back=(here, "The list"),
    )  # fmt: skip


def _answer(
    found: ChangeRow, form: WhyForm, act: Callable[[Session], object], done: str
) -> ResponseReturnValue:
    try:
        with writing() as made:
            act(made)
    except GroupError as error:
        show_fault(form, error, error.field)
        return _render_change(found, form), 422
    flash(done)
    return redirect(f"{HOME}changes/{found.change_id}/", code=303)


def _render_change(found: ChangeRow, form: WhyForm) -> str:
    row = get_changed_list(session(), list_id=found.list_id)
    condition = found.wanted.condition
    reach = reach_of_rule(session(), row, condition, now=now()) if condition else None
    people = {found.asked_by} | {one.decided_by or "" for one in found.approvals}
    is_waiting = found.state is ChangeState.WAITING
    return render_template(
        "groups/change.html",
        found=found,
        row=row,
        form=form,
        rule=say_condition(condition) if condition else None,
        reach=reach,
        counts=list_counts(session(), reach) if reach else ([], 0),
        people=name_references(session(), people),
        say_needed=lambda one: say_needed((one.seat, one.organisation)),
        change_words=CHANGE_WORDS,
        may_decide=is_waiting and may(actor(), Action.GROUPS_APPROVE).is_allowed,
        may_withdraw=is_waiting and may(actor(), Action.GROUPS_ASK).is_allowed,
        here=f"{HOME}changes/{found.change_id}/",
        back=(HOME, "Groups"),
    )
