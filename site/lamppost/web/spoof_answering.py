"""How the spoofing panels answer a form: again with its faults, or the way back once it is done."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import Form

from postmaster.spoofing.steps import SpoofError


def answer_form(
    form: Form, act: Callable[[], None], *, title: str, back: str, done: str
) -> ResponseReturnValue:
    """The form, the form again with what is wrong, or the way back when `act` has done it."""
    if request.method == "POST" and form.validate():
        try:
            act()
        except SpoofError as error:
            blame(form, error)
        else:
            flash(done)
            return redirect(back, code=303)
    page = render_template("spoofing/form.html", form=form, page_title=title, back=(back, "Back"))
    return page, 422 if form.errors else 200


def blame(form: Form, error: SpoofError) -> None:
    """Put what is wrong beside its field, or above them all."""
    field = getattr(form, error.field or "", None)
    if field is None:
        form.form_errors.append(str(error))
    else:
        field.errors = [str(error)]
