"""The policy panel: what holds on any day, what changed, and eras proposed with who would move."""

from collections.abc import Mapping, Sequence
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import DateField, Form, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

from lamppost.web.context import now, session, writing
from lamppost.web.forms import plain_line, read_form, read_number, strip_text
from lamppost.web.guard import actor, panel
from lamppost.wording import say_date
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.days import london_day
from postmaster.eras.actions import propose_era
from postmaster.eras.reads import get_edit, list_edits
from postmaster.eras.records import Simulation
from postmaster.eras.rules import LONGEST_ERA, LONGEST_REASON, EraError, NewEra, NewNumber
from postmaster.lifecycle.words import WORDS
from postmaster.policy.numbers import Key
from postmaster.policy.reads import get_policy
from postmaster.policy.rules import NumberChange, Policy, UnknownDayError, list_changes
from postmaster.policy.words import say_value, wording_of

blueprint = Blueprint("policy", __name__, url_prefix="/admin/policy")
HOME = "/admin/policy/"
# A value of more digits than this is no value.
MOST_DIGITS = 9


class DaysForm(Form):
    """The day asked for, and the day it is compared with."""

    on = DateField("What holds on", [Optional()])
    since = DateField("Changed since", [Optional()], description="Leave it empty for no comparison")


class EraForm(Form):
    """The words of a new era; its numbers are read beside it, one pair of fields for each."""

    era = StringField(
        "Name of the era",
        [InputRequired("Give the era a name"), plain_line(LONGEST_ERA)],
        filters=[strip_text],
    )
    holds_from = DateField("Valid from", [InputRequired("Enter its first day, such as 1 4 2027")])
    reason = TextAreaField(
        "Why the numbers change",
        [InputRequired("Say why the numbers change")],
        filters=[strip_text],
    )


@blueprint.get("/")
@panel(Action.POLICY_READ)
def index() -> ResponseReturnValue:
    """What holds on a day, where each number stands, and what changed since another."""
    form = DaysForm(request.args)
    form.validate()
    today = london_day(now())
    policy, changes = None, None
    try:
        policy = get_policy(session(), on=form.on.data or today)
        if form.since.data is not None:
            changes = list_changes(get_policy(session(), on=form.since.data), policy)
    except UnknownDayError as error:
        form.form_errors.append(str(error))
    page = render_template(
        "policy/index.html",
        form=form,
        on=form.on.data or today,
        numbers=_rows(policy),
        version=policy.version if policy else "",
        changes=None if changes is None else _change_rows(changes),
        edits=list_edits(session()) if may(actor(), Action.POLICY_EDITS).is_allowed else None,
        may_write=may(actor(), Action.POLICY_WRITE).is_allowed,
    )
    return page, 422 if form.errors else 200


@blueprint.route("/edits/new/", methods=["GET", "POST"])
@panel(Action.POLICY_WRITE)
def propose() -> ResponseReturnValue:
    """Propose a new era; nothing holds before a second person has signed it."""
    form = read_form(EraForm)
    faults: dict[str, str] = {}
    if request.method == "POST" and form.validate():
        try:
            edit_id = _propose(form, faults)
        except EraError as error:
            form.form_errors.append(str(error))
            if error.key is not None:
                faults[error.key] = str(error)
        else:
            flash("Proposed. Look at who would move; somebody else can sign it.")
            return redirect(f"{HOME}edits/{edit_id}/", code=303)
    policy = get_policy(session(), on=london_day(now()))
    page = render_template(
        "policy/new.html",
        form=form,
        faults=faults,
        links={words: key for key, words in faults.items()},
        rows=[(key, wording_of(key), say_value(key, policy[key])) for key in Key],
        given=request.form,
        back=(HOME, "Policy"),
    )
    return page, 422 if form.errors else 200


@blueprint.get("/edits/<int:edit_id>/")
@panel(Action.POLICY_EDITS)
def show(edit_id: int) -> str:
    """One proposal, and who would move by it."""
    found = get_edit(session(), reader=actor(), edit_id=edit_id) if edit_id < 2**63 else None
    if found is None:
        abort(404)
    counts = found.simulation
    return render_template(
        "policy/edit.html",
        found=found,
        edit=found.row,
        here=f"{HOME}edits/{edit_id}/",
        changes=_change_rows(found.changes),
        tables=[
            ("Would move, by reason", "Reason", _count_rows(counts.by_reason)),
            ("Would move, by how long it has stood so", "Since", _count_rows(counts.by_age)),
            ("Would move, by kind", "Kind", _count_rows(counts.by_kind)),
            (_say_named(counts), "Organisation", _count_rows(counts.by_organisation)),
            ("Would no longer move, by reason", "Reason", _count_rows(counts.less_by_reason)),
        ],
        may_write=may(actor(), Action.POLICY_WRITE).is_allowed,
        is_own=found.row.proposed_by == actor().reference,
        back=(HOME, "Policy"),
    )


def _propose(form: EraForm, faults: dict[str, str]) -> int:
    numbers = _read_numbers(faults)
    if faults:
        raise EraError(next(iter(faults.values())), Key(next(iter(faults))))
    new = NewEra(
        form.era.data or "",
        form.holds_from.data or date.min,
        (form.reason.data or "")[:LONGEST_REASON],
        numbers,
    )
    with writing() as made:
        return propose_era(made, new=new, by=actor(), now=now())


def _read_numbers(faults: dict[str, str]) -> list[NewNumber]:
    """The numbers given a value; what is no whole number is a fault of its field."""
    numbers = []
    for key in Key:
        typed = strip_text(request.form.get(key.value))
        if not typed:
            continue
        value = read_number(typed, MOST_DIGITS)
        if value is None:
            faults[key.value] = f"{wording_of(key).words}: enter a whole number, such as 30"
            continue
        source = strip_text(request.form.get(f"source-{key.value}"))
        numbers.append(NewNumber(key, value, source))
    return numbers


def _rows(policy: Policy | None) -> list[tuple[str, str, str, str]]:
    if policy is None:
        return []
    return [
        (
            wording_of(key).words,
            say_value(key, number.value),
            f"{number.era}, from {say_date(number.holds_from)}",
            f"{number.source}{' (assumed)' if number.is_assumed else ''}",
        )
        for key, number in policy.numbers.items()
    ]


def _change_rows(changes: Sequence[NumberChange]) -> list[tuple[str, str, str, str]]:
    return [
        (
            wording_of(change.key).words,
            say_value(change.key, change.before.value),
            say_value(change.key, change.after.value),
            change.after.source,
        )
        for change in changes
    ]


def _say_named(counts: Simulation) -> str:
    named = len(counts.by_organisation)
    return f"Would move, by organisation: {named} of {counts.organisations:,}"


def _count_rows(counts: Mapping[str, int]) -> list[tuple[str, str]]:
    return [(WORDS.get(name, name), f"{count:,}") for name, count in counts.items()]
