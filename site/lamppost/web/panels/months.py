"""The panel of months: close one that is due, add a correction to a closed one."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired

from lamppost.status.report import STATE_WORDS, State
from lamppost.status.uptime.actions import MonthError, close_month, correct_month
from lamppost.status.uptime.document import Correction
from lamppost.status.uptime.months import MonthNameError, parse_month
from lamppost.status.uptime.reads import get_month, list_months
from lamppost.status.uptime.report import MonthState
from lamppost.status.uptime.wording import say_figures
from lamppost.web.context import now, session, writing
from lamppost.web.forms import read_form, strip_text
from lamppost.web.guard import actor, panel
from lamppost.web.moments import moment_field, to_moment
from lamppost.web.month_page import present_months
from lamppost.wording import say_moment, say_month
from postmaster.access.matrix import Action

blueprint = Blueprint("months", __name__, url_prefix="/admin/status/months")
HERE = "/admin/status/months/"


class CorrectionForm(Form):
    """How a component was in truth for some time of a closed month."""

    month = SelectField("Month", validate_choice=False)
    component = StringField(
        "Part of the service",
        [InputRequired("Enter the part of the service")],
        filters=[strip_text],
        description="Its short name, as in the address of its page: portal",
    )
    starts = moment_field("From", "London time", needed="Enter when it began")
    ends = moment_field("Until", "London time", needed="Enter when it was over")
    state = SelectField("It was", choices=[SelectChoice(s.value, STATE_WORDS[s]) for s in State])
    reason = TextAreaField(
        "Why",
        [InputRequired("Enter why; everybody reads it")],
        filters=[strip_text],
        description="Everybody reads this beside the corrected figures",
    )

    def correction(self) -> Correction:
        """What the form says."""
        begin, end = to_moment(self.starts.data), to_moment(self.ends.data)
        assert begin is not None  # nosec B101 # noqa: S101 - the form asked for both
        assert end is not None  # nosec B101 # noqa: S101 - as above
        return Correction(self.component.data or "", begin, end, State(self.state.data))


@blueprint.get("/")
@panel(Action.STATUS_WRITE)
def index() -> str:
    """Every month, what is to be closed, and the form of a correction."""
    return _page(_form())


@blueprint.post("/close")
@panel(Action.STATUS_WRITE)
def close() -> ResponseReturnValue:
    """Close a month: first its figures are shown, then it is done."""
    month = _month()
    try:
        with writing() as made:
            close_month(made, month=month, by=actor(), now=now())
            if request.form.get("confirmed") != "yes":
                lines = _figures(made, month)
                made.rollback()
                return _ask(f"Close {say_month(month)}?", lines, "close", "Close it", month)
    except MonthError as error:
        flash(_sentence(error))
        return redirect(HERE, code=303)
    flash(f"{say_month(month)} is closed.")
    return redirect(HERE, code=303)


@blueprint.post("/correct")
@panel(Action.STATUS_WRITE)
def correct() -> ResponseReturnValue:
    """Add a correction: first both figures are shown, then it is done."""
    form = _form()
    if not form.validate():
        return _page(form), 422
    month, correction = _month(), form.correction()
    try:
        with writing() as made:
            number = correct_month(
                made, month=month, correction=correction, reason=form.reason.data or "",
                by=actor(), now=now(),
            )  # fmt: skip
            if request.form.get("confirmed") != "yes":
                lines = _figures(made, month, correction.component)
                made.rollback()
                when = f"{say_moment(correction.starts_at)} to {say_moment(correction.ends_at)}"
                lines = [f"From {when}: {STATE_WORDS[correction.state].lower()}.", *lines]
                return _ask(f"Correct {say_month(month)}?", lines, "correct", "Add it", month)
    except MonthError as error:
        form.form_errors.append(_sentence(error))
        return _page(form), 422
    flash(f"Addendum {number} to {say_month(month)} is made.")
    return redirect(HERE, code=303)


def _form() -> CorrectionForm:
    form = read_form(CorrectionForm)
    months = list_months(session(), now=now())
    form.month.choices = [
        SelectChoice(f"{one.month:%Y-%m}", say_month(one.month))
        for one in months
        if one.state is MonthState.CLOSED
    ]
    return form


def _page(form: CorrectionForm) -> str:
    at = now()
    months = list_months(session(), now=at)
    due = [
        (f"{one.month:%Y-%m}", say_month(one.month))
        for one in months
        if one.state is MonthState.SETTLING and one.closes_at <= at
    ]
    return render_template(
        "months/index.html", form=form, months=present_months(months), due=due, here=HERE
    )


def _month() -> date:
    """The month of the form; one that is written otherwise is one that never was."""
    try:
        return parse_month(request.form.get("month", ""))
    except MonthNameError:
        return date.min


def _figures(made: Session, month: date, component: str | None = None) -> list[str]:
    """The figures as they would be."""
    report = get_month(made, month, now=now())
    lines = report.lines if report is not None else ()
    said = []
    for line in lines:
        if component in (None, line.slug):
            said.append(f"{say_figures(line.name, line.uptime)}.")
            if line.corrected is not None:
                said.append(f"Corrected: {say_figures(line.name, line.corrected)}.")
    return said


def _ask(title: str, lines: list[str], step: str, words: str, month: date) -> str:
    kept: dict[str, Any] = {
        name: value
        for name, value in request.form.items()
        if name not in {"csrf_token", "confirmed"}
    }
    return render_template(
        "shared/confirm.html",
        page_title=title,
        consequences=[*lines, "This cannot be undone: the month keeps what is closed or added."],
        address=f"{HERE}{step}",
        words=words,
        fields={**kept, "month": f"{month:%Y-%m}"},
        back=(HERE,),
    )


def _sentence(error: MonthError) -> str:
    words = str(error)
    return f"{words[:1].upper()}{words[1:]}."
