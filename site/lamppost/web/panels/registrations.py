"""Registrations of sites: the queue by sector and state, one with its checks, and the decision."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Length

from lamppost.keys import code_key
from lamppost.web.context import now, session, settings, writing
from lamppost.web.forms import show_fault, strip_text
from lamppost.web.guard import actor, panel
from lamppost.web.keyset import Cursors, KeysetPage, page_by_key
from postmaster.access.acting import RefusedError
from postmaster.access.matrix import Action
from postmaster.days import london_day
from postmaster.policy.reads import get_policy
from postmaster.registrations.checks import FINDING_WORDS
from postmaster.registrations.proving import send_again
from postmaster.registrations.provisioning import approve_registration, reject_registration
from postmaster.registrations.queue import (
    KEY,
    SHOWN,
    QueueRow,
    RegistrationPage,
    get_registration,
    select_registrations,
    to_row,
)
from postmaster.registrations.records import RegistrationError
from postmaster.registrations.regions import REGION_WORDS
from postmaster.registrations.renaming import rename_site
from postmaster.registrations.rules import (
    LONGEST_REASON,
    OUTCOME_WORDS,
    REASON_WORDS,
    STATE_WORDS,
    Reason,
    State,
)
from postmaster.registrations.sectors import SECTORS, Sector

blueprint = Blueprint("registrations", __name__, url_prefix="/admin/registrations")
HOME = "/admin/registrations/"


class RejectForm(Form):
    """Why a registration is rejected."""

    reason = SelectField(
        "Why",
        [InputRequired("Choose why it is rejected.")],
        choices=[
            SelectChoice("", "Choose"),
            *(SelectChoice(one.value, REASON_WORDS[one]) for one in Reason),
        ],
    )
    words = TextAreaField(
        "What the applicant should put right",
        [Length(max=LONGEST_REASON)],
        filters=[strip_text],
        description="They read it in the email",
    )


@blueprint.get("/")
@panel(Action.REGISTRATIONS_READ)
def index() -> str:
    """The registrations of one's own sectors, the newest first."""
    typed = request.args.get("sector", ""), request.args.get("state", "")
    is_few = request.args.get("few") == "yes"
    sector = Sector(typed[0]) if typed[0] in set(Sector) else None
    state = State(typed[1]) if typed[1] in set(SHOWN) else None
    return render_template(
        "registrations/index.html",
        page=_list(sector, state, is_few=is_few),
        filters={"sector": sector or "", "state": state or "", "few": "yes" if is_few else ""},
        sectors=SECTORS,
        states={one: STATE_WORDS[one] for one in SHOWN},
        regions=REGION_WORDS,
    )


@blueprint.get("/<int:registration_id>/")
@panel(Action.REGISTRATIONS_READ)
def show(registration_id: int) -> ResponseReturnValue:
    """One registration: what was said, what was checked, and what can be done."""
    return _page(_get(registration_id), RejectForm())


@blueprint.post("/<int:registration_id>/approve")
@panel(Action.REGISTRATIONS_DECIDE)
def approve(registration_id: int) -> ResponseReturnValue:
    """Make the site, its mailbox and its accounts."""
    is_another = request.form.get("is_another") == "yes"
    return _answer(
        registration_id,
        "Approved. The mailbox and the accounts are made, and everybody is written to.",
        lambda made: approve_registration(
            made, registration_id=registration_id, is_another=is_another, by=actor(), now=now()
        ),
    )


@blueprint.post("/<int:registration_id>/reject")
@panel(Action.REGISTRATIONS_DECIDE)
def reject(registration_id: int) -> ResponseReturnValue:
    """Reject it, and say why."""
    found = _get(registration_id)
    form = RejectForm(request.form)
    if form.validate():
        try:
            with writing() as made:
                reject_registration(
                    made, registration_id=registration_id, reason=Reason(form.reason.data),
                    words=form.words.data or "", by=actor(), now=now(),
                )  # fmt: skip
        except RegistrationError as error:
            show_fault(form, error, error.field)
        else:
            flash("Rejected. The applicant is written to.")
            return redirect(f"{HOME}{registration_id}/", code=303)
    return _page(found, form)


@blueprint.post("/<int:registration_id>/code")
@panel(Action.REGISTRATIONS_DECIDE)
def code(registration_id: int) -> ResponseReturnValue:
    """Have another code sent."""
    pepper = code_key(settings())
    return _answer(
        registration_id,
        "Another code is sent to the same address.",
        lambda made: send_again(
            made, registration_id=registration_id, pepper=pepper, by=actor(), now=now()
        ),
    )


@blueprint.post("/<int:registration_id>/name")
@panel(Action.REGISTRATIONS_DECIDE)
def name(registration_id: int) -> ResponseReturnValue:
    """Give the mailbox the name of today."""
    return _answer(
        registration_id,
        "The mailbox has its new name. The old one receives on.",
        lambda made: rename_site(made, registration_id=registration_id, by=actor(), now=now()),
    )


def _answer(
    registration_id: int, done: str, act: Callable[[Session], object]
) -> ResponseReturnValue:
    """Do it, and go back to the registration with what was done, or why it was not."""
    _get(registration_id)
    try:
        with writing() as made:
            act(made)
        flash(done)
    except (RegistrationError, RefusedError) as error:
        flash(str(error))
    return redirect(f"{HOME}{registration_id}/", code=303)


def _page(found: RegistrationPage, form: RejectForm) -> ResponseReturnValue:
    row = found.row
    page = render_template(
        "registrations/show.html",
        found=found,
        row=row,
        facts=SECTORS[Sector(row.sector)],
        region=REGION_WORDS,
        state=STATE_WORDS[State(row.state)],
        states=STATE_WORDS,
        reason=REASON_WORDS[Reason(row.reason)] if row.reason else None,
        outcomes=OUTCOME_WORDS,
        findings=FINDING_WORDS,
        form=form,
        here=f"{HOME}{row.registration_id}/",
        back=(HOME, "Registrations"),
    )
    return page, 422 if form.errors else 200


def _get(registration_id: int) -> RegistrationPage:
    found = None
    if registration_id < 2**63:
        found = get_registration(
            session(), reader=actor(), registration_id=registration_id, now=now()
        )
    return found or abort(404)


def _list(sector: Sector | None, state: State | None, *, is_few: bool) -> KeysetPage[QueueRow]:
    few = get_policy(session(), on=london_day(now())) if is_few else None
    statement = select_registrations(reader=actor(), sector=sector, state=state, few=few)
    cursors = Cursors(settings())
    place = cursors.read(request.args.get("cursor"))
    page = page_by_key(session(), statement, KEY, place, cursors=cursors, descending=True)
    rows = [to_row(row) for row in page.rows]
    return KeysetPage(rows, page.next_cursor, page.previous_cursor)
