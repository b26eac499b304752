"""How the panels of plans answer a form: as it was typed, as readers would see it, or done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form

from lamppost.status.plans.texts import PlanChangedError, PlanError
from lamppost.web.context import writing
from lamppost.web.forms import REVISION_DIGITS, read_number, show_fault
from lamppost.web.hssi_forms import list_values
from lamppost.web.rehearsal import try_out

Write = Callable[[Session], object]
Look = Callable[[Session], tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One form: its title, the way back, and what is said when it is done.

    `onward` is where one goes then, unless it is the way back. `look` finds what was made, for the
    preview; without it there is none. `page` is the template that draws it as readers see it.
    `theirs` tells what stands there now, and its version.
    """

    title: str
    back: str
    done: str
    onward: str = ""
    look: Look | None = None
    page: str = ""
    theirs: Callable[[], tuple[str, int]] | None = None


def answer_plan(form: Form, write: Write, sheet: Sheet) -> ResponseReturnValue:
    """The form, its preview, or the way on once it is written."""
    step = request.form.get("step", "" if sheet.look else "publish")
    theirs = None
    if request.method == "POST" and step != "edit" and form.validate():
        try:
            if step != "publish" and sheet.look is not None:
                return _preview(form, write, sheet)
            with writing() as made:
                write(made)
        except PlanChangedError as error:
            if sheet.theirs is not None:
                theirs, version = sheet.theirs()
                form["seen_version"].data = str(version)
            form.form_errors.append(str(error))
        except PlanError as error:
            show_fault(form, error, error.field)
        else:
            flash(sheet.done)
            return redirect(sheet.onward or sheet.back, code=303)
    page = render_template(
        "plans/form.html",
        form=form,
        page_title=sheet.title,
        theirs=theirs,
        has_preview=sheet.look is not None,
        back=(sheet.back, "Back"),
    )
    return page, 422 if form.errors else 200


def read_seen(form: Form) -> int:
    """The version the form was opened at; nonsense is a version nobody ever had."""
    return read_number(form["seen_version"].data, REVISION_DIGITS) or 0


def do_plan(write: Write, done: str, onward: str) -> ResponseReturnValue:
    """Do what a button says and go on, with what was done or why it was not."""
    try:
        with writing() as made:
            write(made)
        flash(done)
    except PlanError as error:
        flash(str(error))
    return redirect(onward, code=303)


def _preview(form: Form, write: Write, sheet: Sheet) -> str:
    assert sheet.look is not None  # nosec B101 # noqa: S101 - asked by the caller
    preview = try_out(write, sheet.look)
    return render_template(
        "plans/preview.html",
        preview=preview,
        thing=preview.thing,
        page=sheet.page,
        values=list_values(form),
        page_title=f"{sheet.title}: what readers get",
        back=(sheet.back, "Back"),
    )
