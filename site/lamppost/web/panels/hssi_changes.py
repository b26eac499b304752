"""What is posted about an HSSI beside its texts: approvals, reviews, notes, proposals."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form

from lamppost.status.hssis.aftermath import (
    add_note,
    reopen_hssi,
    review_holding,
    review_hssi,
    take_down,
)
from lamppost.status.hssis.desk import get_draft_ref
from lamppost.status.hssis.drafting import approve_draft, drop_draft, next_ref
from lamppost.status.hssis.proposals import (
    dismiss_proposal,
    draw_text,
    get_proposal,
    raise_proposal,
)
from lamppost.status.hssis.texts import HssiError, Wait
from lamppost.web.context import now, session, writing
from lamppost.web.forms import read_form, show_fault
from lamppost.web.guard import actor, panel
from lamppost.web.hssi_forms import ReopenForm, WordsForm
from lamppost.web.moments import to_moment
from lamppost.web.panels.hssi import DONE, HOME, get_found
from postmaster.access.matrix import Action

blueprint = Blueprint("hssi_changes", __name__, url_prefix="/admin/hssi")


@blueprint.post("/drafts/<int:draft_id>/approve")
@panel(Action.STATUS_WRITE)
def approve(draft_id: int) -> ResponseReturnValue:
    """Approve another's text, as it was shown."""
    ref = _ref_of(draft_id)
    shown = request.form.get("digest", "")
    return _do(
        ref,
        lambda made: approve_draft(made, draft_id=draft_id, digest=shown, by=actor(), now=now()),
    )


@blueprint.post("/drafts/<int:draft_id>/drop")
@panel(Action.STATUS_WRITE)
def drop(draft_id: int) -> ResponseReturnValue:
    """Take a text that waits back."""
    ref = _ref_of(draft_id)
    return _do(
        ref,
        lambda made: drop_draft(made, draft_id=draft_id, by=actor(), now=now()),
        "The text is taken back.",
    )


@blueprint.post("/<ref>/holding")
@panel(Action.STATUS_WRITE)
def holding(ref: str) -> ResponseReturnValue:
    """Say that another's holding statement may stand."""
    get_found(ref)
    return _do(
        ref,
        lambda made: review_holding(made, ref=ref, by=actor(), now=now()),
        "The holding statement is reviewed.",
    )


@blueprint.post("/<ref>/take-down")
@panel(Action.STATUS_WRITE)
def lower(ref: str) -> ResponseReturnValue:
    """Take a security notice off the list of current ones, after asking once more."""
    found = get_found(ref)
    if "confirmed" not in request.form:
        return render_template(
            "shared/confirm.html",
            page_title=f"Take {ref} down?",
            consequences=["It leaves the list of current notices and stays in the log."],
            address=f"{HOME}{ref}/take-down",
            words="Take it down",
            back=(f"{HOME}{ref}/", found.hssi.title),
        )
    return _do(
        ref, lambda made: take_down(made, ref=ref, by=actor(), now=now()), "It is taken down."
    )


@blueprint.route("/<ref>/reopen/", methods=["GET", "POST"])
@panel(Action.STATUS_WRITE)
def reopen(ref: str) -> ResponseReturnValue:
    """Say that it is not over after all."""
    get_found(ref)
    form = read_form(ReopenForm)
    return _form(
        form,
        ref,
        f"Reopen {ref}",
        lambda made: reopen_hssi(
            made,
            ref=ref,
            summary=form.summary.data or "",
            next_update_due_at=to_moment(form.next_update_due_at.data),
            by=actor(),
            now=now(),
        ),
    )


@blueprint.route("/<ref>/review/", methods=["GET", "POST"])
@panel(Action.STATUS_WRITE)
def review(ref: str) -> ResponseReturnValue:
    """Write the review of one that is over."""
    form = read_form(WordsForm, words=get_found(ref).hssi.review)
    return _form(
        form,
        ref,
        f"Review {ref}",
        lambda made: review_hssi(
            made, ref=ref, review=form.words.data or "", by=actor(), now=now()
        ),
    )


@blueprint.route("/<ref>/note/", methods=["GET", "POST"])
@panel(Action.STATUS_WRITE)
def note(ref: str) -> ResponseReturnValue:
    """Set the note beside what the log says."""
    form = read_form(WordsForm, words=get_found(ref).hssi.overlay)
    return _form(
        form,
        ref,
        f"Note on {ref}",
        lambda made: add_note(made, ref=ref, note=form.words.data or "", by=actor(), now=now()),
    )


@blueprint.post("/proposals/<int:proposal_id>/raise")
@panel(Action.STATUS_WRITE)
def raise_it(proposal_id: int) -> ResponseReturnValue:
    """Raise what the probes propose, their evidence in it; one click."""
    proposal = get_proposal(session())
    if proposal is None or proposal.proposal_id != proposal_id:
        flash("The proposal no longer waits.")
        return redirect("/admin/status/", code=303)
    ref, at = next_ref(session(), now=now()), now()
    return _do(
        ref,
        lambda made: raise_proposal(
            made,
            proposal_id=proposal_id,
            ref=ref,
            text=draw_text(session(), proposal, now=at),
            by=actor(),
            now=at,
        ),
    )


@blueprint.post("/proposals/<int:proposal_id>/dismiss")
@panel(Action.STATUS_WRITE)
def dismiss(proposal_id: int) -> ResponseReturnValue:
    """Say that it is none."""
    try:
        with writing() as made:
            dismiss_proposal(made, proposal_id=proposal_id, by=actor(), now=now())
        flash("The proposal is dismissed.")
    except HssiError as error:
        flash(str(error))
    return redirect("/admin/status/", code=303)


def _ref_of(draft_id: int) -> str:
    found = get_draft_ref(session(), draft_id) if draft_id < 2**63 else None
    return found or abort(404)


def _do(ref: str, act: Callable[[Session], Wait | None], done: str = "") -> ResponseReturnValue:
    """Do it and go to the HSSI with what was done, or why it was not."""
    try:
        with writing() as made:
            wait = act(made)
        flash(done or DONE[wait])
    except HssiError as error:
        flash(str(error))
    return redirect(f"{HOME}{ref}/", code=303)


def _form(
    form: Form, ref: str, title: str, act: Callable[[Session], Wait | None]
) -> ResponseReturnValue:
    if request.method == "POST" and form.validate():
        try:
            with writing() as made:
                wait = act(made)
        except HssiError as error:
            show_fault(form, error, error.field if error.field and error.field in form else "words")
        else:
            flash(DONE[wait])
            return redirect(f"{HOME}{ref}/", code=303)
    page = render_template(
        "hssi/words.html", form=form, page_title=title, back=(f"{HOME}{ref}/", "Back")
    )
    return page, 422 if form.errors else 200
